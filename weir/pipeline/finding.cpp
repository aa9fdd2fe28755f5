#include "weir/pipeline/finding.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

std::string_view name_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::ok:
      return "ok";
    case Finding::Level::warning:
      return "warning";
    case Finding::Level::problem:
      return "problem";
  }
  return "problem";
}

/// Texts may quote file names and answers of servers, which must not reach a terminal as they are.
std::string one_line(std::string_view text) {
  std::string mended;
  append_mended(mended, text);
  for (char& c : mended) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = ' ';
    }
  }
  return mended;
}

}  // namespace

Finding ok(std::string text) {
  return {Finding::Level::ok, std::move(text), {}};
}

Finding warning(std::string text, std::string advice) {
  return {Finding::Level::warning, std::move(text), std::move(advice)};
}

Finding problem(std::string text, std::string advice) {
  return {Finding::Level::problem, std::move(text), std::move(advice)};
}

void add(Findings& findings, Findings more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

std::string to_lines(const Finding& finding) {
  std::string lines = fmt::format("{:8} {}\n", name_of(finding.level), one_line(finding.text));
  if (!finding.advice.empty()) {
    lines += fmt::format("{:8} {}\n", "", one_line(finding.advice));
  }
  return lines;
}

std::string quoted_bytes(std::string_view bytes, std::size_t most) {
  std::string text = "\"";
  for (const char c : bytes.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      text += c;
    }
  }
  text += '"';
  if (bytes.size() > most) {
    text += fmt::format("… ({} bytes)", bytes.size());
  }
  return text;
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted_words(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(count), noun, count == 1 ? "" : "s");
}

}  // namespace weir
