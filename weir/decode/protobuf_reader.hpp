#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/decode/protobuf_plan.hpp"
#include "weir/decode/protobuf_wire.hpp"
#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// Reads FlowMessages into rows as JsonDecoder reads the JSON that goflow2 makes of them.
class ProtobufReader {
 public:
  ProtobufReader(const FieldSet& wanted, ProtobufNumbering numbering)
      : plan_(wanted), numbering_(numbering) {}

  /// Reads one FlowMessage, without a length in front, into a row with nothing present. Returns why
  /// it cannot be taken: Refused::empty, truncated, not_protobuf, wrong_type or out_of_range; then
  /// the row holds rubbish. `body` must be followed by kProtobufPadding readable bytes.
  std::optional<Refused> read(std::string_view body, Flow& row, TextArena& texts);

 private:
  using Result = std::optional<Refused>;

  void begin(Flow& row);
  void take(const ProtobufField& found, const ProtobufStep& step, Flow& row);
  void take_bytes(std::string_view bytes, const ProtobufStep& step, Flow& row);
  void take_list(std::string_view bytes, std::size_t slot);
  void refuse(Refused reason) { refused_ = refused_.value_or(reason); }

  // What is settled when all has been read.
  void settle(Flow& row, TextArena& texts);
  void settle_type(Flow& row, TextArena& texts, bool v1);
  void settle_network(Flow& row, LateField length, FieldId address, FieldId network, FieldId mask);
  void settle_v2(Flow& row);
  void settle_v1(Flow& row, TextArena& texts);
  void settle_v1_labels(Flow& row);
  void settle_lists(Flow& row, TextArena& texts);
  void store(Flow& row, FieldId id, std::uint64_t value);
  void store_text(Flow& row, FieldId id, std::string_view text, TextArena& texts);
  void store_seconds(Flow& row, FieldId id, std::uint64_t seconds, std::uint64_t millis);
  [[nodiscard]] bool is_v1() const;

  [[nodiscard]] bool seen(LateField field) const {
    return (seen_ >> static_cast<unsigned>(field) & 1) != 0;
  }
  /// 0 if it is absent.
  [[nodiscard]] std::uint64_t late(LateField field) const {
    return seen(field) ? late_[static_cast<std::size_t>(field)] : 0;
  }

  ProtobufPlan plan_;
  ProtobufNumbering numbering_;
  // Of the record that is being read.
  Result refused_;
  std::uint32_t seen_ = 0;  ///< which of late_ hold a value
  std::array<std::uint64_t, kLateFields> late_{};
  std::array<std::string, kProtobufLists.size()> lists_;
  bool has_lists_ = false;  ///< some of lists_ is not empty
  std::array<std::string_view, kProtobufTexts.size()> texts_;
};

}  // namespace weir
