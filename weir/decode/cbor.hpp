#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/cbor_cursor.hpp"
#include "weir/decode/json_keys.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Decodes CBOR messages (RFC 8949): one map, several one after another, or arrays of maps, with
/// the keys that JSON has: weir's own rows in both forms, and whatever else is written so. Each
/// record is judged alone; what follows one that is not CBOR cannot be read.
class CborDecoder final : public Decoder {
 public:
  static constexpr std::size_t kMaxMessage = std::size_t{16} << 20;  ///< bytes

  /// Only the wanted fields are read, those they are made of, and `bytes`, without which a record
  /// is an event. The options' mapping is JSON's and not looked at.
  explicit CborDecoder(const DecoderOptions& options);

  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override;
  /// The same of some of the batch's messages.
  void decode(const PayloadBatch& batch, std::span<const PayloadBatch::Payload> payloads,
              Accounts& accounts, Emit& emit);

 private:
  /// The key that stood in one place of the last map, and what it stands for: most maps have the
  /// same keys in the same order.
  struct Guess {
    std::string bytes;  ///< of the key as an item, then bytes to read past
    std::size_t size = 0;
    const JsonTarget* target = nullptr;  ///< null if it is not wanted
  };

  void decode_message(std::string_view bytes);
  bool read_items(CborCursor& cursor, const CborHead& array, std::size_t begin);
  bool read_record(CborCursor& cursor, const CborHead& head, std::size_t begin);
  bool read_map(CborCursor& cursor, const CborHead& map, Flow& row,
                std::optional<Refused>& refused);
  bool read_key(CborCursor& cursor, std::uint64_t place, const JsonTarget*& target);
  void refuse_rest(const CborCursor& cursor, std::size_t begin);
  void refuse(Refused reason, std::string_view bytes);
  Flow& next_row();
  /// Counts a record and says where it is.
  RecordPlace next_place(std::string_view bytes);

  JsonKeys keys_;
  Refusals* refusals_;
  FlowBatch rows_;
  std::vector<Guess> guesses_;
  std::string joined_;
  // Set for the duration of one decode() and one message.
  Accounts* accounts_ = nullptr;
  Emit* emit_ = nullptr;
  std::string_view message_;
  RecordPlace place_;  ///< of the next record, but for its bytes
};

}  // namespace weir
