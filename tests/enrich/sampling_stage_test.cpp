#include "weir/enrich/sampling_stage.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using Used = SamplingCount::Used;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

class Rows final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      bytes.push_back(get_integer(batch[i], field("bytes")));
    }
  }
  std::vector<std::uint64_t> bytes;
};

class Told final : public Refusals {
 public:
  void refused(Refused reason, const RecordPlace& place) override {
    EXPECT_EQ(reason, Refused::overflow);
    records.emplace_back(place.bytes);
  }
  std::vector<std::string> records;
};

class SamplingStageTest : public testing::Test {
 protected:
  Flow& add(std::uint64_t bytes, std::uint64_t rate, const std::string& exporter = "192.0.2.1",
            std::string_view record = {}) {
    Flow& row = batch_.next();
    set(row, field("bytes"), bytes);
    if (rate != 0) {
      set(row, field("sampling_rate"), rate);
    }
    if (!exporter.empty()) {
      set(row, field("exporter"), *IpAddress::parse(exporter));
    }
    batch_.append({.bytes = record});
    return row;
  }
  std::vector<std::uint64_t> run(std::uint64_t fixed = 0, const std::string& table = {}) {
    std::shared_ptr<Published<SamplingTable>> published;
    if (!table.empty()) {
      published = std::make_shared<Published<SamplingTable>>();
      published->publish(SamplingTable::parse(table));
    }
    SamplingStage stage(fixed, published, counters_, &told_);
    Rows rows;
    stage.process(batch_, accounts_, rows);
    batch_.clear();
    return rows.bytes;
  }
  /// `exporter record fixed table none` of each.
  std::vector<std::string> counts() {
    std::vector<std::string> texts;
    for (const SamplingCount& count : counters_->counts()) {
      std::string& text = texts.emplace_back(count.exporter);
      for (const std::uint64_t records : count.records) {
        text += " " + std::to_string(records);
      }
    }
    return texts;
  }

  FlowBatch batch_;
  Accounts accounts_;
  Told told_;
  std::shared_ptr<SamplingCounters> counters_ = std::make_shared<SamplingCounters>();
};

TEST_F(SamplingStageTest, TheRecordsOwnRateCounts) {
  add(10, 100);
  add(10, 1);
  add(10, 0);
  EXPECT_EQ(run(), (std::vector<std::uint64_t>{1000, 10, 10}));
  EXPECT_EQ(counts(), std::vector<std::string>{"192.0.2.1 2 0 0 1"});
}

TEST_F(SamplingStageTest, AllThatCountsIsMultipliedAndNothingElse) {
  Flow& row = add(1, 10);
  for (const FieldId id :
       {field("packets"), field("out_bytes"), field("out_packets"), field("total_bytes"),
        field("total_packets"), field("flows"), field("src_port"), field("in_if")}) {
    set(row, id, std::uint64_t{3});
  }
  run();
  for (const FieldId id : {field("packets"), field("out_bytes"), field("out_packets"),
                           field("total_bytes"), field("total_packets")}) {
    EXPECT_EQ(get_integer(row, id), 30U) << info(id).name;
  }
  for (const FieldId id : {field("flows"), field("src_port"), field("in_if")}) {
    EXPECT_EQ(get_integer(row, id), 3U) << info(id).name;
  }
}

TEST_F(SamplingStageTest, WhatIsAbsentStaysAbsent) {
  const Flow& row = add(1, 10);
  run();
  EXPECT_FALSE(row.present.has(field("packets")));
}

TEST_F(SamplingStageTest, AFixedRateCountsForAllWhateverTheRecordsSay) {
  add(10, 100);
  add(10, 0, "2001:db8::1");
  EXPECT_EQ(run(7), (std::vector<std::uint64_t>{70, 70}));
  EXPECT_EQ(counts(), (std::vector<std::string>{"192.0.2.1 0 1 0 0", "2001:db8::1 0 1 0 0"}));
}

TEST_F(SamplingStageTest, TheTableComesBeforeTheRecord) {
  add(10, 100, "192.0.2.1");
  add(10, 100, "192.0.2.2");
  add(10, 0, "192.0.2.2");
  add(10, 0, "192.0.2.1");
  add(10, 5, "");
  EXPECT_EQ(run(0, "192.0.2.1,3\n"), (std::vector<std::uint64_t>{30, 1000, 10, 30, 50}));
  EXPECT_EQ(counts(), (std::vector<std::string>{"unknown 1 0 0 0", "192.0.2.1 0 0 2 0",
                                                "192.0.2.2 1 0 0 1"}));
}

TEST_F(SamplingStageTest, TheTablesStarIsForAllOthersAndForRecordsWithoutExporter) {
  add(10, 100, "192.0.2.2");
  add(10, 100, "");
  EXPECT_EQ(run(0, "192.0.2.1,3\n*,4\n"), (std::vector<std::uint64_t>{40, 40}));
}

TEST_F(SamplingStageTest, ARowIsNeverMultipliedTwice) {
  Flow& scaled = add(10, 100);
  set(scaled, field("sampled"), std::uint64_t{1});
  EXPECT_EQ(run(), std::vector<std::uint64_t>{10});
  EXPECT_EQ(counts(), std::vector<std::string>{"192.0.2.1 0 0 0 1"});
  const Flow& row = add(10, 100);
  run();
  EXPECT_EQ(get_integer(row, field("sampled")), 1U) << "a stage behind sees it";
  const Flow& single = add(10, 1);
  run();
  EXPECT_FALSE(single.present.has(field("sampled")));
}

TEST_F(SamplingStageTest, ARowThatWouldPass64BitsIsRefusedAloneWithItsBytes) {
  add(kMax / 2, 2, "192.0.2.1", "first");
  add(kMax / 2 + 1, 2, "192.0.2.1", "second");
  add(1, 2, "192.0.2.1", "third");
  Flow& packets = add(1, 2, "192.0.2.1", "fourth");
  set(packets, field("packets"), kMax);
  EXPECT_EQ(run(), (std::vector<std::uint64_t>{kMax - 1, 2}));
  EXPECT_EQ(told_.records, (std::vector<std::string>{"second", "fourth"}));
  EXPECT_EQ(accounts_.refused[static_cast<std::size_t>(Refused::overflow)], 2U);
  EXPECT_EQ(counts(), std::vector<std::string>{"192.0.2.1 2 0 0 0"});
}

TEST_F(SamplingStageTest, NobodyNeedsToBeTold) {
  add(kMax, 2);
  SamplingStage stage(0, nullptr, counters_, nullptr);
  Rows rows;
  stage.process(batch_, accounts_, rows);
  EXPECT_TRUE(rows.bytes.empty());
  EXPECT_EQ(accounts_.refused[static_cast<std::size_t>(Refused::overflow)], 1U);
}

}  // namespace
}  // namespace weir
