#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/byte_cursor.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/series_registry.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

// The bytes of commits and snapshots as a CommitStore keeps them. Numbers are little-endian, texts
// have their size before them. A change here is a new version of the format in state/commit_log.
//
// Readers take bytes of any quality: false for what makes no sense, and then what they were to fill
// in is of no use. Counts are never believed beyond the bytes that are there.

/// What a piece of a snapshot holds, by its first byte. The number of a metric comes next.
enum class SnapshotPiece : std::uint8_t { checkpoint, totals, series, waiting, metrics };

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

/// What a commit changes in one metric; keys and texts of new series are the registry's.
void encode(const SeriesDelta& delta, const SeriesRegistry& registry, ByteWriter& out);
/// Gives new series to the registry, takes dropped ones out. `table` is what it will be applied to.
[[nodiscard]] bool decode(ByteCursor& in, const SeriesTable& table, SeriesRegistry& registry,
                          SeriesDelta& delta);

/// What a snapshot holds of one metric besides its series.
void encode_totals(const SeriesTable& table, ByteWriter& out);
[[nodiscard]] bool decode_totals(ByteCursor& in, SeriesTable& table);

/// One series of a snapshot, or that there is none of this id: in the order of their ids, so that
/// what is read takes no more memory than bytes.
void encode_series(SeriesId id, const SeriesTable& table, const SeriesRegistry& registry,
                   ByteWriter& out);
[[nodiscard]] bool decode_series(ByteCursor& in, SeriesTable& table, SeriesRegistry& registry);

/// Which series are held and which are leaving; they have to be there already.
void encode_waiting(const SeriesTable& table, ByteWriter& out);
[[nodiscard]] bool decode_waiting(ByteCursor& in, SeriesTable& table);

}  // namespace weir
