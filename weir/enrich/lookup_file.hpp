#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// How a file that names, places or numbers are taken from is doing, for metrics and pages.
struct LookupFile {
  std::string_view kind;  ///< "geo", "networks", "interfaces", "exporters" or "sampling"
  std::string path;
  std::chrono::system_clock::time_point loaded{};  ///< what counts now
  std::uint64_t entries = 0;                       ///< what counts now: lines, networks
  std::uint64_t failures = 0;  ///< looks that found it of no use, since the start
  std::string trouble;         ///< why what is there now does not count; empty: it does
};

}  // namespace weir
