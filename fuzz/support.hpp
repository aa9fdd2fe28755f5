#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/base/utf8.hpp"
#include "weir/decode/json.hpp"

namespace weir::fuzzing {

inline void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes decisions off the front of an input.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  unsigned byte() {
    if (bytes_.empty()) {
      return 0;
    }
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::string_view text(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

/// One batch for all inputs: a new one's memory takes longer to clear than decoding does.
inline PayloadBatch& reused_batch() {
  static PayloadBatch batch;
  batch.clear();
  return batch;
}

inline const PayloadBatch& batch_of_one(std::string_view message) {
  PayloadBatch& batch = reused_batch();
  batch.add(message, 0);
  return batch;
}

/// Messages, each ended by a 0x1e byte (ASCII's record separator), as one batch.
inline const PayloadBatch& batch_of(std::string_view input) {
  PayloadBatch& batch = reused_batch();
  while (!input.empty()) {
    const std::size_t end = input.find('\x1e');
    batch.add(input.substr(0, end), 0);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return batch;
}

/// Messages in memory that held something else before.
inline const PayloadBatch& batch_over(std::string_view stale,
                                      const std::vector<std::string>& messages) {
  std::size_t size = 256;
  for (const std::string& message : messages) {
    size += message.size() + PayloadBatch::kPadding;
  }
  std::string filler(stale.empty() ? "9" : stale);
  while (filler.size() < size) {
    filler += filler;
  }
  PayloadBatch& batch = reused_batch();
  batch.add(filler, 0);
  batch.clear();
  for (const std::string& message : messages) {
    batch.add(message, 0);
  }
  return batch;
}

inline void require_valid_texts(const Flow& row) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (storage_of(info(id).kind) == Storage::text) {
      const std::string_view text = get_text(row, id);
      require(is_valid_utf8(text) && text.find('\0') == std::string_view::npos);
    }
  }
}

/// Keeps the rows as texts, having checked them.
class CheckedRows final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      require_valid_texts(batch[i]);
      rows.push_back(row_text(batch[i]));
    }
  }
  std::vector<std::string> rows;
};

struct Outcome {
  std::vector<std::string> rows;
  Accounts accounts;

  bool operator==(const Outcome& other) const {
    return rows == other.rows && accounts.filtered == other.accounts.filtered &&
           accounts.refused == other.accounts.refused;
  }
};

/// Decodes a batch; each record must be a row, filtered or refused.
inline Outcome decode(Decoder& decoder, const PayloadBatch& batch) {
  Outcome outcome;
  CheckedRows rows;
  decoder.decode(batch, outcome.accounts, rows);
  outcome.rows = std::move(rows.rows);
  require(outcome.accounts.unaccounted() == static_cast<std::int64_t>(outcome.rows.size()));
  return outcome;
}

}  // namespace weir::fuzzing
