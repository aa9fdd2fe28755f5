#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/accounts.hpp"
#include "weir/pipeline/check_metrics.hpp"
#include "weir/pipeline/export_plan.hpp"
#include "weir/pipeline/finding.hpp"

namespace weir {

/// One message to look at.
struct RecordSample {
  std::string where;  ///< as in `partition 0 offset 7`
  std::string bytes;
  bool too_long = false;  ///< beyond what the source keeps, without its bytes
};

/// By what records are judged: the same as those of the exporter.
struct JudgeOptions {
  ExportPlan plan;
  /// Whose flows the metrics count; empty where none of them asks.
  std::vector<std::uint32_t> own_systems;
};

/// What became of samples.
struct JudgedRecords {
  struct Example {
    Refused reason;
    std::string where;
    std::string bytes;
  };
  std::uint64_t messages = 0;
  std::uint64_t records = 0;
  std::uint64_t counted = 0;
  std::array<std::uint64_t, kFilteredNames.size()> filtered{};
  std::array<std::uint64_t, kRefusedNames.size()> refused{};
  std::vector<Example> examples;                   ///< the first of each reason
  std::uint64_t rows = 0;                          ///< records that are flows
  std::uint64_t unlabelled = 0;                    ///< … without `label`
  std::uint64_t without_systems = 0;               ///< … with AS 0 on both sides
  std::map<std::uint32_t, std::uint64_t> systems;  ///< AS numbers but 0: in how many rows
  std::vector<SeenSeries> seen;                    ///< of each metric
  bool asks_label = false;                         ///< some metric shows `label`
  bool asks_systems = false;                       ///< … AS numbers
};

/// Decodes, filters and counts the samples as the exporter would.
[[nodiscard]] JudgedRecords judge_records(const std::vector<RecordSample>& samples,
                                          const JudgeOptions& options);

/// What to say of records that were read from `source`, as in `topic flows`; `which` of its
/// messages they are, as in `newest`.
[[nodiscard]] Findings describe_records(const std::string& source, std::string_view which,
                                        const JudgedRecords& judged,
                                        const std::vector<std::uint32_t>& own_systems);

}  // namespace weir
