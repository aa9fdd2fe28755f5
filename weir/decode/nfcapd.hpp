#pragma once

#include <cstdint>
#include <string_view>

#include "weir/decode/nfcapd_context.hpp"
#include "weir/decode/nfcapd_copy.hpp"
#include "weir/decode/nfcapd_layout1.hpp"
#include "weir/decode/nfcapd_layout2.hpp"
#include "weir/flow/nfcapd_block.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// What became of the records of nfcapd's blocks. Each of those that block headers count is one of
/// these.
struct NfcapdCounts {
  std::uint64_t flows = 0;    ///< became rows
  std::uint64_t others = 0;   ///< of types that are no flows
  std::uint64_t refused = 0;  ///< flows that contradict themselves, or of a type that is not known
  std::uint64_t lost = 0;     ///< not there: behind a broken one, or cut off

  NfcapdCounts& operator+=(const NfcapdCounts& more);
  bool operator==(const NfcapdCounts&) const = default;
};

/// Turns blocks of nfcapd files into rows, of layouts 1 and 2. For threads: one object each.
///
/// `bytes` and `packets` of a row are nfdump's %byt and %pkt: what went in, by the exporter's view;
/// `out_bytes` and `out_packets` what went out, and `total_…` both, which is what `nfdump -I` sums
/// up. They are as nfcapd stored them: where `sampled` is 1 it has already multiplied them by the
/// sampling rate. Events of firewalls and address translators are flows of 0 bytes.
class NfcapdDecoder {
 public:
  /// Fills only these fields of rows, and costs accordingly.
  explicit NfcapdDecoder(const FieldSet& wanted);

  /// Whether the blocks of a file of that layout must be decoded one after the other by one object:
  /// fields are wanted that earlier records explain.
  [[nodiscard]] static bool needs_order(const FieldSet& wanted, unsigned layout);

  /// Before the first block of a file that is to be decoded in order. Exporters, samplers, names
  /// and extension maps are those of one file.
  void begin_file(bool anonymized);

  /// Emits the block's flows. Rows point into the block. Never throws for what is in it.
  void decode(const NfcapdBlock& block, NfcapdCounts& counts, Emit& emit);

 private:
  void take(unsigned type, std::string_view record, NfcapdCounts& counts, Emit& emit);
  void append(const NfcapdPlan* plan, std::string_view record, NfcapdCounts& counts, Emit& emit);
  void flush(Emit& emit);

  NfcapdContext context_;
  NfcapdLayout1 layout1_;
  NfcapdLayout2 layout2_;
  FlowBatch batch_;
};

}  // namespace weir
