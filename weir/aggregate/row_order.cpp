#include "weir/aggregate/row_order.hpp"

#include <cstring>
#include <utility>

#include "weir/aggregate/rank.hpp"

namespace weir {
namespace {

std::string_view address_bytes(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

std::uint64_t ascending_rank(const Flow& row, FieldId id) {
  switch (storage_of(info(id).kind)) {
    case Storage::integer:
      return get_integer(row, id);
    case Storage::real:
      return rank_of_real(get_real(row, id));
    case Storage::address: {
      const IpAddress address = get_address(row, id);
      return rank_of_bytes(address_bytes(address));
    }
    case Storage::text:
      return rank_of_bytes(get_text(row, id));
  }
  return 0;
}

template <typename Value>
int three_way(const Value& a, const Value& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// An absent field comes before one of 0, or empty.
int compare(const Flow& a, const Flow& b, FieldId id) {
  int order = 0;
  if (storage_of(info(id).kind) == Storage::address) {
    const IpAddress one = get_address(a, id);
    const IpAddress other = get_address(b, id);
    order = std::memcmp(one.bytes.data(), other.bytes.data(), one.bytes.size());
  } else if (storage_of(info(id).kind) == Storage::text) {
    order = get_text(a, id).compare(get_text(b, id));
  } else {
    order = three_way(ascending_rank(a, id), ascending_rank(b, id));
  }
  return order != 0 ? order : three_way(a.present.has(id), b.present.has(id));
}

}  // namespace

RowOrder::RowOrder(std::variant<FieldId, Derived> by, bool descending, std::vector<FieldId> then)
    : by_(by), descending_(descending), then_(std::move(then)) {}

std::uint64_t RowOrder::rank(const Flow& row) const {
  const auto* const id = std::get_if<FieldId>(&by_);
  const std::uint64_t ascending =
      id != nullptr ? ascending_rank(row, *id) : derived_value(row, std::get<Derived>(by_));
  return descending_ ? ~ascending : ascending;
}

bool RowOrder::before(const Flow& a, const Flow& b) const {
  if (const auto* const id = std::get_if<FieldId>(&by_)) {
    // A rank is only the beginning of an address or a text.
    if (const int order = compare(a, b, *id); order != 0) {
      return descending_ ? order > 0 : order < 0;
    }
  }
  for (const FieldId id : then_) {
    if (const int order = compare(a, b, id); order != 0) {
      return order < 0;
    }
  }
  return false;
}

}  // namespace weir
