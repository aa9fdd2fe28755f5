#include "weir/encode/column_values.hpp"

#include <charconv>
#include <cmath>

namespace weir {
namespace {

/// The whole of `text` as a number.
template <typename Number>
std::optional<Number> whole(std::string_view text, auto... base) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base...);
  if (error != std::errc{} || rest != end) {
    return std::nullopt;
  }
  return number;
}

/// Takes the number before `end` off the front of `text`.
std::optional<unsigned> take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = whole<unsigned>(text.substr(0, at));
  text.remove_prefix(at + 1);
  return number;
}

/// `hh:mm:ss.mmm`. Seconds may be 60, because nfdump rounds 59.9996 to 60.000.
std::optional<double> read_clock(std::string_view text) {
  const auto hours = take_until(text, ':');
  const auto minutes = take_until(text, ':');
  const auto seconds = read_real(text);
  if (!hours || !minutes || !seconds || *minutes > 59 || *seconds < 0 || *seconds > 60) {
    return std::nullopt;
  }
  // In whole milliseconds, so that 1:10.100 is the double nearest to 70.1 and not its neighbour.
  const double millis = (*hours * 3600.0 + *minutes * 60.0) * 1000 + *seconds * 1000;
  return std::round(millis) / 1000;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) {
    return {};
  }
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

bool says_nothing(std::string_view text) {
  return text.empty() || text == "-" || text.starts_with("0000-00-00") ||
         text.starts_with("1969-12-31");
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  constexpr std::string_view kHexadecimal = "0x";
  return text.starts_with(kHexadecimal) ? whole<std::uint64_t>(text.substr(kHexadecimal.size()), 16)
                                        : whole<std::uint64_t>(text);
}

std::optional<std::uint64_t> read_port(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) {
    return read_number(text);
  }
  const auto type = whole<std::uint8_t>(text.substr(0, point));
  const auto code = whole<std::uint8_t>(text.substr(point + 1));
  if (!type || !code) {
    return std::nullopt;
  }
  return std::uint64_t{*type} * 256 + *code;
}

std::optional<double> read_real(std::string_view text) {
  const auto number = whole<double>(text);  // reads `inf` and `nan`, too
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<double> read_duration(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    return read_real(text);
  }
  double days = 0;
  if (text.find('d') != std::string_view::npos) {
    const auto count = take_until(text, 'd');
    if (!count) {
      return std::nullopt;
    }
    days = *count;
    text = trimmed(text);
  }
  const auto seconds = read_clock(text);
  if (!seconds) {
    return std::nullopt;
  }
  return std::round((days * 86'400 + *seconds) * 1000) / 1000;
}

std::optional<ColumnTime> read_time(std::string_view text) {
  const auto nanos = parse_time(text);
  if (!nanos) {
    return std::nullopt;
  }
  constexpr std::size_t kDate = 10;  // YYYY-MM-DD, whose hyphens are no sign of a zone
  const bool calendar = text.size() >= kDate && text[4] == '-';
  const bool zone = calendar && text.substr(kDate).find_first_of("Zz+-") != std::string_view::npos;
  return ColumnTime{*nanos, calendar && !zone};
}

bool is_scaled_number(std::string_view text) {
  if (text.empty() || std::string_view("kKMGTP").find(text.back()) == std::string_view::npos) {
    return false;
  }
  text.remove_suffix(1);
  return read_real(trimmed(text)).has_value();
}

}  // namespace weir
