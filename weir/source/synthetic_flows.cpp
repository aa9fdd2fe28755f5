#include "weir/source/synthetic_flows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <iterator>

namespace weir {
namespace {

/// The first private-use AS number of 32 bits (RFC 6996), so that no real network is named.
constexpr std::uint32_t kFirstAs = 4'200'000'000;

constexpr std::array<const char*, 4> kRouters = {"edge1.ams", "edge2.ams", "edge1.fra",
                                                 "edge1.prg"};

constexpr std::array<std::string_view, 16> kFirstNames = {
    "AURORA", "BASALT",  "CINDER", "DELTA",  "EMBER",    "FJORD",  "GRANITE", "HARBOR",
    "INDIGO", "JUNIPER", "KELP",   "LAGOON", "MERIDIAN", "NIMBUS", "ONYX",    "PRAIRIE"};
constexpr std::array<std::string_view, 8> kSecondNames = {"NET",   "CDN",   "TELECOM", "CLOUD",
                                                          "FIBER", "MEDIA", "HOSTING", "MOBILE"};
constexpr std::array<std::string_view, 4> kCountries = {"DE", "CZ", "NL", "US"};

}  // namespace

SyntheticFlows::SyntheticFlows(std::uint64_t seed, unsigned systems) : random_(seed) {
  double sum = 0;
  for (unsigned rank = 1; rank <= systems; ++rank) {
    sum += 1.0 / std::pow(rank, 1.05);
    popularity_.push_back(sum);
  }
}

std::uint32_t SyntheticFlows::pick_as() {
  std::uniform_real_distribution<double> uniform(0, popularity_.back());
  const auto found = std::lower_bound(popularity_.begin(), popularity_.end(), uniform(random_));
  return kFirstAs + static_cast<std::uint32_t>(found - popularity_.begin());
}

SyntheticFlows::Flow SyntheticFlows::next() {
  constexpr unsigned kPercentIn = 62;
  constexpr unsigned kPercentOut = 35;
  const auto percent = static_cast<unsigned>(random_() % 100);
  Flow flow{};
  flow.router = kRouters[random_() % kRouters.size()];
  flow.src_as = pick_as();
  flow.dst_as = pick_as();
  if (percent < kPercentIn) {
    flow.dst_as = kOwnAs;
  } else if (percent < kPercentIn + kPercentOut) {
    flow.src_as = kOwnAs;
  }
  std::lognormal_distribution<double> packets(1.6, 1.5);
  flow.packets = 1 + static_cast<std::uint64_t>(packets(random_));
  flow.bytes = flow.packets * (64 + random_() % 1400);
  return flow;
}

SyntheticFlows::Flow SyntheticFlows::append_json(std::string& out) {
  const Flow flow = next();
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  const std::uint64_t bits = random_();
  const auto byte = [bits](unsigned index) { return bits >> (8 * index) & 0xff; };
  fmt::format_to(
      std::back_inserter(out),
      R"({{"event_type": "purge", "label": "{}", "as_src": {}, "as_dst": {}, "peer_ip_src": "192.0.2.{}", )"
      R"("iface_in": {}, "iface_out": {}, "ip_src": "198.51.100.{}", "ip_dst": "203.0.113.{}", )"
      R"("port_src": {}, "port_dst": {}, "ip_proto": "{}", )"
      R"("stamp_inserted": "{:04}-{:02}-{:02} {:02}:{:02}:00", "packets": {}, "bytes": {}, )"
      R"("writer_id": "default_kafka/{}"}})",
      flow.router, flow.src_as, flow.dst_as, 1 + byte(0) % 4, 1 + byte(1), 1 + byte(2), byte(3),
      byte(4), 1024 + (bits >> 40) % 60000, byte(5) % 2 == 0 ? 443 : 80,
      byte(6) % 8 == 0 ? "udp" : "tcp", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
      utc.tm_hour, utc.tm_min, flow.packets, flow.bytes, 1000 + byte(7));
  return flow;
}

std::string SyntheticFlows::as_names() const {
  std::string names = fmt::format("{} WEIR-DEMO Your own network, CZ\n", kOwnAs);
  for (std::size_t i = 0; i < popularity_.size(); ++i) {
    fmt::format_to(std::back_inserter(names), "{} {}-{} No. {}, {}\n", kFirstAs + i,
                   kFirstNames[i % kFirstNames.size()],
                   kSecondNames[i / kFirstNames.size() % kSecondNames.size()], i + 1,
                   kCountries[i % kCountries.size()]);
  }
  return names;
}

}  // namespace weir
