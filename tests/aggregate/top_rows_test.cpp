#include "weir/aggregate/top_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "tests/support/rows.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FieldSet fields() {
  FieldSet set;
  for (const FieldId id : {field("bytes"), field("flows"), field("src_port"), field("label"),
                           field("first_seen"), field("tcp_flags")}) {
    set.add(id);
  }
  return set;
}

struct Record {
  std::uint64_t bytes;
  std::uint64_t port;
};

void process(TopRows& rows, const std::vector<Record>& records) {
  FlowBatch batch;
  for (const Record& record : records) {
    Flow& row = batch.next();
    set(row, field("bytes"), record.bytes);
    set(row, field("src_port"), record.port);
    batch.append();
    if (batch.full()) {
      rows.process(batch);
      batch.clear();
    }
  }
  rows.process(batch);
}

std::vector<std::string> emitted(TopRows& rows) {
  CollectRows collect;
  rows.emit(collect);
  return collect.rows;
}

std::string other(const TopRows& rows) {
  Flow row;
  rows.other(row);
  return row_text(row);
}

GroupOrder by_bytes(std::size_t top, bool descending = true) {
  return {.by = field("bytes"), .descending = descending, .top = top};
}

TEST(TopRows, TheGreatestAreKeptAndTheOthersAddedUp) {
  TopRows rows(fields(), by_bytes(2));
  process(rows, {{10, 1}, {40, 2}, {5, 3}, {30, 4}});
  EXPECT_EQ(rows.others(), 2U);
  EXPECT_EQ(other(rows), "bytes=15 flows=2");
  EXPECT_THAT(emitted(rows), ElementsAre("bytes=40 src_port=2", "bytes=30 src_port=4"));
}

TEST(TopRows, FewerThanAskedForAreAllOfThem) {
  TopRows rows(fields(), by_bytes(10, false));
  process(rows, {{10, 1}, {5, 2}});
  EXPECT_EQ(rows.others(), 0U);
  EXPECT_EQ(other(rows), "");
  EXPECT_THAT(emitted(rows), ElementsAre("bytes=5 src_port=2", "bytes=10 src_port=1"));
  EXPECT_THAT(emitted(rows), IsEmpty());
}

TEST(TopRows, OthersAreMergedAsGroupsAre) {
  TopRows rows(fields(), by_bytes(1));
  FlowBatch batch;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    Flow& row = batch.next();
    set(row, field("bytes"), 100 * i);
    set(row, field("flows"), 10 * i);
    set(row, field("first_seen"), 1'000'000'000 * i);
    set(row, field("tcp_flags"), i);
    set(row, field("label"), std::string_view("gone"));
    batch.append();
  }
  rows.process(batch);
  Flow merged;
  rows.other(merged);
  EXPECT_EQ(merged.flows, 30U);
  EXPECT_EQ(merged.first_seen, 1'000'000'000U);
  EXPECT_EQ(merged.tcp_flags, 3U);
  EXPECT_FALSE(merged.present.has(field("label")));
}

TEST(TopRows, WhatIsKeptIsTheSameHoweverRowsComeAndAreSharedOut) {
  std::mt19937_64 random(7);
  std::vector<Record> records;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    records.push_back({random() % 50, i});  // many are equal in what is sorted by
  }
  std::vector<Record> sorted = records;
  std::sort(sorted.begin(), sorted.end(), [](const Record& a, const Record& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.port < b.port;
  });
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 300; ++i) {
    expected.push_back("bytes=" + std::to_string(sorted[i].bytes) +
                       " src_port=" + std::to_string(sorted[i].port));
  }
  std::uint64_t rest = 0;
  for (std::size_t i = 300; i < sorted.size(); ++i) {
    rest += sorted[i].bytes;
  }
  for (int round = 0; round < 3; ++round) {
    std::shuffle(records.begin(), records.end(), random);
    const auto middle = records.begin() + 1000 * round;
    TopRows one(fields(), by_bytes(300));
    TopRows two(fields(), by_bytes(300));
    process(one, {records.begin(), middle});
    process(two, {middle, records.end()});
    one.merge(std::move(two));
    EXPECT_EQ(one.others(), 2700U);
    EXPECT_EQ(other(one), "bytes=" + std::to_string(rest) + " flows=2700");
    EXPECT_EQ(emitted(one), expected);
  }
}

TEST(TopRows, ASumBeyond64BitsIsAnErrorThatNamesTheField) {
  TopRows rows(fields(), by_bytes(1, false));
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  process(rows, {{1, 1}, {kMost, 2}});
  try {
    process(rows, {{kMost, 3}});
    FAIL() << "it was added up";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("bytes"));
  }
}

}  // namespace
}  // namespace weir
