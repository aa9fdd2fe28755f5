#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weir/flow/flow.hpp"

namespace weir {

/// Where a message came from: an index into the source's origins (a topic's partition, a file).
using OriginId = std::uint32_t;

/// Messages as a source delivers them, copied into one buffer that is reused. Every message is
/// followed by at least `kPadding` readable bytes, because vectorised parsers read past the end.
class PayloadBatch {
 public:
  static constexpr std::size_t kPadding = 64;
  static constexpr std::size_t kMaxMessages = 1000;
  static constexpr std::size_t kTargetBytes = std::size_t{1} << 20;

  struct Payload {
    std::size_t offset;
    std::size_t size;
    OriginId origin;
    std::int64_t position;  ///< in its origin (Kafka: its offset), -1 = unknown
    bool too_long = false;  ///< beyond what the source keeps; without its bytes, to be refused
  };

  void clear() {
    payloads_.clear();
    used_ = 0;
  }
  /// A source stops adding here; a single message may be larger than the target.
  [[nodiscard]] bool full() const {
    return payloads_.size() >= kMaxMessages || used_ >= kTargetBytes;
  }
  [[nodiscard]] bool empty() const { return payloads_.empty(); }
  [[nodiscard]] std::size_t size() const { return payloads_.size(); }

  void add(std::string_view message, OriginId origin, std::int64_t position = -1) {
    if (used_ + message.size() + kPadding > capacity_) {
      grow(used_ + message.size() + kPadding);
    }
    if (!message.empty()) {
      std::memcpy(buffer_.get() + used_, message.data(), message.size());
    }
    payloads_.push_back({used_, message.size(), origin, position});
    used_ += message.size() + kPadding;
  }
  /// A message of which only is told that it was there.
  void add_too_long(OriginId origin, std::int64_t position = -1) {
    add({}, origin, position);
    payloads_.back().too_long = true;
  }

  [[nodiscard]] std::span<const Payload> payloads() const { return payloads_; }
  [[nodiscard]] std::string_view text(const Payload& payload) const {
    return {buffer_.get() + payload.offset, payload.size};
  }

 private:
  void grow(std::size_t needed);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::vector<Payload> payloads_;
};

/// Memory for texts that had to be made (unescaped, mended, joined); freed all at once with
/// `reset`. Addresses stay valid until then.
class TextArena {
 public:
  /// Room for `size` bytes.
  char* allocate(std::size_t size);
  std::string_view copy(std::string_view text);
  void reset();

 private:
  static constexpr std::size_t kBlock = std::size_t{64} << 10;

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<char[]>> large_;
  std::size_t block_ = 0;
  std::size_t used_ = 0;
};

/// Which bytes of which message a record was.
struct RecordPlace {
  std::string_view bytes;      ///< the record's own; of a message without any, none
  OriginId origin = 0;         ///< of the message
  std::uint32_t index = 0;     ///< of the record in its message, from 0
  std::int64_t position = -1;  ///< of the message in its origin (Kafka: its offset), -1 = unknown
};

/// Up to 256 decoded rows. Rows may be dropped without being moved; the memory is reused and never
/// cleared. The rows' texts point into the PayloadBatch they were decoded from or into `texts()`.
class FlowBatch {
 public:
  static constexpr std::size_t kCapacity = 256;

  FlowBatch()
      : rows_(std::make_unique_for_overwrite<Flow[]>(kCapacity)),
        places_(std::make_unique<RecordPlace[]>(kCapacity)) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return filled_ == kCapacity; }
  void clear() {
    size_ = 0;
    filled_ = 0;
    texts_.reset();
  }

  /// The next free row with nothing present; it becomes part of the batch with `append`.
  Flow& next() {
    assert(!full());
    Flow& row = rows_[filled_];
    row.present.clear();
    return row;
  }
  void append() { order_[size_++] = static_cast<std::uint16_t>(filled_++); }
  /// The same of a row that was decoded from a record.
  void append(const RecordPlace& place) {
    places_[filled_] = place;
    append();
  }
  /// Where row `i` was decoded from; only of batches to which all rows were appended with it.
  [[nodiscard]] const RecordPlace& place(std::size_t i) const { return places_[order_[i]]; }

  Flow& operator[](std::size_t i) { return rows_[order_[i]]; }
  const Flow& operator[](std::size_t i) const { return rows_[order_[i]]; }

  /// Keeps the rows for which `wanted(row)` holds, in their order.
  template <typename Predicate>
  void keep(Predicate&& wanted) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (wanted(rows_[order_[i]])) {
        order_[kept++] = order_[i];
      }
    }
    size_ = kept;
  }

  TextArena& texts() { return texts_; }

 private:
  std::unique_ptr<Flow[]> rows_;
  std::unique_ptr<RecordPlace[]> places_;
  std::array<std::uint16_t, kCapacity> order_{};
  std::size_t size_ = 0;
  std::size_t filled_ = 0;
  TextArena texts_;
};

}  // namespace weir
