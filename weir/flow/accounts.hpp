#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "weir/flow/batch.hpp"

namespace weir {

/// Why a record that was understood is not counted.
enum class Filtered : std::uint8_t { no_metric, where, marker, event };
inline constexpr std::array<std::string_view, 4> kFilteredNames = {"no_metric", "where", "marker",
                                                                   "event"};

/// Why a record is refused.
enum class Refused : std::uint8_t {
  empty,           ///< a message without bytes
  too_long,        ///< a line of a file beyond the limit
  truncated,       ///< ends in the middle of a record
  not_json,        ///< not JSON (RFC 8259)
  not_object,      ///< JSON or CBOR, but not an object or map
  wrong_type,      ///< a field's value has a shape that its field cannot take
  out_of_range,    ///< a number that its field cannot hold
  overflow,        ///< would wrap a counter past 2^64
  unknown_format,  ///< in none of the forms that are told apart
  not_protobuf,    ///< not a protobuf message
  not_cbor,        ///< not CBOR (RFC 8949)
};
inline constexpr std::array<std::string_view, 11> kRefusedNames = {
    "empty",        "too_long", "truncated",      "not_json",     "not_object", "wrong_type",
    "out_of_range", "overflow", "unknown_format", "not_protobuf", "not_cbor"};

/// What became of everything a pipeline has read. Owned by its thread; a copy goes with each
/// commit. Every record read is counted, filtered or refused: `unaccounted` stays 0.
struct Accounts {
  struct Origin {
    std::uint64_t messages = 0;
    std::uint64_t records = 0;

    bool operator==(const Origin&) const = default;
  };
  std::vector<Origin> origins;  ///< by OriginId
  std::uint64_t counted = 0;
  std::array<std::uint64_t, kFilteredNames.size()> filtered{};
  std::array<std::uint64_t, kRefusedNames.size()> refused{};

  /// The counters of one origin; new ones start at 0.
  Origin& origin(OriginId id) {
    if (id >= origins.size()) {
      origins.resize(id + std::size_t{1});
    }
    return origins[id];
  }
  void filter(Filtered reason, std::uint64_t records = 1) {
    filtered[static_cast<std::size_t>(reason)] += records;
  }
  void refuse(Refused reason, std::uint64_t records = 1) {
    refused[static_cast<std::size_t>(reason)] += records;
  }
  bool operator==(const Accounts&) const = default;
  [[nodiscard]] std::int64_t unaccounted() const {
    std::uint64_t records = 0;
    for (const Origin& origin : origins) {
      records += origin.records;
    }
    records -= counted;
    records -= std::accumulate(filtered.begin(), filtered.end(), std::uint64_t{0});
    records -= std::accumulate(refused.begin(), refused.end(), std::uint64_t{0});
    return static_cast<std::int64_t>(records);
  }
};

}  // namespace weir
