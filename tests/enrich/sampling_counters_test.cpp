#include "weir/enrich/sampling_counters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

using Used = SamplingCount::Used;

void add(SamplingCounters& counters, const IpAddress* exporter, Used used, int times = 1) {
  counters.with([&](SamplingCounters::Table& table) {
    for (int i = 0; i < times; ++i) {
      table.add(table.place(exporter), used);
    }
  });
}

std::uint64_t of(const SamplingCount& count, Used used) {
  return count.records[static_cast<std::size_t>(used)];
}

TEST(SamplingCounters, CountEachExporterByWhatItWasMultipliedBy) {
  SamplingCounters counters;
  EXPECT_TRUE(counters.counts().empty());
  const IpAddress exporter = *IpAddress::parse("2001:db8::1");
  add(counters, &exporter, Used::record, 3);
  add(counters, &exporter, Used::none);
  add(counters, nullptr, Used::fixed);
  const std::vector<SamplingCount> counts = counters.counts();
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].exporter, "unknown");
  EXPECT_EQ(of(counts[0], Used::fixed), 1U);
  EXPECT_EQ(counts[1].exporter, "2001:db8::1");
  EXPECT_EQ(of(counts[1], Used::record), 3U);
  EXPECT_EQ(of(counts[1], Used::none), 1U);
  EXPECT_EQ(of(counts[1], Used::table), 0U);
}

TEST(SamplingCounters, ExportersBeyondTheLimitAreAddedUp) {
  SamplingCounters counters;
  constexpr std::uint32_t kExporters = SamplingCounters::kMaxExporters + 50;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < kExporters; ++i) {
      const IpAddress exporter = IpAddress::from_ipv4(i);
      add(counters, &exporter, Used::table);
    }
  }
  const std::vector<SamplingCount> counts = counters.counts();
  ASSERT_EQ(counts.size(), SamplingCounters::kMaxExporters + 1);
  EXPECT_EQ(counts[0].exporter, "other");
  EXPECT_EQ(of(counts[0], Used::table), 100U);
  EXPECT_EQ(of(counts[1], Used::table), 2U);
}

}  // namespace
}  // namespace weir
