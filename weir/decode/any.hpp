#pragma once

#include <span>
#include <vector>

#include "weir/decode/cbor.hpp"
#include "weir/decode/detect.hpp"
#include "weir/decode/json.hpp"
#include "weir/decode/protobuf_flow.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Decodes messages of any form, which is found out for each of them. Their order is
/// kept: a run of messages of one form goes to its decoder at once.
class AnyDecoder final : public Decoder {
 public:
  explicit AnyDecoder(const DecoderOptions& options);

  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override;

 private:
  using Payloads = std::span<const PayloadBatch::Payload>;

  void decode_presumed(const PayloadBatch& batch, Payloads run, Accounts& accounts, Emit& emit);
  void decode_run(Dialect dialect, const PayloadBatch& batch, Payloads run, Accounts& accounts,
                  Emit& emit);
  void refuse(const PayloadBatch& batch, Payloads run, Accounts& accounts);

  JsonDecoder json_;
  CborDecoder cbor_;
  ProtobufDecoder protobuf_;
  Refusals* refusals_;
};

}  // namespace weir
