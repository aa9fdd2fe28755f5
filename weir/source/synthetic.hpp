#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "weir/flow/stages.hpp"
#include "weir/source/synthetic_flows.hpp"

namespace weir {

/// Records that the program makes itself at a steady rate, to look at the exporter without Kafka.
class SyntheticSource final : public Source {
 public:
  /// `rate` in records a second, above 0. What cannot be made in time shows as lag.
  explicit SyntheticSource(std::uint64_t rate, std::uint64_t seed = 1);

  bool read(PayloadBatch& batch, const std::stop_token& stop) override;
  [[nodiscard]] SourceState state() const override;
  void committed(const SourceState& /*state*/) override {}
  [[nodiscard]] SourceStatus status() const override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::uint64_t due() const;

  const std::uint64_t rate_;
  SyntheticFlows flows_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<std::uint64_t> made_{0};
  std::string record_;
};

}  // namespace weir
