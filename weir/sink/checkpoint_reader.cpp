#include "weir/sink/checkpoint_reader.hpp"

#include "weir/base/byte_cursor.hpp"
#include "weir/sink/commit_codec.hpp"

namespace weir {

bool CheckpointReader::snapshot(std::string_view piece) {
  ByteCursor in(piece);
  const auto kind = static_cast<SnapshotPiece>(in.get<std::uint8_t>());
  static_cast<void>(in.get<std::uint32_t>());  // the metric's number
  CommitTime time;
  return in.ok() &&
         (kind != SnapshotPiece::checkpoint || (decode(in, time) && decode(in, checkpoint_)));
}

bool CheckpointReader::commit(std::uint64_t /*number*/, std::string_view bytes) {
  ByteCursor in(bytes);
  CommitTime time;
  return decode(in, time) && decode(in, checkpoint_);
}

}  // namespace weir
