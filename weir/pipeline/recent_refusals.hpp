#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/dead_letters.hpp"

namespace weir {

/// Keeps the last few refused records of each reason, for people to look at. Takes at most about
/// 120 kB, and per record a lock and a short copy. Thread-safe.
class RecentRefusals final : public Refusals {
 public:
  static constexpr std::size_t kSamples = 10;        ///< of each reason
  static constexpr std::size_t kSampleBytes = 1024;  ///< of each sample, its first

  struct Sample {
    std::chrono::system_clock::time_point time;
    OriginId origin = 0;
    std::int64_t position = -1;
    std::uint32_t index = 0;
    std::uint64_t size = 0;  ///< in bytes, of all of it
    std::string bytes;
  };
  struct Reason {
    std::uint64_t count = 0;      ///< since the program was started
    std::vector<Sample> samples;  ///< the latest first
  };
  using Reasons = std::array<Reason, kRefusedNames.size()>;

  RecentRefusals();

  void refused(Refused reason, const RecordPlace& place) override;

  [[nodiscard]] Reasons reasons() const;

 private:
  struct Ring {
    std::uint64_t count = 0;
    std::array<Sample, kSamples> samples;
  };
  Guarded<std::array<Ring, kRefusedNames.size()>> rings_;
};

/// What `/api/v1/refused` answers, JSON: by reason how many, and the last ones. `origins` are those
/// of the source by OriginId; `dead_letters` may be null: there are none.
[[nodiscard]] std::string refused_json(const RecentRefusals& recent,
                                       std::span<const OriginStatus> origins,
                                       const DeadLetterStatus* dead_letters);

}  // namespace weir
