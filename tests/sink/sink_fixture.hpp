#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/flow/filter.hpp"
#include "weir/sink/exposition.hpp"
#include "weir/sink/metric.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {

using NameMap = std::map<std::uint64_t, std::string>;

class MapTable final : public NameTable {
 public:
  explicit MapTable(NameMap names) : names_(std::move(names)) {}
  void append(std::uint64_t number, std::string& out) const override {
    const auto known = names_.find(number);
    out += known == names_.end() ? std::string() : known->second;
  }

 private:
  NameMap names_;
};

/// A lookup whose names a test replaces.
class TestLookup final : public Lookup {
 public:
  explicit TestLookup(NameMap names = {}) { set(std::move(names)); }
  void set(NameMap names) {
    const std::lock_guard lock(mutex_);
    table_ = std::make_shared<MapTable>(std::move(names));
    ++generation_;
  }
  [[nodiscard]] std::uint64_t generation() const override { return generation_; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override {
    const std::lock_guard lock(mutex_);
    return table_;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> generation_{0};
  std::shared_ptr<const NameTable> table_;
};

/// The two metrics of `weir export --asn 64500`: transmit, then receive.
inline std::vector<Metric> default_metrics(const std::shared_ptr<const Lookup>& names,
                                           std::size_t max_series = 1'000'000) {
  const std::vector<MetricLabel> labels = {{"source_as", field("src_as"), {}},
                                           {"source_as_name", field("src_as"), names},
                                           {"destination_as", field("dst_as"), {}},
                                           {"destination_as_name", field("dst_as"), names},
                                           {"hostname", field("label"), {}}};
  const auto metric = [&](const char* name, const char* help, const char* where) {
    return Metric{.name = name,
                  .help = help,
                  .where = Filter::compile(where),
                  .where_text = where,
                  .labels = labels,
                  .max_series = max_series};
  };
  return {metric("flow_transmit_bytes_total", "Bytes transferred.", "src_as in [64500]"),
          metric("flow_receive_bytes_total", "Bytes received.",
                 "not src_as in [64500] and dst_as in [64500]")};
}

/// Bytes by any labels, of all flows.
inline Metric simple_metric(std::vector<MetricLabel> labels, std::size_t max_series = 1'000'000) {
  return {
      .name = "m_total", .help = "Help.", .labels = std::move(labels), .max_series = max_series};
}

inline void append_flow(FlowBatch& batch, std::uint64_t src_as, std::uint64_t dst_as,
                        std::string_view label, std::uint64_t bytes) {
  Flow& row = batch.next();
  set(row, field("src_as"), src_as);
  set(row, field("dst_as"), dst_as);
  set(row, field("label"), batch.texts().copy(label));
  set(row, field("bytes"), bytes);
  batch.append();
}

/// A clock that a test sets.
class TestClock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const { return *now_; }
  void pass(std::chrono::milliseconds time) { *now_ += time; }
  /// For PrometheusSinkOptions.
  [[nodiscard]] std::function<std::chrono::system_clock::time_point()> reader() const {
    return [now = now_] { return *now; };
  }

 private:
  std::shared_ptr<std::chrono::system_clock::time_point> now_ =
      std::make_shared<std::chrono::system_clock::time_point>(std::chrono::hours(500'000));
};

/// Writes one flow as a batch of its own.
inline void write_flow(Sink& sink, Accounts& accounts, std::uint64_t src_as, std::uint64_t dst_as,
                       std::string_view label, std::uint64_t bytes) {
  FlowBatch batch;
  append_flow(batch, src_as, dst_as, label, bytes);
  sink.write(batch, accounts);
}

inline std::string body_of(const PrometheusSink& sink,
                           ExpositionFormat format = ExpositionFormat::text,
                           const std::string& others = "", bool created = false) {
  const auto body =
      std::make_shared<const ExpositionBody>(sink.snapshot(), others, format, created);
  std::string out(body->size() + 1, '#');
  ExpositionBody::Reader reader(body);
  const std::size_t size = reader.read(out.data(), out.size());
  EXPECT_EQ(size, body->size());
  out.resize(size);
  return out;
}

/// The samples of a body: what stands in front of each value, and the value.
inline std::map<std::string, std::uint64_t> samples_of(const std::string& body) {
  std::map<std::string, std::uint64_t> samples;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find('\n', at);
    EXPECT_NE(end, std::string::npos) << "a last line without an end";
    const std::string line = body.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with('#')) {
      const std::size_t blank = line.rfind(' ');
      const bool fresh =
          samples.emplace(line.substr(0, blank), std::stoull(line.substr(blank + 1))).second;
      EXPECT_TRUE(fresh) << "shown twice: " << line;
    }
  }
  return samples;
}

inline std::map<std::string, std::uint64_t> samples_of(const PrometheusSink& sink) {
  return samples_of(body_of(sink));
}

/// What all series hold, modulo 2^64: of those that are shown, as they are shown, and of dormant
/// ones.
struct Sums {
  std::uint64_t live = 0;
  std::uint64_t dormant = 0;
};
inline Sums sums_of(const MetricSnapshot& metric) {
  Sums sums;
  std::size_t shown = 0;
  for (SeriesId id = 0; id < metric.values.size(); ++id) {
    (metric.shows(id) ? sums.live : sums.dormant) += metric.values[id];
    shown += metric.shows(id) ? 1U : 0U;
  }
  EXPECT_EQ(shown, metric.population.live);
  EXPECT_EQ(sums.dormant, metric.dormant_value);
  return sums;
}

/// Everything that was ever counted is somewhere.
inline void expect_all_there(const PrometheusSnapshot& snapshot) {
  for (const MetricSnapshot& metric : snapshot.metrics) {
    const Sums sums = sums_of(metric);
    EXPECT_EQ(sums.live + metric.held_value + metric.dormant_value + metric.dropped_value,
              metric.total)
        << metric.name;
  }
}

}  // namespace weir
