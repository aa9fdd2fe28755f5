#include "weir/flow/filter_program.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <iterator>
#include <span>

namespace weir {
namespace {

/// Up to this many values are compared one after the other.
constexpr std::size_t kLinear = 4;

template <typename T>
bool in_ranges(std::span<const FilterRange<T>> ranges, const T& value) {
  if (ranges.size() <= kLinear) {
    return std::any_of(ranges.begin(), ranges.end(), [&value](const FilterRange<T>& range) {
      return range.low <= value && value <= range.high;
    });
  }
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), value,
      [](const T& wanted, const FilterRange<T>& range) { return wanted < range.low; });
  return after != ranges.begin() && value <= std::prev(after)->high;
}

template <typename Value>
Value load_present(const Flow& flow, std::uint16_t offset) {
  Value value;
  std::memcpy(&value, reinterpret_cast<const char*>(&flow) + offset, sizeof value);
  return value;
}

}  // namespace

FilterProgram::AddressKey FilterProgram::address_key(const IpAddress& address) {
  AddressKey key;
  std::memcpy(&key.high, address.bytes.data(), sizeof key.high);
  std::memcpy(&key.low, address.bytes.data() + sizeof key.high, sizeof key.low);
  if constexpr (std::endian::native == std::endian::little) {
    key.high = __builtin_bswap64(key.high);
    key.low = __builtin_bswap64(key.low);
  }
  return key;
}

std::uint64_t FilterProgram::real_key(double value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 becomes 0
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

bool FilterProgram::has_text(const Step& step, std::string_view text) const {
  const std::span values(texts_.data() + step.low, step.span);
  if (values.size() <= kLinear) {
    return std::any_of(values.begin(), values.end(),
                       [text](const std::string& value) { return value == text; });
  }
  return std::binary_search(values.begin(), values.end(), text, std::less<>{});
}

bool FilterProgram::has_item(const Step& step, std::string_view list) const {
  if (has_text(step, list)) {
    return true;
  }
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end != 0 && has_text(step, list.substr(0, end))) {
      return true;
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

inline bool FilterProgram::holds(const Step& step, const Flow& flow) const {
  if (!flow.present.has(step.field)) {
    return false;
  }
  const auto integers = [this, &step] { return std::span(integers_.data() + step.low, step.span); };
  switch (step.op) {
    case Op::integer_one:
      return load_present<std::uint64_t>(flow, step.offset) - step.low <= step.span;
    case Op::integer:
      return in_ranges<std::uint64_t>(integers(), load_present<std::uint64_t>(flow, step.offset));
    case Op::bits:
      return (load_present<std::uint64_t>(flow, step.offset) & step.low) == step.low;
    case Op::real:
      return in_ranges<std::uint64_t>(integers(),
                                      real_key(load_present<double>(flow, step.offset)));
    case Op::address:
      return in_ranges<AddressKey>(std::span(addresses_.data() + step.low, step.span),
                                   address_key(load_present<IpAddress>(flow, step.offset)));
    case Op::text:
      return has_text(step, load_present<std::string_view>(flow, step.offset));
    case Op::list:
      return has_item(step, load_present<std::string_view>(flow, step.offset));
    case Op::text_present:
      return !load_present<std::string_view>(flow, step.offset).empty();
  }
  return false;
}

void FilterProgram::make_table() {
  const auto cheap = [](const Step& step) {
    return step.op == Op::integer_one || step.op == Op::bits;
  };
  tabled_ = !steps_.empty() && steps_.size() <= kMaxTabled &&
            std::all_of(steps_.begin(), steps_.end(), cheap);
  if (!tabled_) {
    return;
  }
  for (std::uint64_t answers = 0; answers < std::uint64_t{1} << steps_.size(); ++answers) {
    Target at = start_;
    do {
      const Step& step = steps_[at];
      at = (answers >> at & 1U) != 0 ? step.on_true : step.on_false;
    } while (at < kReject);
    table_ |= std::uint64_t{at == kAccept} << answers;
  }
}

bool FilterProgram::look_up(const Flow& flow) const {
  std::uint64_t answers = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (!flow.present.has(step.field)) {
      continue;
    }
    const auto value = load_present<std::uint64_t>(flow, step.offset);
    const std::uint64_t holds = step.op == Op::integer_one
                                    ? std::uint64_t{value - step.low <= step.span}
                                    : std::uint64_t{(value & step.low) == step.low};
    answers |= holds << i;
  }
  return (table_ >> answers & 1U) != 0;
}

bool FilterProgram::walk(const Flow& flow) const {
  const Step* const steps = steps_.data();
  Target at = start_;
  do {
    const Step& step = steps[at];
    at = holds(step, flow) ? step.on_true : step.on_false;
  } while (at < kReject);
  return at == kAccept;
}

}  // namespace weir
