#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/enrich/lookup_file.hpp"
#include "weir/enrich/sampling_counters.hpp"
#include "weir/flow/field_set.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Where the rate comes from by which bytes and packets are multiplied.
enum class SamplingRule : std::uint8_t {
  off,     ///< nothing is multiplied
  record,  ///< the record's own sampling_rate
  fixed,   ///< one rate for all
  table,   ///< a file's by exporter; where it has none, the record's own
};
inline constexpr std::array<std::string_view, 4> kSamplingRuleNames = {"off", "record", "fixed",
                                                                       "table"};

struct SamplingOptions {
  SamplingRule rule = SamplingRule::off;
  std::uint64_t fixed = 1;  ///< rate of rule `fixed`, 1 to 2^32-1
  std::string table{};      ///< CSV of rule `table`: exporter, rate. See docs/lookups.md.
  /// How often the table is looked at for changes; 0 = never, for what runs once.
  std::chrono::milliseconds check = std::chrono::seconds(10);

  bool operator==(const SamplingOptions&) const = default;
};

/// Multiplies what sampled records count. Follows its table in a thread of its own. Thread-safe.
class Sampling {
 public:
  /// Reads the table. Throws a usage Error that names the file, its line and what to do.
  explicit Sampling(SamplingOptions options);
  ~Sampling();
  Sampling(const Sampling&) = delete;
  Sampling& operator=(const Sampling&) = delete;

  /// What decoders have to fill, besides what is counted; empty for rule `off`.
  [[nodiscard]] FieldSet reads() const;

  /// Multiplies bytes, packets, out_bytes, out_packets, total_bytes and total_packets, where they
  /// are present, by the row's rate, once: rows whose `sampled` is set stay as they are, and those
  /// that were multiplied have it set. A row that would pass 2^64 is refused (`overflow`) and told
  /// to `refusals`, which may be null; if it is not, batches need places. Null for rule `off`. The
  /// stage may outlive this object.
  [[nodiscard]] std::unique_ptr<Stage> stage(std::shared_ptr<SamplingCounters> counters,
                                             Refusals* refusals) const;

  /// As Enrichment::refresh.
  std::string refresh();

  [[nodiscard]] const SamplingOptions& options() const;
  /// The table; nothing without one.
  [[nodiscard]] std::optional<LookupFile> file() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace weir
