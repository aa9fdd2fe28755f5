#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "weir/flow/filter_ast.hpp"
#include "weir/flow/flow.hpp"

namespace weir::test {

/// A second reading of filters, straight from the language's description and without any of the
/// compiled program's tricks, to compare it with.
class NaiveFilter {
 public:
  static bool matches(const FilterNode& node, const Flow& flow) {
    switch (node.kind) {
      case FilterNode::Kind::test:
        return test(node.test, flow);
      case FilterNode::Kind::negation:
        return !matches(node.children.front(), flow);
      case FilterNode::Kind::all:
        return std::all_of(node.children.begin(), node.children.end(),
                           [&flow](const FilterNode& child) { return matches(child, flow); });
      case FilterNode::Kind::any:
        return std::any_of(node.children.begin(), node.children.end(),
                           [&flow](const FilterNode& child) { return matches(child, flow); });
    }
    return false;
  }

 private:
  static bool test(const FilterTest& test, const Flow& flow) {
    const bool negated = test.comparison == Comparison::not_equal;
    const bool found = std::any_of(
        test.fields.begin(), test.fields.end(),
        [&test, &flow](FieldId id) { return flow.present.has(id) && one(test, flow, id); });
    return found != negated;
  }

  static bool one(const FilterTest& test, const Flow& flow, FieldId id) {
    if (test.comparison == Comparison::truthy) {
      return truthy(flow, id);
    }
    return std::any_of(test.items.begin(), test.items.end(), [&](const FilterItem& item) {
      switch (storage_of(info(id).kind)) {
        case Storage::integer:
          return ordered(test.comparison, item, get_integer(flow, id));
        case Storage::real:
          return ordered(test.comparison, item, get_real(flow, id));
        case Storage::address:
          return same_family(item, get_address(flow, id));
        case Storage::text:
          return text(item, get_text(flow, id), info(id).kind);
      }
      return false;
    });
  }

  static bool truthy(const Flow& flow, FieldId id) {
    switch (storage_of(info(id).kind)) {
      case Storage::integer:
        return get_integer(flow, id) != 0;
      case Storage::real:
        return get_real(flow, id) < 0 || get_real(flow, id) > 0;
      case Storage::address: {
        const std::string shown = get_address(flow, id).to_string();
        return shown != "::" && shown != "0.0.0.0";
      }
      case Storage::text:
        return !get_text(flow, id).empty();
    }
    return false;
  }

  template <typename Value>
  static bool ordered(Comparison comparison, const FilterItem& item, Value value) {
    const auto& range = std::get<FilterRange<Value>>(item);
    switch (comparison) {
      case Comparison::less:
        return value < range.low;
      case Comparison::less_equal:
        return value <= range.low;
      case Comparison::greater:
        return value > range.low;
      case Comparison::greater_equal:
        return value >= range.low;
      case Comparison::has:
        return has_bits(value, range.low);
      default:
        return value >= range.low && value <= range.high;
    }
  }

  template <typename Value>
  static bool has_bits(Value value, Value wanted) {
    for (std::uint64_t bit = 1; bit != 0; bit <<= 1) {
      if ((static_cast<std::uint64_t>(wanted) & bit) != 0 &&
          (static_cast<std::uint64_t>(value) & bit) == 0) {
        return false;
      }
    }
    return true;
  }

  static bool same_family(const FilterItem& item, const IpAddress& address) {
    const auto& range = std::get<FilterRange<IpAddress>>(item);
    return address.is_ipv4() == range.low.is_ipv4() && range.low <= address &&
           address <= range.high;
  }

  static bool text(const FilterItem& item, std::string_view value, Kind kind) {
    const std::string& wanted = std::get<std::string>(item);
    if (value == wanted) {
      return true;
    }
    // Wanted as an item: with a blank or the end on both sides.
    return kind == Kind::list && !wanted.empty() && wanted.find(' ') == std::string::npos &&
           fmt::format(" {} ", value).find(fmt::format(" {} ", wanted)) != std::string::npos;
  }
};

}  // namespace weir::test
