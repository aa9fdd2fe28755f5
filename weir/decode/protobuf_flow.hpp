#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "weir/decode/protobuf_reader.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Decodes goflow2's protobuf (flowpb.FlowMessage) and that of its predecessors: one record or
/// several in a message, each behind its length, or one without. Each record is judged alone.
class ProtobufDecoder final : public Decoder {
 public:
  /// Bytes of one record. What comes from one datagram is never that large.
  static constexpr std::size_t kMaxRecord = std::size_t{1} << 20;

  explicit ProtobufDecoder(const DecoderOptions& options,
                           ProtobufNumbering numbering = ProtobufNumbering::by_record);

  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override;
  /// The same for some of the batch's messages.
  void decode(const PayloadBatch& batch, std::span<const PayloadBatch::Payload> messages,
              Accounts& accounts, Emit& emit);
  /// The same for messages of which those with a presumed_flow_message have not been looked into,
  /// until one turns out to be no protobuf; returns how many came before it. It spares all others
  /// to be walked twice.
  std::size_t decode_presumed(const PayloadBatch& batch,
                              std::span<const PayloadBatch::Payload> messages, Accounts& accounts,
                              Emit& emit);

 private:
  struct Calls {
    Accounts& accounts;
    Emit& emit;
  };
  void decode_payload(const PayloadBatch& batch, const PayloadBatch::Payload& payload,
                      const Calls& calls);
  void decode_message(std::string_view message, RecordPlace place, const Calls& calls);
  void decode_lengths(std::string_view message, RecordPlace place, const Calls& calls);
  void decode_record(std::string_view body, const RecordPlace& place, const Calls& calls);
  Flow& row(const Calls& calls);
  void finish(std::optional<Refused> refused, const RecordPlace& place, const Calls& calls);
  void finish_batch(const Calls& calls);

  ProtobufReader reader_;
  Refusals* refusals_;
  FlowBatch rows_;
};

}  // namespace weir
