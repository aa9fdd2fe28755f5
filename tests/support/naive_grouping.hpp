#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/aggregate/group_order.hpp"
#include "weir/aggregate/group_spec.hpp"
#include "weir/base/error.hpp"

namespace weir::test {

/// What grouping means, said as plainly as possible: a std::map from keys to merged fields.
class NaiveGrouping {
 public:
  explicit NaiveGrouping(GroupSpec spec) : spec_(std::move(spec)) {
    for (const GroupColumn& column : spec_.columns) {
      if (const auto* const derived = std::get_if<Derived>(&column.source)) {
        for (std::size_t i = 0; i < info(*derived).count; ++i) {
          want(info(*derived).needs[i]);
        }
      } else {
        want(std::get<FieldId>(column.source));
      }
    }
    if (spec_.bidirectional) {
      for (const auto& [in, out] : kInOut) {
        if (std::ranges::count(merged_, in) + std::ranges::count(merged_, out) != 0) {
          want(in);
          want(out);
        }
      }
    }
  }

  /// Throws Error where a sum wraps.
  void add(const Flow& row) {
    const bool turned = spec_.bidirectional && must_turn(row);
    Values& group = groups_[key_of(row, turned)];
    merge(group, values_of(row, turned));
  }

  /// The rows that should come out, in the order of their keys or the one wanted.
  [[nodiscard]] std::vector<std::string> rows(const GroupOrder& order = {}) const {
    std::vector<std::pair<Key, Values>> groups = sorted(order);
    if (order.top != 0 && groups.size() > order.top) {
      groups.resize(order.top);
    }
    std::vector<std::string> texts;
    for (const auto& [key, values] : groups) {
      Flow row;
      texts.push_back(row_text(fill(row, &key, values)));
    }
    return texts;
  }
  /// All groups but the first `skipped` ones, as one row.
  [[nodiscard]] std::string rest(const GroupOrder& order, std::size_t skipped) const {
    Values all;
    const auto groups = sorted(order);
    for (std::size_t i = skipped; i < groups.size(); ++i) {
      merge(all, groups[i].second);
    }
    for (const FieldId id : merged_) {
      if (info(id).merge == Merge::sum || info(id).merge == Merge::bit_or) {
        all.try_emplace(id, 0);
      }
    }
    Flow row;
    return row_text(fill(row, nullptr, all));
  }
  [[nodiscard]] std::size_t size() const { return groups_.size(); }

 private:
  struct Part {
    std::uint64_t number = 0;
    bool no_number = false;
    double real = 0;
    IpAddress address;
    std::string text;
    std::partial_ordering operator<=>(const Part&) const = default;
    bool operator==(const Part&) const = default;
  };
  using Key = std::vector<Part>;
  using Values = std::map<FieldId, std::uint64_t>;
  static constexpr std::pair<FieldId, FieldId> kInOut[] = {
      {field("bytes"), field("out_bytes")}, {field("packets"), field("out_packets")}};

  void want(FieldId id) {
    const bool key =
        std::ranges::any_of(spec_.key, [id](const KeyPart& part) { return part.field == id; });
    if (!key && !std::ranges::count(merged_, id)) {
      merged_.push_back(id);
    }
  }

