#include "weir/flow/filter_builder.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

constexpr std::uint64_t kMaxInteger = std::numeric_limits<std::uint64_t>::max();

/// Sorted and without overlaps, as the binary search needs them.
template <typename T>
void merge_ranges(std::vector<FilterRange<T>>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.low < b.low; });
  std::size_t kept = 0;
  for (const FilterRange<T>& range : ranges) {
    if (kept != 0 && range.low <= ranges[kept - 1].high) {
      ranges[kept - 1].high = std::max(ranges[kept - 1].high, range.high);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
}

/// The values for which `comparison` with `value` holds, out of [least, most]; none or one range.
std::vector<FilterRange<std::uint64_t>> compared(Comparison comparison, std::uint64_t value,
                                                 std::uint64_t least, std::uint64_t most) {
  switch (comparison) {
    case Comparison::less:
      return value == least ? std::vector<FilterRange<std::uint64_t>>{}
                            : std::vector{FilterRange<std::uint64_t>{least, value - 1}};
    case Comparison::less_equal:
      return {{least, value}};
    case Comparison::greater:
      return value == most ? std::vector<FilterRange<std::uint64_t>>{}
                           : std::vector{FilterRange<std::uint64_t>{value + 1, most}};
    default:
      return {{value, most}};
  }
}

bool is_ordering(Comparison comparison) {
  return comparison >= Comparison::less && comparison <= Comparison::greater_equal;
}

}  // namespace

class FilterBuilder {
 public:
  static FilterProgram build(const FilterNode& root) {
    FilterBuilder builder;
    builder.program_.start_ = builder.add(root, FilterProgram::kAccept, FilterProgram::kReject);
    builder.program_.make_table();
    return std::move(builder.program_);
  }

 private:
  using Op = FilterProgram::Op;
  using Step = FilterProgram::Step;
  using Target = FilterProgram::Target;
  using AddressKey = FilterProgram::AddressKey;

  Target add(const FilterNode& node, Target on_true, Target on_false);
  Target add_test(const FilterTest& test, Target on_true, Target on_false);
  Step make_step(FieldId id, const FilterTest& test);
  void add_integers(Step& step, std::vector<FilterRange<std::uint64_t>> ranges);
  void add_addresses(Step& step, std::vector<FilterRange<AddressKey>> ranges);
  void add_texts(Step& step, const FilterTest& test);
  static std::vector<FilterRange<std::uint64_t>> integer_ranges(const FilterTest& test);
  static std::vector<FilterRange<std::uint64_t>> real_ranges(const FilterTest& test);
  static std::vector<FilterRange<AddressKey>> address_ranges(const FilterTest& test);

  FilterProgram program_;
};

/// Steps are made from the last to the first, so that the targets they name are there already.
FilterProgram::Target FilterBuilder::add(const FilterNode& node, Target on_true, Target on_false) {
  switch (node.kind) {
    case FilterNode::Kind::test:
      return add_test(node.test, on_true, on_false);
    case FilterNode::Kind::negation:
      return add(node.children.front(), on_false, on_true);
    case FilterNode::Kind::all: {
      Target next = on_true;
      for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
        next = add(*child, next, on_false);
      }
      return next;
    }
    case FilterNode::Kind::any: {
      Target next = on_false;
      for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
        next = add(*child, on_true, next);
      }
      return next;
    }
  }
  return on_false;
}

FilterProgram::Target FilterBuilder::add_test(const FilterTest& test, Target on_true,
                                              Target on_false) {
  // `!=` is the negation of `==`, also for two fields and for an absent one.
  if (test.comparison == Comparison::not_equal) {
    std::swap(on_true, on_false);
  }
  Target next = on_false;
  for (auto id = test.fields.rbegin(); id != test.fields.rend(); ++id) {
    Step step = make_step(*id, test);
    step.on_true = on_true;
    step.on_false = next;
    program_.fields_.add(*id);
    next = static_cast<Target>(program_.steps_.size());
    program_.steps_.push_back(step);
  }
  return next;
}

FilterProgram::Step FilterBuilder::make_step(FieldId id, const FilterTest& test) {
  Step step;
  step.field = id;
  step.offset = info(id).offset;
  switch (storage_of(info(id).kind)) {
    case Storage::integer:
      if (test.comparison == Comparison::has) {
        step.op = Op::bits;
        step.low = std::get<FilterRange<std::uint64_t>>(test.items.front()).low;
      } else {
        step.op = Op::integer;
        add_integers(step, integer_ranges(test));
      }
      break;
    case Storage::real:
      step.op = Op::real;
      add_integers(step, real_ranges(test));
      break;
    case Storage::address:
      step.op = Op::address;
      add_addresses(step, address_ranges(test));
      break;
    case Storage::text:
      step.op = test.comparison == Comparison::truthy ? Op::text_present
                : info(id).kind == Kind::list         ? Op::list
                                                      : Op::text;
      add_texts(step, test);
      break;
  }
  return step;
}

