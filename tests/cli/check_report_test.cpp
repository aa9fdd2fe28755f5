#include "cli/check_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// All that is said of these flags.
std::string described(const std::vector<std::string>& words) {
  ExportOptions options;
  EXPECT_EQ(parse_flags("weir export", "", export_flags(options), words), Parsed::run);
  std::string text;
  for (const Finding& finding : describe_export(options, judge_options(options))) {
    text += to_lines(finding);
  }
  return text;
}

TEST(CheckReportTest, FlagsAreSaidInPlainWords) {
  EXPECT_THAT(
      described({"--brokers", "k1:9092,k2:9092", "--topic", "a,b", "--partitions", "0-2", "--start",
                 "2026-01-02T03:04:05Z", "--asn", "64500,64501", "--where", "proto == tcp",
                 "--max-series", "500"}),
      AllOf(HasSubstr("Kafka at k1:9092,k2:9092, topic a, b, partitions 0, 1, 2, from messages of "
                      "2026-01-02T03:04:05Z on"),
            HasSubstr("own AS numbers: 64500, 64501"), HasSubstr("proto == tcp"),
            HasSubstr("at most 500 series"), HasSubstr("state in ./weir-state/a+b, "),
            HasSubstr("counts bytes in flow_receive_bytes_total by source_as, source_as_name, "
                      "destination_as, destination_as_name, hostname"),
            Not(HasSubstr("warning"))));
  EXPECT_THAT(described({"--brokers", "k", "--topic", "a", "--asn", "1"}),
              HasSubstr("all partitions, from what comes after the start on"));
  EXPECT_THAT(described({"--brokers", "k", "--topic", "a", "--asn", "1", "--start", "earliest"}),
              HasSubstr("from the first message"));
}

TEST(CheckReportTest, TellsWhereTheStateIsAndWhetherThereIsOne) {
  const TempFolder temp;
  const std::vector<std::string> words = {"--brokers", "k", "--topic",     "a",
                                          "--asn",     "1", "--state-dir", temp.path()};
  EXPECT_THAT(described(words), AllOf(HasSubstr("ok       state in " + temp.path() + "/a, "),
                                      Not(HasSubstr("a state is there"))));
  std::filesystem::create_directories(temp.path("a"));
  temp.put("a/log-1", "x");
  EXPECT_THAT(described(words), HasSubstr("ok       a state is there"));
  temp.put("file", "x");
  EXPECT_THAT(
      described({"--brokers", "k", "--topic", "a", "--asn", "1", "--state-dir", temp.path("file")}),
      HasSubstr("problem  state in " + temp.path("file") + "/a"));
  EXPECT_THAT(described({"--brokers", "k", "--topic", "a", "--asn", "1", "--state-dir", "none"}),
              HasSubstr("in memory alone"));
  EXPECT_THAT(described({"--demo"}), HasSubstr("in memory alone"));
}

TEST(CheckReportTest, SecretsAreNeverShownAndNamedWhereOthersMaySeeThem) {
  const std::string text = described({"--brokers", "k", "--topic", "a", "--asn", "1", "-X",
                                      "sasl.password=hunter2", "-X", "sasl.username=weir", "-X",
                                      "security.protocol=SASL_SSL", "-X", "sasl.mechanism=PLAIN"});
  EXPECT_THAT(text, AllOf(HasSubstr("warning  on the command line others may see sasl.password"),
                          HasSubstr("login by PLAIN as weir"), Not(HasSubstr("hunter2"))));
}

TEST(CheckReportTest, OwnSystemsThatAreMissingOrZeroAreWarnings) {
  EXPECT_THAT(described({"--from", "-"}), HasSubstr("warning  own AS numbers: none are given"));
  EXPECT_THAT(described({"--from", "-", "--asn", "0,1"}), HasSubstr("warning  own AS numbers: 0"));
  EXPECT_THAT(described({"--demo"}), Not(HasSubstr("warning  own")));
}

TEST(CheckReportTest, WhatTheConfigurationSaysIsSaidInPlainWords) {
  const TempFolder temp;
  temp.put("networks.csv", "prefix,name,customer\n192.0.2.0/24,office,a\n");
  temp.put("weir.yaml", R"(
from: "-"
fields: {site: $.site}
sampling: fixed 100
lookups: {networks: networks.csv}
metrics:
  - {name: x_total, labels: {net: src_addr/24, who: src_customer, where_from: site}, where: bytes > 9}
  - {name: y_total, labels: {port: dst_port}, keep: top, max_series: 50, ttl: 1h}
)");
  ExportOptions options = read_export_options("weir export", {"--config", temp.path("weir.yaml")});
  std::string text;
  for (const Finding& finding : describe_export(options, judge_options(options))) {
    text += to_lines(finding);
  }
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("takes site from $.site"), HasSubstr("multiplies bytes and packets by 100"),
            HasSubstr("networks: 1 entries in " + temp.path("networks.csv")),
            HasSubstr("counts bytes in x_total by net (src_addr/24), who "
                      "(src_customer), where_from (site), where bytes > 9; at most "
                      "1,000,000 series"),
            HasSubstr("counts bytes in y_total by port (dst_port); at most 50 series, "
                      "those with most traffic, until they do not count for 1h")));
  EXPECT_THAT(text, AllOf(HasSubstr("1,000,050 series in 2 metrics"),
                          Not(HasSubstr("own AS numbers")), Not(HasSubstr("warning"))));
}

TEST(CheckReportTest, OwnSystemsThatNoMetricAsksForAreAWarning) {
  const TempFolder temp;
  temp.put("weir.yaml", "demo: true\nasn: 5\nmetrics: [{name: x_total}]\n");
  const ExportOptions options =
      read_export_options("weir export", {"--config", temp.path("weir.yaml")});
  const JudgeOptions judge = judge_options(options);
  EXPECT_TRUE(judge.own_systems.empty());
  ASSERT_EQ(judge.plan.metrics.size(), 1U);
  std::string text;
  for (const Finding& finding : describe_export(options, judge)) {
    text += to_lines(finding);
  }
  EXPECT_THAT(text, HasSubstr("warning  own AS numbers mean nothing"));
}

TEST(CheckReportTest, TheSummaryCounts) {
  EXPECT_EQ(CheckReport::summary(0, 0, true), "no problem, no warning\n");
  EXPECT_EQ(CheckReport::summary(1, 2, true), "1 problem, 2 warnings\n");
  EXPECT_THAT(CheckReport::summary(0, 0, false), HasSubstr("--live"));
}

TEST(CheckReportTest, OnlyAProblemMakesTheStatusOne) {
  CheckReport report;
  testing::internal::CaptureStdout();
  report.tell({ok("a"), warning("b", "c")});
  EXPECT_EQ(report.finish(true), 0);
  report.tell({problem("d", "e")});
  EXPECT_EQ(report.finish(true), 1);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "ok       a\nwarning  b\n         c\nno problem, 1 warning\n"
            "problem  d\n         e\n1 problem, 1 warning\n");
}

}  // namespace
}  // namespace weir
