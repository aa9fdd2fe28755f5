#include "weir/decode/json_scanner.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "weir/base/byte_scan.hpp"
#include "weir/base/utf8.hpp"
#include "weir/decode/json_value.hpp"

namespace weir {
namespace {

using Action = JsonTemplate::Action;
using Segment = JsonTemplate::Segment;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Where the string at `at` ends, nullptr if it is not plain. That the closing quote follows, and
/// not the end of the text, is for the next comparison to find.
const char* string_end(const char* at, const char* end) {
  const StringBytes bytes = string_bytes<16>(at);
  // All bits up to and with the first quote's.
  const std::uint32_t inside = bytes.quotes ^ (bytes.quotes - 1);
  if (bytes.quotes != 0 && (bytes.odd & inside) == 0) {
    return at + std::countr_zero(bytes.quotes);
  }
  const PlainString string = plain_string_length(at, static_cast<std::size_t>(end - at));
  if (string.high_bits && !is_valid_utf8({at, string.length})) {
    return nullptr;
  }
  return at + string.length;
}

struct Number {
  std::uint64_t value;
  const char* end;  ///< nullptr if there is no such number
};

/// Rare: eight digits or more. 19 always fit into 64 bits.
Number long_number(const char* at) {
  constexpr int kSafeDigits = 19;
  std::uint64_t value = 0;
  int count = 0;
  for (; count < kSafeDigits && is_digit(at[count]); ++count) {
    value = value * 10 + static_cast<std::uint64_t>(at[count] - '0');
  }
  return {value, is_digit(at[count]) || *at == '0' ? nullptr : at + count};
}

/// A JSON number without sign, fraction and exponent, as long as the next literal is none of these.
Number number_at(const char* at) {
  const EightDigits digits = eight_digits(at);
  if (digits.count == 8) {
    return long_number(at);
  }
  if (digits.count == 0 || (*at == '0' && digits.count > 1)) {
    return {0, nullptr};
  }
  return {digits.number(), at + digits.count};
}

/// Where the number at `at` ends, nullptr if there is none or one with very many digits.
const char* decimal_end(const char* at) {
  constexpr int kMaxDigits = 16;
  at += *at == '-' ? 1 : 0;
  const char* const whole = at;
  while (is_digit(*at) && at - whole < kMaxDigits) {
    ++at;
  }
  if (at == whole || (*whole == '0' && at - whole > 1)) {
    return nullptr;
  }
  if (*at != '.') {
    return at;
  }
  const char* const fraction = ++at;
  while (is_digit(*at) && at - fraction < kMaxDigits) {
    ++at;
  }
  return at == fraction ? nullptr : at;
}

template <typename Value>
void store(Flow& row, const Segment& segment, const Value& value) {
  std::memcpy(reinterpret_cast<char*>(&row) + segment.member, &value, sizeof value);
}

bool assign(const Segment& segment, const JsonScalar& value, Flow& row, TextArena& texts) {
  return !assign_json_as(segment.reading, row, segment.field, value, texts);
}

/// Stores the wanted value at `at`; returns where reading goes on, nullptr if it cannot be taken.
const char* take(const Segment& segment, const char* at, const char* end, Flow& row,
                 TextArena& texts) {
  const bool peek = segment.action == Action::peek_string || segment.action == Action::peek_digits;
  if (segment.action == Action::read_digits || segment.action == Action::peek_digits) {
    const Number number = number_at(at);
    const bool taken =
        number.end != nullptr && assign(segment, JsonScalar::of_integer(number.value), row, texts);
    return !taken ? nullptr : peek ? at : number.end;
  }
  const char* const stop = string_end(at, end);
  if (stop == nullptr) {
    return nullptr;
  }
  const std::string_view text(at, static_cast<std::size_t>(stop - at));
  return !assign(segment, JsonScalar::of_text(text), row, texts) ? nullptr : peek ? at : stop;
}

/// Reads the value at `at`; returns where it ends, nullptr if it is not what the template says.
inline const char* read_value(const Segment& segment, const char* at, const char* end, Flow& row,
                              TextArena& texts) {
  switch (segment.action) {
    case Action::skip_steady: {
      // Adding a known length instead of the one just found lets the processor go on before it is
      // found: finding it, value after value, is what reading a record spends its time with.
      const StringBytes bytes = string_bytes<32>(at);
      const std::uint32_t stop = std::uint32_t{1} << segment.length;
      if (((bytes.quotes | bytes.odd) & (stop | (stop - 1))) == stop &&
          (bytes.quotes & stop) != 0) {
        return at + segment.length;
      }
      return string_end(at, end);
    }
    case Action::skip_string:
      return string_end(at, end);
    case Action::skip_digits: {
      const EightDigits digits = eight_digits(at);
      if (digits.count != 8 && digits.count > 0 && (*at != '0' || digits.count == 1)) {
        return at + digits.count;
      }
      return number_at(at).end;
    }
    case Action::skip_decimal:
      return decimal_end(at);
    case Action::store_text: {
      const char* const stop = string_end(at, end);
      if (stop != nullptr) {
        store(row, segment, std::string_view(at, static_cast<std::size_t>(stop - at)));
      }
      return stop;
    }
    case Action::store_number: {
      const Number number = number_at(at);
      store(row, segment, number.value);
      return number.value <= segment.limit ? number.end : nullptr;
    }
    default:
      return take(segment, at, end, row, texts);
  }
}

/// The length of the record at the start of `text`, 0 if it does not match.
std::size_t match(const JsonTemplate& known, std::string_view text, Flow& row, TextArena& texts) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* literal = known.literals.data();
  // Values are read without a look at `end`: what follows the text may be an older message's
  // content. But a record that reaches beyond `end` fails here or at the tail.
  for (const Segment& segment : known.segments) {
    if (end - at <= static_cast<std::ptrdiff_t>(segment.size) ||
        !same_bytes(at, literal, segment.size)) {
      return 0;
    }
    at = read_value(segment, at + segment.size, end, row, texts);
    if (at == nullptr) {
      return 0;
    }
    literal += segment.size;
  }
  if (end - at < static_cast<std::ptrdiff_t>(known.tail_size) ||
      !same_bytes(at, literal, known.tail_size)) {
    return 0;
  }
  row.present |= known.stored;
  return static_cast<std::size_t>(at - text.data()) + known.tail_size;
}

}  // namespace

