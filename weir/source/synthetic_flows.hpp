#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace weir {

/// Makes flow records that look like those of a small provider's border routers, as pmacct writes
/// them: the popularity of autonomous systems is Zipf-like, sizes are long-tailed, most traffic
/// comes in or goes out and some only passes through. The same seed makes the same records.
class SyntheticFlows {
 public:
  static constexpr std::uint32_t kOwnAs = 64500;  ///< RFC 5398, for documentation

  explicit SyntheticFlows(std::uint64_t seed, unsigned systems = 2000);

  struct Flow {
    const char* router;
    std::uint32_t src_as;
    std::uint32_t dst_as;
    std::uint64_t bytes;
    std::uint64_t packets;
  };
  Flow next();
  /// Appends the next record as one JSON object of about 370 bytes.
  Flow append_json(std::string& out);

  /// Made-up names for the systems, in the form of cidr-report's asn.txt.
  [[nodiscard]] std::string as_names() const;

 private:
  std::uint32_t pick_as();

  std::mt19937_64 random_;
  std::vector<double> popularity_;  ///< cumulative
};

}  // namespace weir
