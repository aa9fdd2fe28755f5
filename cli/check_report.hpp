#pragma once

#include <cstddef>
#include <string>

#include "cli/export_options.hpp"
#include "weir/pipeline/check_records.hpp"
#include "weir/pipeline/finding.hpp"

namespace weir {

/// Prints findings on standard output as they come, and counts them.
class CheckReport {
 public:
  void tell(const Findings& findings);
  /// Prints the last line. `live`: others were asked. Returns the exit status: 0, or 1 where there
  /// is a problem.
  [[nodiscard]] int finish(bool live) const;

  [[nodiscard]] static std::string summary(std::size_t problems, std::size_t warnings, bool live);

 private:
  std::size_t problems_ = 0;
  std::size_t warnings_ = 0;
};

/// What `weir export` with these flags reads and counts, in plain words and without secrets.
[[nodiscard]] Findings describe_export(const ExportOptions& options, const JudgeOptions& judge);

/// By what `weir export` with these flags judges records.
[[nodiscard]] JudgeOptions judge_options(const ExportOptions& options);

}  // namespace weir
