#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A command as stream-flow.py runs it, and output in the form of Flowmon's nfdump; the sums fit.
inline const std::vector<std::string> kFlowmonCommand = {
    "-A", "dstctry", "-o", "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl", "-6", "--no-scale-number"};
inline constexpr std::string_view kFlowmonHeader =
    "Date first seen         Dst Ctry     Duration  Packets    Bytes      pps      bps Flows\n";
inline constexpr std::string_view kFlowmonRows =
    "2026-03-02 08:14:31.207, 203, 287.415,     812,   61230,       2,    1704,  187\n"
    "2026-03-02 08:14:55.940, 826, 244.108,      61,    4406,       0,     144,   19\n";
inline constexpr std::string_view kFlowmonTrailer =
    "Summary: total flows: 206, total bytes: 65636, total packets: 873, avg bps: 1, avg pps: 1, "
    "avg bpp: 77\n"
    "Time window: 2026-03-02 08:10:04 - 2026-03-02 08:20:01\n"
    "Total flows processed: 206, Blocks skipped: 0, Bytes read: 4127904\n"
    "Sys: 0.031s flows/second: 612038.0 Wall: 0.013s flows/second: 1488721.5\n";

inline std::string flowmon_output(std::string_view rows = kFlowmonRows,
                                  std::string_view trailer = kFlowmonTrailer) {
  return std::string(kFlowmonHeader) + std::string(rows) + std::string(trailer);
}

}  // namespace weir
