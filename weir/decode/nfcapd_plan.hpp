#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "weir/flow/flow.hpp"

namespace weir {

/// A number in nfcapd's records: in the byte order of the machine that wrote them, which is ours,
/// and not aligned.
template <typename Number>
inline Number load_number(const char* at) {
  Number value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// How one field is made of a record.
enum class NfcapdOp : std::uint8_t {
  copy8,  ///< an unsigned number of so many bits
  copy16,
  copy32,
  copy64,
  add32,  ///< added to what the field has already
  add64,
  one,      ///< 1
  count32,  ///< a number, 1 where it is 0
  count64,
  mac,           ///< 48 bits of 64
  mac_if_zero,   ///< likewise, where the field is 0 so far
  milliseconds,  ///< 64 bits since 1970
  seconds,       ///< 32 bits since 1970, with 16 bits of milliseconds at `other`
  ipv4,          ///< 32 bits, a number
  ipv6,          ///< two numbers of 64 bits, the first half first
  ipv6_if_zero,  ///< likewise, unless it is ::
  net4,          ///< an address, and at `other` the length of its network in 8 bits
  net6,
  flag8,        ///< 1 where a bit of the mask `other` is set, 0 elsewhere
  text,         ///< `other` bytes, up to the first NUL
  decimal,      ///< a number of 32 bits as text
  mpls_labels,  ///< up to ten stack entries of 32 bits, the top first
  mpls_top,
  mpls_bottom,
  // What needs something that other records of the file have said.
  exporter,        ///< the address of the record's exporter
  domain,          ///< its observation domain
  sampling,        ///< how it samples; of the sampler whose number (64 bits) is at `from`, if not 0
  interface_name,  ///< of the interface with a number of 32 bits
  application,     ///< the name for an id of `other` bytes
};

/// One step: fills the member of Flow at `to` from the record at `from`.
struct NfcapdCopy {
  NfcapdOp op;
  FieldId field;
  std::uint16_t from;
  std::uint16_t other;
  std::uint16_t to;
};

/// What to do with every record of one layout: nothing but a list of copies, made once.
struct NfcapdPlan {
  std::vector<NfcapdCopy> copies;
  FieldSet present;            ///< what they fill
  std::uint16_t size = 0;      ///< they read no further
  std::uint16_t exporter = 0;  ///< where the exporter's number is
  bool wide_exporter = true;   ///< it has 16 bits, else 8
};

/// One field within an extension, for the tables of what is where.
struct NfcapdSlot {
  std::uint16_t extension;
  std::uint16_t offset;  ///< within the extension's data
  FieldId field;
  NfcapdOp op;
};

/// Makes plans: takes what a layout has, one after the other, and keeps what is wanted. Of what is
/// there twice the last counts.
class NfcapdPlanBuilder {
 public:
  explicit NfcapdPlanBuilder(const FieldSet& wanted) : wanted_(wanted) {}

  /// A field at `from` of the record. The caller knows that the record is long enough.
  void add(FieldId field, NfcapdOp op, std::size_t from, std::size_t other = 0);
  /// All fields of an extension, whose data begins at `from` and has `size` bytes; those that do
  /// not fit are not there.
  template <typename Slots>
  void add_extension(const Slots& slots, unsigned extension, std::size_t from, std::size_t size) {
    for (const NfcapdSlot& slot : slots) {
      if (slot.extension == extension && slot.offset + width(slot.op) <= size) {
        add(slot.field, slot.op, from + slot.offset, rest(slot.op, size - slot.offset));
      }
    }
  }
  /// The MAC address of the destination as it came in; it counts where that of going out is 0.
  void add_incoming_mac(std::size_t from) { incoming_mac_ = from; }
  /// The number of the record's sampler.
  void add_sampler(std::size_t from) { sampler_ = from; }
  void set_exporter(std::size_t at, bool wide);

  /// The plan for records of at least `size` bytes, with what follows from the rest: sums of both
  /// directions, networks, one flow, what the exporter is known for.
  [[nodiscard]] NfcapdPlan finish(std::size_t size);

  /// How many bytes an operation reads at least.
  [[nodiscard]] static std::size_t width(NfcapdOp op);

 private:
  struct Place {
    NfcapdOp op;
    std::size_t from;
  };

  static std::size_t rest(NfcapdOp op, std::size_t size);
  void push(FieldId field, NfcapdOp op, std::size_t from, std::size_t other = 0);
  void add_total(FieldId total, FieldId in, FieldId out);
  void add_net(FieldId net, FieldId address, FieldId mask);
  void add_default(FieldId field, NfcapdOp op);

  FieldSet wanted_;
  NfcapdPlan plan_;
  std::vector<std::optional<Place>> places_ = std::vector<std::optional<Place>>(kFieldCount);
  std::size_t incoming_mac_ = 0;
  std::size_t sampler_ = 0;
};

}  // namespace weir
