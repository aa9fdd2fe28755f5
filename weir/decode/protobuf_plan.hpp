#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/flow/flow.hpp"

namespace weir {

/// Which message definition a FlowMessage follows. They agree in most numbers, not in times:
/// goflow2 from version 2 on counts nanoseconds in 110 to 112, goflow and goflow2 before it seconds
/// in 2, 5 and 38, which is ip_flags now.
enum class ProtobufNumbering : std::uint8_t {
  v2,
  v1,
  by_record,  ///< v1 where 2 or 5 is there and 110 is not
};

/// Fields of a FlowMessage whose meaning is settled when all of it has been read.
enum class LateField : std::uint8_t {
  type,
  src_net,
  dst_net,
  received_ns,
  first_seen_ns,
  last_seen_ns,
  received_s,
  last_seen_s,
  ip_flags_or_first_seen_s,
  first_seen_ms,
  last_seen_ms,
  direction,
  in_vrf,
  out_vrf,
  mpls_first,
  mpls_second,
  mpls_third,
  mpls_last,
};
inline constexpr std::size_t kLateFields = 18;

/// Lists, which may come in pieces.
inline constexpr std::array kProtobufLists = {field("communities"), field("as_path"),
                                              field("mpls_labels")};
/// Texts, which only goflow2's enricher writes.
inline constexpr std::array kProtobufTexts = {field("src_country"), field("dst_country")};

/// What is to be done with a field of a FlowMessage.
struct ProtobufStep {
  enum class Action : std::uint8_t {
    skip,
    number,   ///< stored; 0 where it is absent, as protobuf has it
    mac,      ///< the same, of which goflow2 itself shows the lower 48 bits
    vlan,     ///< the same, of which 2^32-1 says that it is not known
    etype,    ///< a number of which 0 says nothing, and goflow2's JSON neither
    address,  ///< 4 or 16 bytes; others stand for none, as in goflow2's JSON
    list,     ///< numbers, to be joined; `slot` of kProtobufLists
    late,     ///< a number; `slot` is a LateField
    text,     ///< `slot` of kProtobufTexts
  };
  Action action = Action::skip;
  FieldId field = 0;
  std::uint8_t slot = 0;
  std::uint64_t largest = 0;  ///< that the field can hold
};

/// What is to be done with each field of a FlowMessage so that the wanted fields of a row are
/// filled. `bytes` always are, since every FlowMessage has them.
class ProtobufPlan {
 public:
  explicit ProtobufPlan(const FieldSet& wanted);

  [[nodiscard]] const ProtobufStep& step(std::uint32_t number) const {
    return steps_[number < kNumbers     ? number
                  : number - kTexts < 2 ? kNumbers + number - kTexts
                                        : 0];
  }
  /// Numbers and lists that a row has, as 0 or empty, if the record says nothing of them.
  [[nodiscard]] std::span<const FieldId> defaults() const { return defaults_; }
  [[nodiscard]] const FieldSet& wanted() const { return wanted_; }
  /// Some field's meaning is settled at the end of the record only.
  [[nodiscard]] bool has_late() const { return has_late_; }

 private:
  static constexpr std::uint32_t kNumbers = 128;
  static constexpr std::uint32_t kTexts = 1000;  ///< number of the first of kProtobufTexts

  void add_direct(FieldId id);
  void add_list(FieldId id);
  void add_late();
  void late(std::uint32_t number, LateField field);

  FieldSet wanted_;
  bool has_late_ = false;
  std::vector<FieldId> defaults_;
  std::array<ProtobufStep, kNumbers + kProtobufTexts.size()> steps_{};
};

}  // namespace weir
