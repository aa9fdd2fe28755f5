#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/enrich/exporter_tables.hpp"

namespace weir {

/// How many records of one exporter were multiplied by what.
struct SamplingCount {
  /// What a record was multiplied by.
  enum class Used : std::uint8_t {
    record,  ///< its own rate
    fixed,   ///< the rate for all
    table,   ///< its exporter's line
    none,    ///< nothing: no rate is known, or it was multiplied before it came here
  };
  static constexpr std::array<std::string_view, 4> kUsedNames = {"record", "fixed", "table",
                                                                 "none"};

  std::string exporter;  ///< its address; "unknown" without one, "other" beyond the limit
  std::array<std::uint64_t, kUsedNames.size()> records{};  ///< by Used
};

/// Counts for `weir_sampling_records_total{exporter,rule}`. Thread-safe; outlives configurations,
/// so that its counters never fall.
class SamplingCounters {
 public:
  /// Exporters with counts of their own; those of all others are added up.
  static constexpr std::size_t kMaxExporters = 1000;

  /// Only what is there, in the order in which it came, behind "unknown" and "other".
  [[nodiscard]] std::vector<SamplingCount> counts() const;

  /// The counts as the stage sees them.
  class Table {
   public:
    Table();
    /// Where an exporter's counts are; of one that is null those of records without any.
    [[nodiscard]] std::size_t place(const IpAddress* exporter);
    void add(std::size_t place, SamplingCount::Used used) {
      ++counts_[place].records[static_cast<std::size_t>(used)];
    }

   private:
    friend class SamplingCounters;
    std::vector<SamplingCount> counts_;
    FlatMap<AddressKey, std::size_t> places_;
  };

  /// Calls `body(Table&)`, for a batch at once; a scrape waits meanwhile.
  template <typename Body>
  void with(Body&& body) {
    table_.with(std::forward<Body>(body));
  }

 private:
  Guarded<Table> table_;
};

}  // namespace weir
