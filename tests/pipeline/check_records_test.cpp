#include "weir/pipeline/check_records.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Level = Finding::Level;

constexpr const char* kSent =
    R"({"as_src": 64500, "as_dst": 15169, "bytes": 7, "label": "bdr1", "ip_proto": "tcp"})";
constexpr const char* kForeign = R"({"as_src": 3320, "as_dst": 15169, "bytes": 7, "label": "b"})";

JudgeOptions options_for(const std::vector<std::uint32_t>& own, const std::string& where = "") {
  JudgeOptions options;
  options.own_systems = own;
  options.plan.format = "json";
  options.plan.metrics = as_traffic_metrics(own, nullptr, 100);
  if (!where.empty()) {
    options.plan.where = Filter::compile(where);
  }
  return options;
}

JudgedRecords judge(const std::vector<std::string>& messages, const JudgeOptions& options) {
  std::vector<RecordSample> samples;
  for (const std::string& message : messages) {
    samples.push_back({fmt::format("partition 0 offset {}", samples.size()), message});
  }
  return judge_records(samples, options);
}

Findings check(const std::vector<std::string>& messages, const std::string& where = "") {
  return describe_records("topic flows", "newest", judge(messages, options_for({64500}, where)),
                          {64500});
}

TEST(CheckRecordsTest, RecordsAreJudgedAsTheExporterDoes) {
  const JudgedRecords judged =
      judge({kSent, kForeign, std::string(kSent) + "\n" + kSent, R"({"event_type": "purge_init"})",
             "{}", "garbage", "", "[7]", R"({"bytes": -1})"},
            options_for({64500}));
  EXPECT_EQ(judged.messages, 9U);
  EXPECT_EQ(judged.records, 10U);
  EXPECT_EQ(judged.counted, 3U);
  const auto filtered = [&](Filtered why) {
    return judged.filtered[static_cast<std::size_t>(why)];
  };
  EXPECT_EQ(filtered(Filtered::no_metric), 1U);
  EXPECT_EQ(filtered(Filtered::marker), 1U);
  EXPECT_EQ(filtered(Filtered::event), 1U);
  ASSERT_EQ(judged.examples.size(), 4U);
  EXPECT_EQ(judged.examples[0].reason, Refused::not_json);
  EXPECT_EQ(judged.examples[0].where, "partition 0 offset 5");
  EXPECT_EQ(judged.rows, 4U);
  EXPECT_EQ(judged.systems.at(15169), 4U);
}

TEST(CheckRecordsTest, GoodRecordsAreOneLine) {
  const Findings findings = check({kSent, kForeign});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].level, Level::ok);
  EXPECT_THAT(findings[0].text,
              AllOf(HasSubstr("2 messages with 2 records"), HasSubstr("1 counted"),
                    HasSubstr("1 filtered (no_metric 1)"), HasSubstr("0 refused")));
  EXPECT_EQ(findings[1].level, Level::ok);
  EXPECT_THAT(findings[1].text, HasSubstr("flow_transmit_bytes_total has 1 series"));
}

TEST(CheckRecordsTest, WhereAllIsRefusedItIsAProblemThatShowsBytesSafely) {
  const Findings findings = check({std::string("\x1b[2Jgarbage\0", 12), "more"});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].level, Level::problem);
  EXPECT_EQ(findings[1].level, Level::problem);
  EXPECT_THAT(findings[1].text, AllOf(HasSubstr("partition 0 offset 0"), HasSubstr("not_json"),
                                      HasSubstr(R"("\x1b[2Jgarbage\x00")")));
  EXPECT_THAT(findings[1].advice, HasSubstr("kafka_output: json"));
}

TEST(CheckRecordsTest, AvroIsRecognised) {
  EXPECT_THAT(check({std::string("\0\0\0\0\x01rest", 9)})[1].advice, HasSubstr("Avro"));
  EXPECT_THAT(check({std::string("Obj\x01rest")})[1].advice, HasSubstr("Avro"));
}

TEST(CheckRecordsTest, WhereSomeAreRefusedItIsAWarning) {
  const Findings findings = check({kSent, "{\"bytes\": 1"});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].level, Level::ok);
  EXPECT_EQ(findings[1].level, Level::warning);
  EXPECT_THAT(findings[1].text, HasSubstr("truncated"));
}

