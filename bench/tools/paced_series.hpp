#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace weir::bench {

/// The series that paced_topic sends records of, by number: systems first, then routers, in and out
/// in turn.
struct PacedSeries {
  static constexpr std::uint64_t kOwnAs = 64500;            // RFC 5398
  static constexpr std::uint64_t kFirstAs = 4'200'000'000;  // RFC 6996
  static constexpr std::uint64_t kSystems = std::uint64_t{1} << 16U;

  explicit PacedSeries(std::uint64_t number)
      : in(number % 2 == 0),
        other_as(kFirstAs + number / 2 % kSystems),
        router(number / 2 / kSystems) {}

  // As wide as the fields of a flow.
  [[nodiscard]] std::uint64_t src_as() const { return in ? other_as : kOwnAs; }
  [[nodiscard]] std::uint64_t dst_as() const { return in ? kOwnAs : other_as; }

  [[nodiscard]] std::string host() const {
    return fmt::format("edge{}.site{}", router % 4, router / 4);
  }

  bool in;
  std::uint64_t other_as;
  std::uint64_t router;
};

}  // namespace weir::bench
