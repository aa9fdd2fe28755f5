#include "weir/enrich/sampling_counters.hpp"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

enum : std::size_t { kUnknown, kOther, kFirstExporter };

}  // namespace

SamplingCounters::Table::Table() {
  counts_.push_back({.exporter = "unknown"});
  counts_.push_back({.exporter = "other"});
}

std::size_t SamplingCounters::Table::place(const IpAddress* exporter) {
  if (exporter == nullptr) {
    return kUnknown;
  }
  const AddressKey key = key_of(*exporter);
  if (const auto found = places_.find(key); found != places_.end()) {
    return found->second;
  }
  if (counts_.size() == kFirstExporter + kMaxExporters) {
    return kOther;
  }
  places_.emplace(key, counts_.size());
  counts_.push_back({.exporter = exporter->to_string()});
  return counts_.size() - 1;
}

std::vector<SamplingCount> SamplingCounters::counts() const {
  std::vector<SamplingCount> there;
  table_.with([&](const Table& table) {
    std::copy_if(
        table.counts_.begin(), table.counts_.end(), std::back_inserter(there),
        [](const SamplingCount& count) { return count.records != decltype(count.records){}; });
  });
  return there;
}

}  // namespace weir
