#include "weir/encode/json_writer.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 0xF];
  }
}

/// Writes exactly `digits` digits at `to`; returns the end.
char* put_digits(char* to, std::uint64_t value, unsigned digits) {
  for (unsigned i = digits; i > 0; --i) {
    to[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

char* put_fraction(char* to, std::uint64_t nanos) {
  *to++ = '.';
  if (nanos % 1'000'000 == 0) {
    return put_digits(to, nanos / 1'000'000, 3);
  }
  return nanos % 1000 == 0 ? put_digits(to, nanos / 1000, 6) : put_digits(to, nanos, 9);
}

}  // namespace

void JsonWriter::begin_map(std::size_t /*entries*/) {
  out_ += '{';
}

void JsonWriter::key(std::string_view name) {
  if (!out_.ends_with('{')) {
    out_ += ',';
  }
  quoted(name);
  out_ += ':';
}

void JsonWriter::end_map() {
  out_ += '}';
}

bool JsonWriter::text(std::string_view text) {
  if (is_valid_utf8(text)) {
    quoted(text);
    return true;
  }
  std::string mended;
  append_mended(mended, text);
  quoted(mended);
  return false;
}

void JsonWriter::quoted(std::string_view text) {
  out_ += '"';
  std::size_t plain = 0;  // start of what is not yet written
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (needs_escape(text[at])) {
      out_.append(text, plain, at - plain);
      append_escaped(out_, text[at]);
      plain = at + 1;
    }
  }
  out_.append(text, plain);
  out_ += '"';
}

void JsonWriter::integer(std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append(digits, end);
}

void JsonWriter::real(double value) {
  if (!std::isfinite(value)) {
    null();
    return;
  }
  char digits[32];
  const char* const end = fmt::format_to(digits, "{}", value);
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  out_ += number;
  if (number.find_first_of(".e") == std::string_view::npos) {
    out_ += ".0";
  }
}

void JsonWriter::time(UnixNanos value) {
  constexpr std::uint64_t kSecondsPerDay = 86'400;
  const std::uint64_t seconds = value / kNanosPerSecond;
  const auto day = static_cast<int>(seconds / kSecondsPerDay);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  const std::uint64_t clock = seconds % kSecondsPerDay;
  char text[40];
  char* to = text;
  const auto part = [&to](char before, std::uint64_t number, unsigned digits) {
    *to++ = before;
    to = put_digits(to, number, digits);
  };
  part('"', static_cast<unsigned>(static_cast<int>(date.year())), 4);
  part('-', static_cast<unsigned>(date.month()), 2);
  part('-', static_cast<unsigned>(date.day()), 2);
  part('T', clock / 3600, 2);
  part(':', clock / 60 % 60, 2);
  part(':', clock % 60, 2);
  to = put_fraction(to, value % kNanosPerSecond);
  *to++ = 'Z';
  *to++ = '"';
  out_.append(text, to);
}

void JsonWriter::null() {
  out_ += "null";
}

}  // namespace weir
