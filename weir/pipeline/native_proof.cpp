#include "weir/pipeline/native_proof.hpp"

#include <fmt/format.h>

#include <array>

#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr std::array kProof = {field("total_bytes"), field("total_packets"), field("bytes"),
                               field("packets"), field("flows")};

}  // namespace

void NativeSums::add(const NativeSums& more) {
  records += more.records;
  flows += more.flows;
  bytes += more.bytes;
  packets += more.packets;
  in_bytes += more.in_bytes;
  in_packets += more.in_packets;
}

void add_proof_fields(FieldSet& wanted) {
  for (const FieldId id : kProof) {
    wanted.add(id);
  }
}

NativeSums sums_of(FlowBatch& batch) {
  NativeSums sums;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Flow& row = batch[i];
    if (!row.present.has(field("flows"))) {
      set(row, field("flows"), std::uint64_t{1});
    }
    sums.add({.records = 1,
              .flows = row.flows,
              .bytes = get_integer(row, field("total_bytes")),
              .packets = get_integer(row, field("total_packets")),
              .in_bytes = get_integer(row, field("bytes")),
              .in_packets = get_integer(row, field("packets"))});
  }
  return sums;
}

std::optional<WindowRun> open_nfcapd_files(const std::vector<std::string>& files,
                                           NfcapdStat& sums) {
  for (const std::string& path : files) {
    try {
      const NfcapdFile file(path);
      // nfdump 1.6 counts blocks alone: a file of none is closed when it has its final name.
      const bool idle = file.header().layout == 1 && file.blocks() == 0 && file.lost_bytes() == 0;
      if (!file.damage().empty()) {
        return failed_window("damaged_file", fmt::format("{}: {}", path, file.damage()));
      }
      if (!file.header().closed && !idle) {
        return failed_window(
            "open_file",
            fmt::format("{}: nfcapd has not closed it: it was killed, or writes it still", path));
      }
      if (!file.header().summed && !idle) {
        return failed_window(
            "damaged_file",
            fmt::format("{}: cut off or damaged at its end, where nfcapd's sums stand", path));
      }
      sums.flows += file.header().stat.flows;
      sums.bytes += file.header().stat.bytes;
      sums.packets += file.header().stat.packets;
    } catch (const Error& error) {
      return failed_window("damaged_file", error.what());
    }
  }
  return std::nullopt;
}

std::optional<WindowRun> nfcapd_not_whole(const NfcapdReport& report,
                                          const std::vector<std::string>& refused,
                                          const NativeSums& read, const NfcapdStat& stat) {
  if (!refused.empty()) {
    return failed_window("damaged_file", refused.front());
  }
  if (!report.whole()) {
    return failed_window("damaged_file",
                         report.damage.empty() ? "records are missing" : report.damage.front());
  }
  const bool flows = stat.flows == read.records || stat.flows == read.flows;
  // nfcapd 1.7 adds up both directions, some of nfdump 1.6's programs what went in.
  const bool both = stat.bytes == read.bytes && stat.packets == read.packets;
  const bool in = stat.bytes == read.in_bytes && stat.packets == read.in_packets;
  if (flows && (both || in)) {
    return std::nullopt;
  }
  return failed_window(
      "sums_differ",
      fmt::format("the files say that they hold {} flows, {} packets, {} bytes, but {}, {}, {} "
                  "were read",
                  stat.flows, stat.packets, stat.bytes, read.records, read.packets, read.bytes));
}

}  // namespace weir
