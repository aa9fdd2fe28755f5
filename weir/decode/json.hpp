#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "weir/decode/json_keys.hpp"
#include "weir/decode/json_reference.hpp"
#include "weir/decode/json_scanner.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Decodes JSON messages (RFC 8259): one object, several one after another, or arrays of objects.
/// Each record is judged alone; behind a broken one reading goes on at the next that can be found.
class JsonDecoder final : public Decoder, private JsonRecords {
 public:
  static constexpr std::size_t kMaxMessage = std::size_t{16} << 20;  ///< bytes

  /// With `no` every record is read by the reference parser; the rows are the same.
  enum class Learn : std::uint8_t { yes, no };

  /// Only the wanted fields are read, those they are made of, and `bytes`, without which a record
  /// is an event. Throws Error::usage for a mapping whose path cannot be one, see parse_json_path.
  explicit JsonDecoder(const DecoderOptions& options, Learn learn = Learn::yes);

  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override;
  /// The same of some of the batch's messages.
  void decode(const PayloadBatch& batch, std::span<const PayloadBatch::Payload> payloads,
              Accounts& accounts, Emit& emit);

 private:
  void decode_message(std::string_view text);
  /// Reads one record at `at`, or steps over what is none; returns where it ends.
  std::size_t read_record(std::string_view text, std::size_t at);
  std::size_t read_by_reference(std::string_view text, std::size_t at);
  std::size_t read_object(std::string_view text, std::size_t at);
  std::size_t refuse_garbage(std::string_view text, std::size_t at);
  bool try_reference(std::string_view piece);
  void refuse(Refused reason, std::string_view bytes);

  Flow& row() override;
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict verdict, std::string_view bytes) override;

  std::shared_ptr<const JsonKeys> keys_;
  JsonScanner scanner_;
  JsonReference reference_;
  Learn learn_;
  Refusals* refusals_;
  FlowBatch rows_;
  // Set for the duration of one decode() and one message.
  Accounts* accounts_ = nullptr;
  Emit* emit_ = nullptr;
  Flow* row_ = nullptr;  ///< asked for last
  RecordPlace place_;
  bool first_ = true;  ///< nothing of the message has been read yet
  JsonVerdict latest_;
};

}  // namespace weir