void FilterBuilder::add_integers(Step& step, std::vector<FilterRange<std::uint64_t>> ranges) {
  merge_ranges(ranges);
  if (step.op == Op::integer && ranges.size() == 1) {
    step.op = Op::integer_one;
    step.low = ranges.front().low;
    step.span = ranges.front().high - ranges.front().low;
    return;
  }
  step.low = program_.integers_.size();
  step.span = ranges.size();
  program_.integers_.insert(program_.integers_.end(), ranges.begin(), ranges.end());
}

void FilterBuilder::add_addresses(Step& step, std::vector<FilterRange<AddressKey>> ranges) {
  merge_ranges(ranges);
  step.low = program_.addresses_.size();
  step.span = ranges.size();
  program_.addresses_.insert(program_.addresses_.end(), ranges.begin(), ranges.end());
}

void FilterBuilder::add_texts(Step& step, const FilterTest& test) {
  std::vector<std::string> texts;
  texts.reserve(test.items.size());
  for (const FilterItem& item : test.items) {
    texts.push_back(std::get<std::string>(item));
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  step.low = program_.texts_.size();
  step.span = texts.size();
  program_.texts_.insert(program_.texts_.end(), texts.begin(), texts.end());
}

std::vector<FilterRange<std::uint64_t>> FilterBuilder::integer_ranges(const FilterTest& test) {
  if (test.comparison == Comparison::truthy) {
    return {{1, kMaxInteger}};
  }
  std::vector<FilterRange<std::uint64_t>> ranges;
  ranges.reserve(test.items.size());
  for (const FilterItem& item : test.items) {
    ranges.push_back(std::get<FilterRange<std::uint64_t>>(item));
  }
  return is_ordering(test.comparison)
             ? compared(test.comparison, ranges.front().low, 0, kMaxInteger)
             : ranges;
}

/// Reals are compared through integers in the same order; NaN lies outside of every range.
std::vector<FilterRange<std::uint64_t>> FilterBuilder::real_ranges(const FilterTest& test) {
  const std::uint64_t least = FilterProgram::real_key(-std::numeric_limits<double>::infinity());
  const std::uint64_t most = FilterProgram::real_key(std::numeric_limits<double>::infinity());
  if (test.comparison == Comparison::truthy) {
    return {{least, FilterProgram::real_key(0) - 1}, {FilterProgram::real_key(0) + 1, most}};
  }
  std::vector<FilterRange<std::uint64_t>> ranges;
  ranges.reserve(test.items.size());
  for (const FilterItem& item : test.items) {
    const auto& range = std::get<FilterRange<double>>(item);
    ranges.push_back({FilterProgram::real_key(range.low), FilterProgram::real_key(range.high)});
  }
  return is_ordering(test.comparison) ? compared(test.comparison, ranges.front().low, least, most)
                                      : ranges;
}

/// The IPv4-mapped block lies within IPv6's space: it is cut out of ranges of IPv6 addresses.
std::vector<FilterRange<FilterProgram::AddressKey>> FilterBuilder::address_ranges(
    const FilterTest& test) {
  constexpr AddressKey kFirstMapped{0, 0xffff'0000'0000};
  constexpr AddressKey kLastMapped{0, 0xffff'ffff'ffff};
  if (test.comparison == Comparison::truthy) {
    return {{{0, 1}, {0, kFirstMapped.low - 1}},
            {{0, kFirstMapped.low + 1}, {kMaxInteger, kMaxInteger}}};
  }
  std::vector<FilterRange<AddressKey>> ranges;
  for (const FilterItem& item : test.items) {
    const auto& range = std::get<FilterRange<IpAddress>>(item);
    const AddressKey low = FilterProgram::address_key(range.low);
    const AddressKey high = FilterProgram::address_key(range.high);
    if (!range.low.is_ipv4() && low < kFirstMapped && kLastMapped < high) {
      ranges.push_back({low, {0, kFirstMapped.low - 1}});
      ranges.push_back({{0, kLastMapped.low + 1}, high});
    } else {
      ranges.push_back({low, high});
    }
  }
  return ranges;
}

FilterProgram build_filter(const FilterNode& root) {
  return FilterBuilder::build(root);
}

}  // namespace weir
