#pragma once

#include <cstdint>
#include <string_view>

#include "weir/base/byte_cursor.hpp"
#include "weir/sink/series_registry.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

// The bytes of commits and snapshots as a CommitStore keeps them, as far as they are about series;
// what is said of them in sink/checkpoint_codec.hpp holds here too.

/// What a piece of a snapshot holds, by its first byte. The number of a metric comes next.
enum class SnapshotPiece : std::uint8_t { checkpoint, totals, series, waiting, metrics };

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
