#include "weir/enrich/sampling.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

constexpr std::chrono::milliseconds kNever{0};

class Keep final : public Emit {
 public:
  void operator()(FlowBatch& batch) override { bytes = get_integer(batch[0], field("bytes")); }
  std::uint64_t bytes = 0;
};

/// What becomes of 10 bytes of 192.0.2.1 that were sampled 1:5.
std::uint64_t bytes_after(Stage& stage) {
  FlowBatch batch;
  Flow& row = batch.next();
  set(row, field("bytes"), std::uint64_t{10});
  set(row, field("sampling_rate"), std::uint64_t{5});
  set(row, field("exporter"), *IpAddress::parse("192.0.2.1"));
  batch.append();
  Accounts accounts;
  Keep keep;
  stage.process(batch, accounts, keep);
  return keep.bytes;
}

std::unique_ptr<Stage> stage_of(const Sampling& sampling) {
  return sampling.stage(std::make_shared<SamplingCounters>(), nullptr);
}

TEST(Sampling, IsOffUnlessSaidOtherwise) {
  Sampling sampling({});
  EXPECT_EQ(stage_of(sampling), nullptr);
  EXPECT_EQ(sampling.reads(), FieldSet{});
  EXPECT_FALSE(sampling.file().has_value());
  EXPECT_EQ(sampling.refresh(), "");
}

TEST(Sampling, EachRuleMultipliesByItsOwnRate) {
  const TempFolder folder;
  folder.put("rates.csv", "192.0.2.1,7\n");
  EXPECT_EQ(bytes_after(*stage_of(Sampling({.rule = SamplingRule::record}))), 50U);
  EXPECT_EQ(bytes_after(*stage_of(Sampling({.rule = SamplingRule::fixed, .fixed = 3}))), 30U);
  const SamplingOptions options{
      .rule = SamplingRule::table, .table = folder.path("rates.csv"), .check = kNever};
  const Sampling table(options);
  EXPECT_EQ(table.options(), options);
  EXPECT_EQ(bytes_after(*stage_of(table)), 70U);
  ASSERT_TRUE(table.file().has_value());
  EXPECT_EQ(table.file()->kind, "sampling");
  EXPECT_EQ(table.file()->entries, 1U);
}

TEST(Sampling, ReadsWhatItsRuleNeeds) {
  const FieldSet record = Sampling({.rule = SamplingRule::record}).reads();
  EXPECT_TRUE(record.has(field("sampling_rate")));
  EXPECT_TRUE(record.has(field("exporter")));
  EXPECT_TRUE(record.has(field("sampled")));
  const FieldSet fixed = Sampling({.rule = SamplingRule::fixed, .fixed = 2}).reads();
  EXPECT_FALSE(fixed.has(field("sampling_rate")));
  EXPECT_TRUE(fixed.has(field("exporter"))) << "counts are kept of each";
}

TEST(Sampling, ATableThatChangesCountsFromTheNextBatchOn) {
  const TempFolder folder;
  folder.put("rates.csv", "192.0.2.1,7\n");
  Sampling sampling(
      {.rule = SamplingRule::table, .table = folder.path("rates.csv"), .check = kNever});
  const std::unique_ptr<Stage> stage = stage_of(sampling);
  ASSERT_EQ(write_file_atomically(folder.path("rates.csv"), "192.0.2.1,0\n"), "");
  EXPECT_NE(sampling.refresh(), "");
  EXPECT_EQ(bytes_after(*stage), 70U) << "a broken table changes nothing";
  ASSERT_EQ(write_file_atomically(folder.path("rates.csv"), "192.0.2.1,8\n"), "");
  EXPECT_EQ(sampling.refresh(), "");
  EXPECT_EQ(bytes_after(*stage), 80U);
}

TEST(Sampling, RatesAndTablesThatCannotBeAreRefused) {
  for (const std::uint64_t rate : {std::uint64_t{0}, std::uint64_t{1} << 32U}) {
    EXPECT_NE(usage_error([&] {
                const Sampling sampling({.rule = SamplingRule::fixed, .fixed = rate});
              }).find("1 to 4294967295"),
              std::string::npos);
  }
  const TempFolder folder;
  EXPECT_EQ(usage_error([&] {
              const Sampling sampling({.rule = SamplingRule::table, .table = folder.path("none")});
            }).find(folder.path("none") + ": "),
            0U);
}

}  // namespace
}  // namespace weir