  static Part part_of(const Flow& row, const KeyPart& key) {
    Part part;
    switch (storage_of(info(key.field).kind)) {
      case Storage::integer:
        part.number = get_integer(row, key.field);
        break;
      case Storage::real: {
        const double value = get_real(row, key.field);
        part.no_number = std::isnan(value);
        part.real = part.no_number || value == 0 ? 0 : value;
        break;
      }
      case Storage::address: {
        const IpAddress address = get_address(row, key.field);
        part.address = address.masked(address.is_ipv4() ? key.v4_bits : key.v6_bits);
        break;
      }
      case Storage::text:
        part.text = get_text(row, key.field);
    }
    return part;
  }
  [[nodiscard]] Key key_of(const Flow& row, bool turned) const {
    Key key;
    for (KeyPart part : spec_.key) {
      part.field = turned ? mirror_of(part.field) : part.field;
      key.push_back(part_of(row, part));
    }
    return key;
  }
  [[nodiscard]] bool must_turn(const Flow& row) const {
    const auto in_key = [this](FieldId id) {
      return std::ranges::any_of(spec_.key, [id](const KeyPart& key) { return key.field == id; });
    };
    if (in_key(field("src_port"))) {
      const std::uint64_t proto = get_integer(row, field("proto"));
      if (row.present.has(field("proto")) && proto != 6 && proto != 17 && proto != 33 &&
          proto != 132 && proto != 136) {
        return false;
      }
      const std::uint64_t src = get_integer(row, field("src_port"));
      const std::uint64_t dst = get_integer(row, field("dst_port"));
      if (src != dst) {
        return src < dst;
      }
    }
    for (const KeyPart& key : spec_.key) {
      KeyPart mirror = key;
      mirror.field = mirror_of(key.field);
      const std::string_view name = info(key.field).name;
      if (mirror.field == key.field ||
          (name.find("src_") == std::string_view::npos && !name.starts_with("in_"))) {
        continue;
      }
      const Part src = part_of(row, key);
      const Part dst = part_of(row, mirror);
      if (src != dst) {
        return src > dst;
      }
    }
    return false;
  }
  [[nodiscard]] Values values_of(const Flow& row, bool turned) const {
    Values values;
    for (const FieldId id : merged_) {
      FieldId from = id;
      for (const auto& [in, out] : kInOut) {
        from = !turned ? from : id == in ? out : id == out ? in : from;
      }
      if (row.present.has(from)) {
        values[id] = get_integer(row, from);
      } else if (info(id).merge == Merge::sum || info(id).merge == Merge::bit_or) {
        values[id] = id == field("flows") ? 1 : 0;
      }
    }
    return values;
  }
  static void merge(Values& into, const Values& from) {
    for (const auto& [id, value] : from) {
      const auto [at, added] = into.try_emplace(id, value);
      if (added) {
        continue;
      }
      switch (info(id).merge) {
        case Merge::sum:
          if (at->second + value < value) {
            throw Error("a sum wraps");
          }
          at->second += value;
          break;
        case Merge::min:
          at->second = std::min(at->second, value);
          break;
        case Merge::max:
          at->second = std::max(at->second, value);
          break;
        default:
          at->second |= value;
      }
    }
  }
  Flow& fill(Flow& row, const Key* key, const Values& values) const {
    row.present.clear();
    for (std::size_t i = 0; key != nullptr && i < key->size(); ++i) {
      const FieldId id = spec_.key[i].field;
      const Part& part = (*key)[i];
      switch (storage_of(info(id).kind)) {
        case Storage::integer:
          set(row, id, part.number);
          break;
        case Storage::real:
          set(row, id, part.no_number ? std::nan("") : part.real);
          break;
        case Storage::address:
          if (part.address != IpAddress{}) {
            set(row, id, part.address);
          }
          break;
        case Storage::text:
          if (!part.text.empty()) {
            set(row, id, std::string_view(part.text));
          }
      }
    }
    for (const auto& [id, value] : values) {
      const std::uint64_t nothing = info(id).merge == Merge::min ? ~std::uint64_t{0} : 0;
      const bool sum = info(id).merge == Merge::sum || info(id).merge == Merge::bit_or;
      if (sum || value != nothing) {
        set(row, id, value);
      }
    }
    return row;
  }
  [[nodiscard]] std::vector<std::pair<Key, Values>> sorted(const GroupOrder& order) const {
    std::vector<std::pair<Key, Values>> groups(groups_.begin(), groups_.end());
    if (!order.by) {
      return groups;
    }
    const auto before = [&](const auto& a, const auto& b) {
      const auto less = [&](const auto& x, const auto& y) {
        return order.descending ? y < x : x < y;
      };
      if (const auto* const id = std::get_if<FieldId>(&*order.by)) {
        for (std::size_t i = 0; i < spec_.key.size(); ++i) {
          if (spec_.key[i].field == *id) {
            return less(a.first[i], b.first[i]);
          }
        }
        const std::uint64_t nothing = info(*id).merge == Merge::min ? ~std::uint64_t{0} : 0;
        const auto value = [&](const Values& values) {
          return values.contains(*id) ? values.at(*id) : nothing;
        };
        return less(value(a.second), value(b.second));
      }
      Flow one;
      Flow other;
      return less(derived_value(fill(one, &a.first, a.second), std::get<Derived>(*order.by)),
                  derived_value(fill(other, &b.first, b.second), std::get<Derived>(*order.by)));
    };
    // Equal ones stay in the order of their keys.
    std::vector<std::size_t> places(groups.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return before(groups[a], groups[b]) || (!before(groups[b], groups[a]) && a < b);
    });
    std::vector<std::pair<Key, Values>> ordered;
    for (const std::size_t place : places) {
      ordered.push_back(groups[place]);
    }
    return ordered;
  }

  GroupSpec spec_;
  std::vector<FieldId> merged_;
  std::map<Key, Values> groups_;
};

}  // namespace weir::test
