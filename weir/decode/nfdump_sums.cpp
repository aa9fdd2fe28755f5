#include "weir/decode/nfdump_sums.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir {
namespace {

/// Adds the number that `text` is; false if it is none. Unlike std::from_chars it is inlined.
bool add_digits(std::string_view text, std::uint64_t& sum, std::uint64_t& value) {
  constexpr std::size_t kSafeDigits = 19;
  value = 0;
  if (text.empty() || text.size() > kSafeDigits + 1) {
    return false;
  }
  for (const char c : text.substr(0, kSafeDigits)) {
    const auto digit = static_cast<unsigned>(c) - '0';
    if (digit > 9) {
      return false;
    }
    value = value * 10 + digit;
  }
  if (text.size() > kSafeDigits) {
    const auto digit = static_cast<unsigned>(text.back()) - '0';
    if (digit > 9 || value > (~std::uint64_t{0} - digit) / 10) {
      return false;
    }
    value = value * 10 + digit;
  }
  sum += value;
  return true;
}

std::string amount_text(const NfdumpAmount& amount) {
  return amount.low == amount.high ? fmt::format("{}", amount.low)
                                   : fmt::format("{} to {}", amount.low, amount.high);
}

}  // namespace

NfdumpSums::NfdumpSums(std::span<const NfdumpColumn> columns) {
  const auto column = [columns](std::string_view name) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const NfdumpColumn& c) { return c.name == name; });
    return found == columns.end() ? kAbsent : static_cast<std::size_t>(found - columns.begin());
  };
  flows_.column = column("flows");
  packets_.column = std::min(column("packets"), column("in_packets"));
  bytes_.column = std::min(column("bytes"), column("in_bytes"));
  out_packets_.column = column("out_packets");
  out_bytes_.column = column("out_bytes");
}

bool NfdumpSums::add(std::span<const std::string_view> row) {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t other = 0;
  const auto take = [row](Sum& sum, std::uint64_t& value) {
    return !sum.known() || add_digits(row[sum.column], sum.value, value);
  };
  ++rows_;
  if (!take(packets_, packets) || !take(bytes_, bytes) || !take(flows_, other) ||
      !take(out_packets_, other) || !take(out_bytes_, other)) {
    return false;
  }
  hollow_rows_ += packets == 0 && bytes == 0 && packets_.known() && bytes_.known() ? 1 : 0;
  return true;
}

NfdumpSums::Checked NfdumpSums::check_flows(const NfdumpAmount& flows, bool aggregated) const {
  const std::uint64_t counted = flows_.known() ? flows_.value : rows_;
  if (flows.holds(counted)) {
    return {{}, flows_.known() || !aggregated};
  }
  if (!aggregated && counted > flows.high && counted - flows.high <= hollow_rows_) {
    return {{}, true};
  }
  if (!flows_.known()) {
    // A row may stand for several flows even without aggregation, but never for less than one.
    const bool too_many = rows_ > flows.high && rows_ - flows.high > hollow_rows_;
    return {too_many ? fmt::format("{} rows, but {} flows in the Summary line", rows_,
                                   amount_text(flows))
                     : std::string(),
            false};
  }
  return {fmt::format("the rows have {} flows, the Summary line {}", counted, amount_text(flows)),
          false};
}

std::string NfdumpSums::difference(const NfdumpSummary& summary, bool aggregated) const {
  bool proved = false;
  if (summary.flows) {
    const Checked checked = check_flows(*summary.flows, aggregated);
    if (!checked.difference.empty()) {
      return checked.difference;
    }
    proved = checked.proved;
  }
  struct Pair {
    std::string_view what, tokens;
    const Sum &in, &out;
    const std::optional<NfdumpAmount>& total;
  };
  const Pair pairs[] = {{"bytes", "%obyt", bytes_, out_bytes_, summary.bytes},
                        {"packets", "%opkt", packets_, out_packets_, summary.packets}};
  for (const Pair& pair : pairs) {
    if (!pair.in.known() || !pair.total) {
      continue;
    }
    const std::uint64_t sum = pair.in.value + pair.out.value;
    const bool one_direction = !pair.out.known() && sum < pair.total->low;
    if (pair.total->holds(sum) || (one_direction && proved)) {
      continue;
    }
    return fmt::format("the rows have {} {}, the Summary line {}{}", sum, pair.what,
                       amount_text(*pair.total),
                       one_direction ? fmt::format("; if flows have two directions, add {} or %fl "
                                                   "to the format",
                                                   pair.tokens)
                                     : std::string());
  }
  return {};
}

}  // namespace weir
