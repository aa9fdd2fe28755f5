#include "weir/decode/nfdump_trailer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir {
namespace {

using Line = NfdumpTrailer::Line;

double unit_of(std::string_view text) {
  // Always decimal; nfdump 1.5 was the last to scale by 1024.
  constexpr std::string_view kUnits = "KMGTP";
  const std::size_t at = text.empty() ? std::string_view::npos : kUnits.find(text.front());
  return at == std::string_view::npos ? 1 : std::pow(1000.0, static_cast<double>(at + 1));
}

std::optional<NfdumpAmount> amount_after(std::string_view line, std::string_view label) {
  const std::size_t at = line.find(label);
  return at == std::string_view::npos ? std::nullopt
                                      : parse_nfdump_amount(line.substr(at + label.size()));
}

bool is_no_match(std::string_view line) {
  return line.starts_with("No match");  // "No matching flows", "No matched flows" before 1.7
}

}  // namespace

std::optional<NfdumpAmount> parse_nfdump_amount(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc()) {
    return std::nullopt;
  }
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!rest.starts_with('.') && !rest.starts_with(' ')) {
    return NfdumpAmount{whole, whole};
  }
  double number = 0;
  const char* after = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
  const double digit = rest.starts_with('.') ? std::pow(10.0, -double(after - end - 1)) : 1;
  rest = std::string_view(after, static_cast<std::size_t>(text.data() + text.size() - after));
  rest.remove_prefix(rest.starts_with(' ') ? 1 : 0);
  const double unit = unit_of(rest);
  constexpr double kMost = 1.8e19;
  if (unit == 1 || (number + digit) * unit > kMost) {
    return NfdumpAmount{whole, whole};
  }
  return NfdumpAmount{static_cast<std::uint64_t>(std::max(0.0, (number - digit) * unit)),
                      static_cast<std::uint64_t>((number + digit) * unit)};
}

Line NfdumpTrailer::take_text(std::string_view line) {
  if (begun_) {
    return take_rest(line);
  }
  if (line.starts_with("Summary: total flows: ")) {
    begun_ = true;
    summary_ = {amount_after(line, "total flows: "), amount_after(line, "total bytes: "),
                amount_after(line, "total packets: ")};
    return Line::taken;
  }
  said_no_flows_ = said_no_flows_ || is_no_match(line);
  // nfdump 1.6 says of anonymised files that they are.
  return is_no_match(line) || line == "IP addresses anonymised" ? Line::taken : Line::none;
}

Line NfdumpTrailer::take_rest(std::string_view line) {
  if (complete_ || line.empty()) {
    return line.empty() ? Line::taken : Line::unexpected;
  }
  if (line.starts_with("Time window: ") && !has_window_) {
    has_window_ = true;
    window_known_ = !line.starts_with("Time window: <unknown>");
    return Line::taken;
  }
  if (line.starts_with("Sys: ") && has_window_ && has_third_) {
    complete_ = true;
    return Line::taken;
  }
  if (!has_window_ || has_third_) {
    return Line::unexpected;
  }
  has_third_ = true;
  if (const auto bytes = amount_after(line, "ytes read: ")) {
    bytes_read_ = bytes->high;
  }
  return Line::taken;
}

Line NfdumpTrailer::take_csv(std::string_view line) {
  if (!begun_) {
    begun_ = line == "Summary";
    said_no_flows_ = said_no_flows_ || is_no_match(line);
    return begun_ || is_no_match(line) ? Line::taken : Line::none;
  }
  if (complete_ || line.empty()) {
    return line.empty() ? Line::taken : Line::unexpected;
  }
  if (!has_header_) {
    has_header_ = line.starts_with("flows,bytes,packets,");
    return has_header_ ? Line::taken : Line::unexpected;
  }
  summary_.flows = parse_nfdump_amount(line);
  const std::size_t first = line.find(',');
  const std::size_t second = line.find(',', first + 1);
  if (!summary_.flows || first == std::string_view::npos || second == std::string_view::npos) {
    return Line::unexpected;
  }
  summary_.bytes = parse_nfdump_amount(line.substr(first + 1));
  summary_.packets = parse_nfdump_amount(line.substr(second + 1));
  complete_ = summary_.bytes && summary_.packets;
  return complete_ ? Line::taken : Line::unexpected;
}

}  // namespace weir
