#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/flow/batch.hpp"
#include "weir/sink/metric.hpp"

namespace weir::bench {

/// Names as long and as varied as those of cidr-report's list: 8 to 50 characters, about 28.
class MadeUpNames final : public NameTable {
 public:
  void append(std::uint64_t number, std::string& out) const override {
    static constexpr std::string_view kEnds[] = {"",          " LLC",  "-AS",      " Inc.",
                                                 " Networks", " Ltd.", " Telecom", " GmbH"};
    std::uint64_t state = number;
    const auto below = [&state](std::uint64_t limit) {
      state = (state + 1) * 0x9e3779b97f4a7c15;
      return (state >> 33U) % limit;
    };
    const auto word = [&](char first, std::uint64_t letters) {
      while (letters-- != 0) {
        out += static_cast<char>(first + static_cast<char>(below(26)));
      }
    };
    word('A', 4 + below(10));
    out += " - ";
    for (std::uint64_t words = 1 + below(3); words != 0; --words) {
      word('A', 1);
      word('a', 3 + below(7));
      out += words == 1 ? "" : " ";
    }
    out += kEnds[below(std::size(kEnds))];
  }
};

class FixedLookup final : public Lookup {
 public:
  [[nodiscard]] std::uint64_t generation() const override { return 1; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override { return table_; }

 private:
  std::shared_ptr<const NameTable> table_ = std::make_shared<MadeUpNames>();
};

inline constexpr std::uint64_t kOwnAs = 64500;

/// The metrics of `weir export --asn 64500`.
inline std::vector<Metric> default_metrics() {
  const auto names = std::make_shared<FixedLookup>();
  const std::vector<MetricLabel> labels = {{"source_as", field("src_as"), {}},
                                           {"source_as_name", field("src_as"), names},
                                           {"destination_as", field("dst_as"), {}},
                                           {"destination_as_name", field("dst_as"), names},
                                           {"hostname", field("label"), {}}};
  return {{.name = "flow_transmit_bytes_total",
           .help = "Bytes transferred.",
           .where = Filter::compile("src_as in [64500]"),
           .labels = labels},
          {.name = "flow_receive_bytes_total",
           .help = "Bytes received.",
           .where = Filter::compile("not src_as in [64500] and dst_as in [64500]"),
           .labels = labels}};
}

/// What makes a series: the other AS, the router, the direction.
struct Pair {
  std::uint64_t other_as;
  std::string_view host;
  bool transmit;
};

/// The series number `index`; every index is another one.
inline Pair pair_of(std::size_t index) {
  static constexpr std::string_view kHosts[] = {"bdr1.fra.example.net", "bdr2.fra.example.net",
                                                "bdr1.ams.example.net", "bdr1.prg.example.net",
                                                "bdr1.lon.example.net"};
  const std::size_t rest = index / 2;
  // Multiplying by an odd number shuffles the 17 bits' worth of numbers in use.
  const std::uint64_t as = 1 + (rest / std::size(kHosts)) * 40503 % 131072;
  return {as, kHosts[rest % std::size(kHosts)], index % 2 == 0};
}

/// What the series number `index` has counted, 12 digits at most.
inline std::uint64_t bytes_of(std::size_t index) {
  return ((index + 1) * 0x9e3779b97f4a7c15 >> 16U) % 1'000'000'000'000;
}

/// The numbers below `series` as chance would bring them.
inline std::vector<std::size_t> shuffled(std::size_t series) {
  std::vector<std::size_t> order(series);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(1);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

inline void append_flow(FlowBatch& batch, const Pair& pair, std::uint64_t bytes) {
  Flow& row = batch.next();
  set(row, field("src_as"), pair.transmit ? kOwnAs : pair.other_as);
  set(row, field("dst_as"), pair.transmit ? pair.other_as : kOwnAs);
  set(row, field("label"), pair.host);
  set(row, field("bytes"), bytes);
  batch.append();
}

/// Ranks 0 … n-1 drawn with probability proportional to 1/(rank+1).
class Zipf {
 public:
  explicit Zipf(std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += 1.0 / static_cast<double>(i + 1);
      cumulated_.push_back(sum);
    }
  }
  template <typename Random>
  std::size_t operator()(Random& random) const {
    std::uniform_real_distribution<double> uniform(0, cumulated_.back());
    const auto at = std::upper_bound(cumulated_.begin(), cumulated_.end(), uniform(random));
    return std::min(static_cast<std::size_t>(at - cumulated_.begin()), cumulated_.size() - 1);
  }

 private:
  std::vector<double> cumulated_;
};

}  // namespace weir::bench
