#pragma once

#include <cstdint>

#include "weir/decode/json_reference.hpp"
#include "weir/decode/json_scanner.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Decodes JSON messages (RFC 8259): one object, several one after another, or arrays of objects.
/// Each record is judged alone; behind a broken one reading goes on at the next that can be found.
class JsonDecoder final : public Decoder, private JsonRecords {
 public:
  static constexpr std::size_t kMaxMessage = std::size_t{16} << 20;  ///< bytes

  /// With `no` every record is read by the reference parser; the rows are the same.
  enum class Learn : std::uint8_t { yes, no };

  /// Only `wanted` fields are read, and `bytes`, without which a record is an event.
  explicit JsonDecoder(const FieldSet& wanted, Learn learn = Learn::yes);

  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override;

 private:
  void decode_message(std::string_view text);
  /// Reads one record at `at`, or steps over what is none; returns where it ends.
  std::size_t read_record(std::string_view text, std::size_t at);
  std::size_t read_by_reference(std::string_view text, std::size_t at);
  std::size_t read_object(std::string_view text, std::size_t at);
  std::size_t refuse_garbage(std::string_view text, std::size_t at);
  bool try_reference(std::string_view piece);
  void refuse(Refused reason) { finish(JsonVerdict::refuse(reason)); }

  Flow& row() override;
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict verdict) override;

  JsonScanner scanner_;
  JsonReference reference_;
  Learn learn_;
  FlowBatch rows_;
  // Set for the duration of one decode() and one message.
  Accounts* accounts_ = nullptr;
  Emit* emit_ = nullptr;
  OriginId origin_ = 0;
  bool first_ = true;  ///< nothing of the message has been read yet
  JsonVerdict latest_;
};

}  // namespace weir
