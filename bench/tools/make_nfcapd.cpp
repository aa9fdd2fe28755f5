// Writes nfcapd files of made-up flows, as nfdump 1.7.1 lays them out, to measure with:
//
//   make_nfcapd FOLDER [SCALE [COMPRESSION]]
//
// FOLDER/nfcapd.202503121800 … 1855: twelve files of five minutes each, together 5 million flows
// divided by SCALE, of 318,000 pairs of autonomous systems and 1.8 million destinations, in part by
// Zipf's law, a tenth of them IPv6. COMPRESSION: none, lzo (literals only), bzip2, lz4 or zstd. The
// sums of all are printed: flows, packets, bytes.
#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/series_data.hpp"
#include "tests/support/nfcapd_writer.hpp"

namespace {

using namespace weir;

constexpr std::size_t kFiles = 12;
constexpr std::size_t kFlows = 5'000'000;
constexpr std::size_t kAsPairs = 318'000;
constexpr std::size_t kSystems = 565;      // sources of them
constexpr std::size_t kHosts = 2'350'000;  // destinations, of which 1.8 million occur
constexpr std::size_t kSources = 110'000;
constexpr std::size_t kRecent = 100'000;
constexpr std::size_t kBlock = 1 << 20;  // nfdump 1.7.1's write buffer
constexpr std::uint64_t kFirst = 1'741'802'400'000;
constexpr std::uint64_t kInterval = 300'000;

class Traffic {
 public:
  explicit Traffic(BlockCompression compression) : compression_(compression) {}

  std::string file(std::uint64_t start, std::size_t flows) {
    sums_ = {};
    std::vector<std::string> blocks;
    std::vector<std::string> records = {nfcapd_exporter(1, "192.0.2.1", 200)};
    std::size_t size = 0;
    for (std::size_t i = 0; i < flows; ++i) {
      records.push_back(flow(start));
      size += records.back().size();
      if (size + 200 > kBlock) {
        blocks.push_back(nfcapd_block(records, compression_));
        records.clear();
        size = 0;
      }
    }
    if (!records.empty()) {
      blocks.push_back(nfcapd_block(records, compression_));
    }
    total.flows += sums_.flows;
    total.bytes += sums_.bytes;
    total.packets += sums_.packets;
    return nfcapd_file(blocks, compression_, sums_);
  }

  NfcapdSums total;

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  struct Ends {
    std::uint32_t src_as, dst_as, src, dst;
    bool ipv6;
    unsigned src_port, dst_port, proto;
  };
  /// Two thirds are drawn evenly, so that nearly all pairs and addresses occur.
  Ends ends() {
    const bool even = below(3) != 0;
    const std::size_t pair = even ? below(kAsPairs) : pair_(random_);
    const std::size_t host = even ? below(kHosts) : host_(random_);
    // Multiplying shuffles the numbers.
    return {.src_as = static_cast<std::uint32_t>(1 + pair % kSystems * 40'503 % 65'536),
            .dst_as = static_cast<std::uint32_t>(1 + pair / kSystems * 30'011 % 65'536),
            .src = static_cast<std::uint32_t>(below(kSources) * 0x9e37'79b1),
            .dst = static_cast<std::uint32_t>(host * 0x85eb'ca6b),
            .ipv6 = host % 10 == 0,
            .src_port = static_cast<unsigned>(1024 + below(60'000)),
            .dst_port = static_cast<unsigned>(below(4) == 0 ? below(65536) : 443),
            .proto = below(5) != 0 ? 6U : 17U};
  }
  /// One of eight is a flow that was there before, as routers report long ones several times.
  const Ends& next_ends() {
    if (recent_.size() == kRecent && below(8) == 0) {
      return recent_[below(kRecent)];
    }
    if (recent_.size() < kRecent) {
      return recent_.emplace_back(ends());
    }
    at_ = (at_ + 1) % kRecent;
    return recent_[at_] = ends();
  }

  std::string flow(std::uint64_t start) {
    const Ends& at = next_ends();
    const std::uint64_t packets = 1 + below(below(20) == 0 ? 5000 : 12);
    const std::uint64_t bytes = packets * (40 + below(1400));
    const std::uint64_t first = start + below(kInterval);
    sums_.flows += 1;
    sums_.packets += packets;
    sums_.bytes += bytes;
    NfcapdFlow record(0, 1);
    record.generic(packets, bytes, at.src_port, at.dst_port, at.proto, first);
    NfcapdBytes addresses;
    if (at.ipv6) {
      addresses.u64(0x2001'0db8'0000'0000U + at.src).u64(1);
      addresses.u64(0x2001'0db8'0001'0000U).u64(at.dst);
    } else {
      addresses.u32(at.src).u32(at.dst);
    }
    record.element(at.ipv6 ? 3 : 2, addresses);
    record.element(4, NfcapdBytes()
                          .u32(static_cast<std::uint32_t>(1 + below(24)))
                          .u32(static_cast<std::uint32_t>(1 + below(24)))
                          .u8(24)
                          .u8(20)
                          .u8(0)
                          .u8(0)
                          .u32(0));
    record.as(at.src_as, at.dst_as);
    if (at.ipv6) {
      record.element(11, NfcapdBytes().u64(0x2001'0db8'0000'0000U).u64(1));
    } else {
      record.element(10, NfcapdBytes().u32(0xc000'0202U));
      record.element(8, NfcapdBytes().u32(0xc000'0203U));
    }
    record.element(6, NfcapdBytes().u32(0).u32(0));
    record.element(12, NfcapdBytes().u32(0xc000'0201U));
    return record.bytes();
  }

  BlockCompression compression_;
  std::mt19937_64 random_{20250312};
  bench::Zipf pair_{kAsPairs};
  bench::Zipf host_{kHosts};
  std::vector<Ends> recent_;
  std::size_t at_ = 0;
  NfcapdSums sums_;
};

void run(const std::vector<std::string>& arguments) {
  static const std::map<std::string, BlockCompression> kCompressions = {
      {"none", BlockCompression::none},
      {"lzo", BlockCompression::lzo},
      {"bzip2", BlockCompression::bzip2},
      {"lz4", BlockCompression::lz4},
      {"zstd", BlockCompression::zstd}};
  const std::string& folder = arguments.at(0);
  const std::size_t scale = arguments.size() > 1 ? std::stoul(arguments[1]) : 1;
  Traffic traffic(kCompressions.at(arguments.size() > 2 ? arguments[2] : "none"));
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < kFiles; ++i) {
    const std::string path = fmt::format("{}/nfcapd.20250312{:02}{:02}", folder, 18, 5 * i);
    std::ofstream file(path, std::ios::binary);
    file << traffic.file(kFirst + i * kInterval, kFlows / kFiles / scale);
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + path);
    }
  }
  fmt::print("{} {} {}\n", traffic.total.flows, traffic.total.packets, traffic.total.bytes);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_nfcapd FOLDER [SCALE [COMPRESSION]]: {}\n", error.what());
    return 2;
  }
}