void JsonScanner::learn(std::string_view record) {
  constexpr unsigned kPatience = 32;
  constexpr unsigned kPause = 4096;
  if (skip_ > 0) {
    --skip_;
    return;
  }
  if (++misses_ > kPatience) {
    misses_ = 0;
    skip_ = kPause;
    return;
  }
  auto made = JsonTemplate::describe(record, *keys_);
  if (!made || std::any_of(templates_.begin(), templates_.end(),
                           [&](const JsonTemplate& known) { return known.same_as(*made); })) {
    return;
  }
  if (templates_.size() < kMaxTemplates) {
    latest_ = templates_.size();
    templates_.push_back(std::move(*made));
    return;
  }
  latest_ = oldest_;
  oldest_ = (oldest_ + 1) % kMaxTemplates;
  templates_[latest_] = std::move(*made);
}

std::size_t JsonScanner::read(std::string_view text, Flow& row, TextArena& texts) {
  if (templates_.empty()) {
    return 0;
  }
  const std::size_t length = match(templates_[latest_], text, row, texts);
  if (length != 0) {
    misses_ = 0;
    return length;
  }
  row.present.clear();
  return read_other(text, row, texts);
}

std::size_t JsonScanner::read_other(std::string_view text, Flow& row, TextArena& texts) {
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    if (i == latest_) {
      continue;
    }
    const std::size_t length = match(templates_[i], text, row, texts);
    if (length != 0) {
      latest_ = i;
      misses_ = 0;
      return length;
    }
    row.present.clear();
  }
  return 0;
}

}  // namespace weir