TEST(CheckRecordsTest, EveryReasonHasItsAdvice) {
  for (std::size_t reason = 0; reason < kRefusedNames.size(); ++reason) {
    JudgedRecords judged;
    judged.messages = judged.records = 1;
    judged.refused[reason] = 1;
    judged.examples = {{static_cast<Refused>(reason), "partition 0 offset 0", ""}};
    const Findings findings = describe_records("topic flows", "newest", judged, {1});
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_THAT(findings[1].text, HasSubstr(std::string(kRefusedNames[reason])));
    EXPECT_GT(findings[1].advice.size(), 20U);
  }
}

TEST(CheckRecordsTest, ForeignFlowsTellWhichSystemsAreSeenMost) {
  const Findings findings = check({kForeign, kForeign, R"({"as_src": 1, "as_dst": 15169,
    "bytes": 1, "label": "x"})"});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].level, Level::warning);
  EXPECT_THAT(findings[1].text,
              AllOf(HasSubstr("AS 64500"), HasSubstr("15169 (3), 3320 (2), 1 (1)")));
  EXPECT_THAT(findings[1].advice, HasSubstr("--asn"));
}

TEST(CheckRecordsTest, AFilterThatNothingPassesIsAWarning) {
  const Findings findings = check({kSent}, "proto == udp");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[1].text, HasSubstr("--where"));
}

TEST(CheckRecordsTest, MissingLabelsAndSystemsAreWarnings) {
  const Findings findings = check({R"({"bytes": 1})"});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_THAT(findings[1].text, HasSubstr("no flow has an AS number"));
  EXPECT_THAT(findings[2].text, HasSubstr("no flow has a label"));
}

TEST(CheckRecordsTest, LabelSetsOfEachMetricAreCounted) {
  JudgeOptions options;
  Metric metric;
  metric.name = "x_total";
  metric.labels = {{"to", field("dst_as")}};
  options.plan.metrics = {metric};
  options.plan.metrics.push_back(metric);
  options.plan.metrics[1].name = "y_total";
  options.plan.metrics[1].where = Filter::compile("dst_as == 1");
  const JudgedRecords judged = judge({kSent, kForeign, R"({"as_dst": 7, "bytes": 1})"}, options);
  ASSERT_EQ(judged.seen.size(), 2U);
  EXPECT_EQ(judged.seen[0].name, "x_total");
  EXPECT_EQ(judged.seen[0].series, 2U);
  EXPECT_EQ(judged.seen[1].series, 0U);
}

TEST(CheckRecordsTest, WhatNoMetricShowsIsNotMissed) {
  JudgeOptions options;
  Metric metric;
  metric.name = "x_total";
  metric.labels = {{"proto", field("proto")}};
  metric.where = Filter::compile("proto == tcp");
  options.plan.metrics = {metric};
  const auto findings = [&](const char* record) {
    return describe_records("topic flows", "newest", judge({record}, options), {});
  };
  EXPECT_EQ(findings(R"({"bytes": 1, "ip_proto": "tcp"})").size(), 2U);
  const Findings none = findings(R"({"bytes": 1, "ip_proto": "udp"})");
  ASSERT_EQ(none.size(), 2U);
  EXPECT_EQ(none[1].level, Level::warning);
  EXPECT_THAT(none[1].text, HasSubstr("what a metric's where asks for"));
}

TEST(CheckRecordsTest, MappedFieldsAreReadAsTheExporterDoes) {
  JudgeOptions options = options_for({64500});
  options.plan.mapping = {{"$.flow.octets", field("bytes")}};
  EXPECT_EQ(judge({R"({"as_src": 64500, "flow": {"octets": 9}})"}, options).counted, 1U);
}

TEST(CheckRecordsTest, MarkersAloneAreAWarningAndNothingIsNothing) {
  const Findings findings = check({R"({"event_type": "purge_init"})"});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::warning);
  EXPECT_TRUE(check({}).empty());
}

TEST(CheckRecordsTest, ALineThatTheSourceDidNotKeepIsRefused) {
  const JudgedRecords judged = judge_records({{"line 1", "", true}}, options_for({1}));
  EXPECT_EQ(judged.refused[static_cast<std::size_t>(Refused::too_long)], 1U);
}

}  // namespace
}  // namespace weir
