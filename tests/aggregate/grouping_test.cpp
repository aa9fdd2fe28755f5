#include "weir/aggregate/grouping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/support/memory_store.hpp"
#include "tests/support/naive_grouping.hpp"
#include "weir/base/error.hpp"
#include "weir/base/parallel.hpp"

namespace weir {
namespace {

using test::NaiveGrouping;
using testing::ElementsAre;
using testing::HasSubstr;

/// Rows of few different values each, and of any combination of fields.
class RandomRows {
 public:
  explicit RandomRows(std::size_t variety) : variety_(variety) {}

  void fill(Flow& row) {
    row.present.clear();
    for (const char* name : {"src_as", "dst_as", "bytes", "packets", "out_bytes", "first_seen",
                             "last_seen", "tcp_flags", "tag", "sampling_rate", "total_bytes"}) {
      integer(row, *find_field(name), variety_);
    }
    integer(row, field("flows"), 3);
    integer(row, field("proto"), 20);
    integer(row, field("src_port"), 4);
    integer(row, field("dst_port"), 4);
    for (const FieldId id : {field("src_addr"), field("dst_addr")}) {
      if (below(8) != 0) {
        IpAddress address = IpAddress::from_ipv4(static_cast<std::uint32_t>(below(variety_)) * 77);
        if (below(3) == 0) {
          address.bytes = {0x20, 1, 0xd, 0xb8, 0, 0, static_cast<std::uint8_t>(below(3))};
        }
        set(row, id, address);
      }
    }
    for (const FieldId id : {field("label"), field("in_vrf"), field("out_vrf")}) {
      if (below(8) != 0) {
        set(row, id, kTexts[below(std::size(kTexts))]);
      }
    }
    if (below(4) != 0) {
      static constexpr double kReals[] = {0, -0.0, 1.5, -7,
                                          std::numeric_limits<double>::quiet_NaN()};
      set(row, field("src_lat"), kReals[below(std::size(kReals))]);
    }
  }

 private:
  static constexpr std::string_view kTexts[] = {"",
                                                "a",
                                                "b",
                                                "bdr1.example.net",
                                                "bdr2.example.net",
                                                "a text that is longer than the others"};

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void integer(Flow& row, FieldId id, std::uint64_t limit) {
    if (below(8) != 0) {
      set(row, id, below(limit));
    }
  }

