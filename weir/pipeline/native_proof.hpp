#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/flow/batch.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/pipeline/window_rows.hpp"
#include "weir/source/nfcapd_file.hpp"

namespace weir {

// What proves that the nfcapd files of a window are read as nfcapd wrote them.

/// What flows add up to.
struct NativeSums {
  std::uint64_t records = 0;
  std::uint64_t flows = 0;  ///< of records that say how many they were made of, so many
  std::uint64_t bytes = 0;  ///< of both directions
  std::uint64_t packets = 0;
  std::uint64_t in_bytes = 0;  ///< of one
  std::uint64_t in_packets = 0;

  void add(const NativeSums& more);
};

/// The fields that sums are made of.
void add_proof_fields(FieldSet& wanted);

/// Of all rows of a batch, of which those that do not say how many flows they are become one.
[[nodiscard]] NativeSums sums_of(FlowBatch& batch);

/// Sums up what nfcapd wrote down. Nothing, or the failure, where a file is not whole as it lies.
[[nodiscard]] std::optional<WindowRun> open_nfcapd_files(const std::vector<std::string>& files,
                                                         NfcapdStat& sums);

/// What makes a window fail after all was read: damage, or sums that differ from nfcapd's.
[[nodiscard]] std::optional<WindowRun> nfcapd_not_whole(const NfcapdReport& report,
                                                        const std::vector<std::string>& refused,
                                                        const NativeSums& read,
                                                        const NfcapdStat& stat);

}  // namespace weir
