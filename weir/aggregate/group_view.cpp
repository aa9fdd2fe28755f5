#include "weir/aggregate/group_view.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "weir/base/error.hpp"

namespace weir {
namespace {

template <typename Value>
int three_way(const Value& a, const Value& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

double real_at(const char* at) {
  double value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

IpAddress address_at(const char* at) {
  IpAddress address;
  std::memcpy(address.bytes.data(), at, sizeof address);
  return address;
}

}  // namespace

int GroupView::compare_parts(std::size_t part, const GroupView& other,
                             std::size_t other_part) const {
  const GroupLayout::Part& a = layout_->parts()[part];
  const GroupLayout::Part& b = layout_->parts()[other_part];
  switch (a.storage) {
    case Storage::integer:
      return three_way(integer(a), other.integer(b));
    case Storage::real: {
      const double x = real_at(bytes() + a.at);
      const double y = real_at(other.bytes() + b.at);
      return std::isnan(x) || std::isnan(y) ? three_way(std::isnan(x), std::isnan(y))
                                            : three_way(x, y);
    }
    case Storage::address:
      return std::memcmp(bytes() + a.at, other.bytes() + b.at, sizeof(IpAddress));
    case Storage::text:
      return text(a).compare(other.text(b));
  }
  return 0;
}

int GroupView::compare_keys(const GroupView& other) const {
  for (std::size_t i = 0; i < layout_->parts().size(); ++i) {
    if (const int order = compare_parts(i, other, i); order != 0) {
      return order;
    }
  }
  return 0;
}

void GroupView::to_flow(Flow& row) const {
  for (const GroupLayout::Part& part : layout_->parts()) {
    switch (part.storage) {
      case Storage::integer:
        set(row, part.field, integer(part));
        break;
      case Storage::real:
        set(row, part.field, real_at(bytes() + part.at));
        break;
      case Storage::address: {
        const IpAddress address = address_at(bytes() + part.at);
        if (address != IpAddress{}) {
          set(row, part.field, address);
        }
        break;
      }
      case Storage::text:
        if (size_of_text(part) != 0) {
          set(row, part.field, text(part));
        }
    }
  }
  for (std::size_t i = 0; i < layout_->values().size(); ++i) {
    const GroupLayout::Value& merged = layout_->values()[i];
    const bool nothing =
        merged.merge != Merge::sum && value(i) == GroupLayout::absent_value(merged);
    if (!nothing || merged.merge == Merge::bit_or) {
      set(row, merged.field, value(i));
    }
  }
}

std::string GroupView::describe_key() const {
  std::string text_out;
  for (const GroupLayout::Part& part : layout_->parts()) {
    fmt::format_to(std::back_inserter(text_out), "{}{}=", text_out.empty() ? "" : ", ",
                   info(part.field).name);
    switch (part.storage) {
      case Storage::integer:
        fmt::format_to(std::back_inserter(text_out), "{}", integer(part));
        break;
      case Storage::real:
        fmt::format_to(std::back_inserter(text_out), "{}", real_at(bytes() + part.at));
        break;
      case Storage::address:
        text_out += address_at(bytes() + part.at).to_string();
        break;
      case Storage::text:
        text_out += text(part).substr(0, 100);
    }
  }
  return text_out.empty() ? "all flows together" : text_out;
}

void throw_overflow(const GroupLayout& layout, const std::uint64_t* into, const std::uint64_t* from,
                    const std::string& whose) {
  std::string_view name = "a field";
  for (std::size_t i = 0; i < layout.values().size(); ++i) {
    // A sum that wrapped is less than what was added to it.
    if (layout.values()[i].merge == Merge::sum && into[i] < from[i]) {
      name = info(layout.values()[i].field).name;
      break;
    }
  }
  throw Error(
      fmt::format("the sum of {0} of {1} is beyond 2^64-1, so some flows cannot be true; leave "
                  "them out with --where, as in --where '{0} < 1000G'",
                  name, whose));
}

}  // namespace weir