  std::size_t variety_;
  std::mt19937_64 random_{7};
};

struct Result {
  std::vector<std::string> rows = {};
  std::string other = {};
  std::string totals = {};
  std::uint64_t others = 0;
  bool spilled = false;
};

struct Conditions {
  unsigned threads = 1;
  std::size_t memory = 0;
  std::uint64_t seed = 1;
};

Result group(const GroupSpec& spec, const std::vector<FlowBatch>& batches, const GroupOrder& order,
             Conditions conditions = {}) {
  Grouping grouping(spec, {.threads = conditions.threads,
                           .max_memory = conditions.memory,
                           .open_spill = [] { return std::make_unique<MemoryStore>(); },
                           .seed = conditions.seed});
  run_parallel(conditions.threads, conditions.threads, [&](std::size_t i) {
    for (std::size_t at = i; at < batches.size(); at += conditions.threads) {
      grouping.worker(i).process(batches[at]);
    }
  });
  grouping.finish(order);
  CollectRows rows;
  grouping.emit(rows);
  Result result{
      .rows = std::move(rows.rows), .others = grouping.others(), .spilled = grouping.spilled()};
  Flow row;
  grouping.other(row);
  result.other = row_text(row);
  if (order.totals) {
    grouping.totals(row);
    result.totals = row_text(row);
  }
  EXPECT_EQ(grouping.groups(), result.rows.size() + result.others);
  return result;
}

std::vector<FlowBatch> random_batches(std::size_t count, std::size_t variety) {
  std::vector<FlowBatch> batches(count);
  RandomRows random(variety);
  for (FlowBatch& batch : batches) {
    while (!batch.full()) {
      random.fill(batch.next());
      batch.append();
    }
  }
  return batches;
}

NaiveGrouping naive(const GroupSpec& spec, const std::vector<FlowBatch>& batches) {
  NaiveGrouping grouping(spec);
  for (const FlowBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      grouping.add(batch[i]);
    }
  }
  return grouping;
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  return texts;
}

struct Words {
  const char* by;
  const char* fields;
  bool bidirectional = false;
};

class GroupingTest : public testing::TestWithParam<Words> {
 protected:
  GroupSpec spec_ = parse_group_spec(GetParam().by, GetParam().fields, GetParam().bidirectional);
};

TEST_P(GroupingTest, GivesWhatAMapGives) {
  const auto batches = random_batches(8, 40);
  const NaiveGrouping expected = naive(spec_, batches);
  const Result result = group(spec_, batches, {.totals = true});
  EXPECT_EQ(sorted(result.rows), sorted(expected.rows()));
  EXPECT_EQ(result.totals, expected.rest({}, 0));
  EXPECT_EQ(result.others, 0U);
}

TEST_P(GroupingTest, GivesTheSameWhateverTheThreadsMemoryAndHashes) {
  const auto batches = random_batches(12, 1000);
  const NaiveGrouping expected = naive(spec_, batches);
  for (const Conditions conditions :
       {Conditions{.threads = 2}, Conditions{.threads = 3, .memory = 1},
        Conditions{.threads = 1, .memory = 200'000, .seed = 99}}) {
    const GroupOrder order{.by = spec_.columns.back().source, .descending = conditions.seed == 1};
    const Result result = group(spec_, batches, order, conditions);
    EXPECT_EQ(result.rows, expected.rows(order));
    EXPECT_EQ(sorted(group(spec_, batches, {}, conditions).rows), sorted(expected.rows()));
  }
}

TEST_P(GroupingTest, MergesWhatIsNotAmongTheTop) {
  const auto batches = random_batches(4, 300);
  const NaiveGrouping expected = naive(spec_, batches);
  for (const GroupColumn& column : spec_.columns) {
    for (const Conditions conditions : {Conditions{}, Conditions{.threads = 2, .memory = 1}}) {
      const GroupOrder order{.by = column.source, .top = 7, .totals = true};
      const Result result = group(spec_, batches, order, conditions);
      EXPECT_EQ(result.rows, expected.rows(order)) << column.name;
      EXPECT_EQ(result.others, expected.size() - result.rows.size());
      EXPECT_EQ(result.totals, expected.rest(order, 0));
      if (result.others != 0) {
        EXPECT_EQ(result.other, expected.rest(order, 7)) << column.name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Specs, GroupingTest,
    testing::Values(Words{"src_as,dst_as", "src_as,dst_as,packets,bytes,flows"},
                    Words{"dst_addr", "dst_addr,bytes"}, Words{"dst_addr/24/48", "bytes,dst_addr"},
                    Words{"src_addr,dst_addr,src_port,dst_port,proto",
                          "first_seen,last_seen,tcp_flags,duration,pps,bps,bpp,flows"},
                    Words{"src_addr/30,proto,src_port", "src_port,sampling_rate,total_bytes"},
                    Words{"tag,src_addr,dst_addr,src_as", "out_bytes,tag"},
                    Words{"label", "label,flows,bytes"},
                    Words{"in_vrf,src_as,label,out_vrf", "flows,label"},
                    Words{"src_lat", "flows,src_lat"}, Words{"", "bytes,flows,first_seen"},
                    Words{"bytes,first_seen", "flows,bps"},
                    Words{"src_as,dst_as", "bytes,out_bytes,flows", true},
                    Words{"in_vrf,out_vrf,label", "packets,label", true},
                    Words{"src_addr/24,dst_addr/24,src_port,dst_port,proto",
                          "bytes,packets,total_bytes,first_seen", true}));

/// Batches of rows with different keys, from which `count` groups come.
std::vector<FlowBatch> distinct_batches(std::size_t count) {
  std::vector<FlowBatch> batches(1);
  for (std::size_t i = 0; i < count; ++i) {
    if (batches.back().full()) {
      batches.emplace_back();
    }
    Flow& row = batches.back().next();
    set(row, field("src_as"), std::uint64_t{i});
    set(row, field("bytes"), std::uint64_t{i % 97});
    batches.back().append();
  }
  return batches;
}

TEST(Grouping, SharesPartitionsOutAgainWhereTheyStillDoNotFit) {
  const auto batches = distinct_batches(30'000);
  const GroupSpec spec = parse_group_spec("src_as", "src_as,bytes,flows");
  const GroupOrder order{.by = field("src_as"), .descending = false};
  const Result result = group(spec, batches, order, {.memory = 1});
  EXPECT_TRUE(result.spilled);
  ASSERT_EQ(result.rows.size(), 30'000U);
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    ASSERT_EQ(result.rows[i], fmt::format("bytes={} flows=1 src_as={}", i % 97, i));
  }
}

TEST(Grouping, TakesNoMoreMemoryThanItMay) {
  const auto batches = distinct_batches(50'000);
  const GroupSpec spec = parse_group_spec("src_as", "bytes");
  EXPECT_FALSE(group(spec, batches, {}, {.memory = 5'000'000}).spilled);
  EXPECT_TRUE(group(spec, batches, {}, {.memory = 500'000}).spilled);
}

TEST(Grouping, HasPartsForSeveralThreads) {
  const auto batches = distinct_batches(5000);
  for (const std::size_t memory : {std::size_t{0}, std::size_t{1}}) {
    Grouping grouping(
        parse_group_spec("src_as", "bytes"),
        {.max_memory = memory, .open_spill = [] { return std::make_unique<MemoryStore>(); }});
    for (const FlowBatch& batch : batches) {
      grouping.worker(0).process(batch);
    }
    grouping.finish();
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < grouping.parts(); ++i) {
      CollectRows part;
      grouping.emit_part(i, part);
      rows.insert(rows.end(), part.rows.begin(), part.rows.end());
    }
    std::ranges::sort(rows);
    EXPECT_EQ(std::ranges::unique(rows).size(), 0U);
    EXPECT_EQ(rows.size(), 5000U);
    EXPECT_EQ(grouping.rows(), 5000U);
  }
}

TEST(Grouping, FoldsAConversationIntoOneGroup) {
  std::vector<FlowBatch> batches(1);
  const auto add = [&](const char* src, std::uint64_t src_port, const char* dst,
                       std::uint64_t dst_port, std::uint64_t proto, std::uint64_t bytes) {
    Flow& row = batches[0].next();
    set(row, field("src_addr"), *IpAddress::parse(src));
    set(row, field("src_port"), src_port);
    set(row, field("dst_addr"), *IpAddress::parse(dst));
    set(row, field("dst_port"), dst_port);
    set(row, field("proto"), proto);
    set(row, field("bytes"), bytes);
    batches[0].append();
  };
  add("192.0.2.1", 443, "10.0.0.1", 50'000, 6, 5000);
  add("10.0.0.1", 50'000, "192.0.2.1", 443, 6, 300);
  add("10.0.0.1", 50'000, "192.0.2.1", 443, 6, 30);
  add("10.0.0.1", 0, "192.0.2.1", 2048, 1, 1);
  add("192.0.2.1", 0, "10.0.0.1", 2048, 1, 2);
  const GroupSpec spec =
      parse_group_spec("src_addr,dst_addr,src_port,dst_port,proto", "bytes,flows", true);
  EXPECT_THAT(group(spec, batches, {.by = field("bytes")}).rows,
              ElementsAre("bytes=330 flows=3 src_addr=10.0.0.1 dst_addr=192.0.2.1 src_port=50000 "
                          "dst_port=443 proto=6 out_bytes=5000",
                          "bytes=2 flows=1 src_addr=192.0.2.1 dst_addr=10.0.0.1 src_port=0 "
                          "dst_port=2048 proto=1 out_bytes=0",
                          "bytes=1 flows=1 src_addr=10.0.0.1 dst_addr=192.0.2.1 src_port=0 "
                          "dst_port=2048 proto=1 out_bytes=0"));
}

/// Two rows whose bytes together are beyond 64 bits.
std::vector<FlowBatch> overflowing(std::uint64_t first_as, std::uint64_t second_as) {
  std::vector<FlowBatch> batches(2);
  for (std::size_t i = 0; i < 2; ++i) {
    Flow& row = batches[i].next();
    set(row, field("src_as"), i == 0 ? first_as : second_as);
    set(row, field("bytes"), std::uint64_t{1} << 63);
    batches[i].append();
  }
  return batches;
}

std::string failure(const std::vector<FlowBatch>& batches, const GroupOrder& order,
                    Conditions conditions) {
  try {
    group(parse_group_spec("src_as", "bytes"), batches, order, conditions);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kFailed);
    return error.what();
  }
  return {};
}

TEST(Grouping, RefusesASumBeyond64BitsWhereverItComesAbout) {
  const std::string expected = "the sum of bytes of one group (src_as=5) is beyond 2^64-1";
  EXPECT_THAT(failure(overflowing(5, 5), {}, {}), HasSubstr(expected));
  EXPECT_EQ(failure(overflowing(5, 6), {}, {}), "");
}

TEST(Grouping, RefusesASumBeyond64BitsWhenThreadsAreMerged) {
  const auto batches = overflowing(5, 5);
  Grouping grouping(parse_group_spec("src_as", "bytes"), {.threads = 2});
  grouping.worker(0).process(batches[0]);
  grouping.worker(1).process(batches[1]);
  EXPECT_THROW(grouping.finish(), Error);
}

TEST(Grouping, RefusesTotalsBeyond64Bits) {
  EXPECT_THAT(failure(overflowing(5, 6), {.totals = true}, {}),
              HasSubstr("the sum of bytes of all groups is beyond"));
  std::vector<FlowBatch> batches = overflowing(5, 6);
  EXPECT_EQ(failure(batches, {.by = field("bytes"), .top = 2}, {}), "");
  EXPECT_THAT(failure(overflowing(5, 6), {.by = field("src_as"), .top = 1, .totals = true}, {}),
              HasSubstr("all groups"));
}

TEST(Grouping, TellsThatTheDiskIsFull) {
  const auto batches = distinct_batches(50'000);
  Grouping grouping(
      parse_group_spec("src_as", "bytes"),
      {.max_memory = 1, .open_spill = [] { return std::make_unique<MemoryStore>(100'000); }});
  EXPECT_THROW(
      {
        for (const FlowBatch& batch : batches) {
          grouping.worker(0).process(batch);
        }
      },
      Error);
}

TEST(Grouping, OfNothingIsNothing) {
  const GroupSpec spec = parse_group_spec("src_as", "bytes,flows");
  const Result result = group(spec, {}, {.by = field("bytes"), .top = 3, .totals = true});
  EXPECT_TRUE(result.rows.empty());
  EXPECT_EQ(result.totals, "bytes=0 flows=0");
}

}  // namespace
}  // namespace weir
