#pragma once

#include <string>
#include <vector>

#include "weir/base/byte_cursor.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

// What a commit says of itself: when it was made, how far was read, which metrics there are.
// Numbers are little-endian, texts have their size before them. A change here is a new version of
// the format in state/commit_frame.hpp.
//
// Readers take bytes of any quality: false for what makes no sense, and then what they were to fill
// in is of no use. Counts are never believed beyond the bytes that are there.

/// What tells a metric's counters from others: those of equal name and meaning go on.
struct MetricIdentity {
  std::string name;
  std::string meaning;  ///< what is counted, by what labels, of which flows; for people too

  bool operator==(const MetricIdentity&) const = default;
};

void encode(const CommitTime& time, ByteWriter& out);
[[nodiscard]] bool decode(ByteCursor& in, CommitTime& time);

/// Reasons are written by their names, so that a program with more of them reads it.
void encode(const Checkpoint& checkpoint, ByteWriter& out);
[[nodiscard]] bool decode(ByteCursor& in, Checkpoint& checkpoint);

/// The metrics there are, in the order in which the rest of a commit or snapshot has them.
void encode(const std::vector<MetricIdentity>& metrics, ByteWriter& out);
[[nodiscard]] bool decode(ByteCursor& in, std::vector<MetricIdentity>& metrics);

}  // namespace weir
