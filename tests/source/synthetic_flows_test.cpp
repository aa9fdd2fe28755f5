#include "weir/source/synthetic_flows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/support/rows.hpp"
#include "weir/decode/json.hpp"
#include "weir/enrich/as_names.hpp"

namespace weir {
namespace {

TEST(SyntheticFlowsTest, TheSameSeedMakesTheSameFlows) {
  SyntheticFlows one(7);
  SyntheticFlows two(7);
  SyntheticFlows other(8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto a = one.next();
    const auto b = two.next();
    EXPECT_EQ(a.src_as, b.src_as);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_STREQ(a.router, b.router);
    different += other.next().bytes != a.bytes ? 1 : 0;
  }
  EXPECT_GT(different, 50);
}

TEST(SyntheticFlowsTest, TrafficComesInGoesOutAndPassesThrough) {
  SyntheticFlows flows(1);
  int in = 0;
  int out = 0;
  int through = 0;
  std::set<std::string> routers;
  std::map<std::uint32_t, int> systems;
  for (int i = 0; i < 10000; ++i) {
    const auto flow = flows.next();
    const bool from = flow.src_as == SyntheticFlows::kOwnAs;
    const bool to = flow.dst_as == SyntheticFlows::kOwnAs;
    ++(from ? out : to ? in : through);
    ++systems[from ? flow.dst_as : flow.src_as];
    routers.insert(flow.router);
    EXPECT_GE(flow.packets, 1U);
    EXPECT_GE(flow.bytes, flow.packets * 64);
  }
  EXPECT_GT(in, out);
  EXPECT_GT(out, through);
  EXPECT_GT(through, 100);
  EXPECT_EQ(routers.size(), 4U);
  // Zipf: many systems, and the most popular far ahead of the hundredth.
  EXPECT_GT(systems.size(), 1000U);
  EXPECT_GT(systems[4'200'000'000], 20 * systems[4'200'000'099]);
}

TEST(SyntheticFlowsTest, ARecordIsJsonThatSaysWhatTheFlowIs) {
  SyntheticFlows flows(3);
  JsonDecoder decoder(DecoderOptions{all_fields()});
  for (int i = 0; i < 200; ++i) {
    std::string json;
    const auto flow = flows.append_json(json);
    EXPECT_GT(json.size(), 300U);
    EXPECT_LT(json.size(), 440U);
    PayloadBatch batch;
    batch.add(json, 0);
    Accounts accounts;
    CollectRows rows;
    decoder.decode(batch, accounts, rows);
    ASSERT_EQ(rows.rows.size(), 1U) << json;
    const std::string& row = rows.rows[0];
    EXPECT_THAT(row,
                testing::HasSubstr(fmt::format("bytes={} packets={} ", flow.bytes, flow.packets)));
    EXPECT_THAT(row, testing::HasSubstr(fmt::format("src_as={} dst_as={} label={} ", flow.src_as,
                                                    flow.dst_as, flow.router)));
  }
}

TEST(SyntheticFlowsTest, EverySystemHasAName) {
  SyntheticFlows flows(5, 300);
  const AsNames names = AsNames::parse(flows.as_names());
  EXPECT_EQ(names.size(), 301U);
  EXPECT_EQ(names.malformed(), 0U);
  for (int i = 0; i < 1000; ++i) {
    const auto flow = flows.next();
    EXPECT_NE(names.name(flow.src_as), "");
    EXPECT_NE(names.name(flow.dst_as), "");
  }
}

}  // namespace
}  // namespace weir
