#include "weir/pipeline/stream_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/promtool.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

class StreamMetricsTest : public testing::Test {
 protected:
  StreamMetricsTest() {
    status_.windows_sent = 12;
    status_.rows = 3400;
    status_.bytes = 56000;
    status_.mended = 2;
    status_.skipped = {{"given_up", 1}};
    status_.failures = {{"cut_off", 3}, {"of_a_later_version", 1}};
    status_.last = parse_window("202611212305");
    status_.last_end = std::chrono::sys_seconds(std::chrono::seconds(1795302600));
    status_.lag = 4;
    status_.command_duration = std::chrono::milliseconds(250);
    status_.window_duration = std::chrono::milliseconds(1500);
    http_.requests = 99;
  }
  [[nodiscard]] std::string text(ExpositionFormat format = ExpositionFormat::text) const {
    return stream_metrics({status_, &http_, 0.25}, format);
  }

  StreamStatus status_;
  HttpCounters http_;
};

TEST_F(StreamMetricsTest, EveryNameIsThere) {
  const std::string all = text();
  for (const char* sample :
       {"weir_build_info{version=\"", "weir_ready 1\n", "weir_windows_sent_total 12\n",
        "weir_windows_skipped_total{reason=\"given_up\"} 1\n",
        "weir_windows_skipped_total{reason=\"max_catch_up\"} 0\n",
        "weir_window_failures_total{reason=\"cut_off\"} 3\n",
        "weir_window_failures_total{reason=\"of_a_later_version\"} 1\n",
        "weir_window_rows_total 3400\n", "weir_window_bytes_total 56000\n",
        "weir_window_texts_mended_total 2\n", "weir_windows_lag 4\n",
        "weir_window_last_timestamp_seconds 1795302600\n", "weir_window_duration_seconds 1.5\n",
        "weir_window_command_duration_seconds 0.25\n", "weir_scrape_duration_seconds 0.25\n",
        "weir_http_requests_total 99\n", "process_cpu_seconds_total ",
        "process_start_time_seconds "}) {
    EXPECT_THAT("\n" + all, HasSubstr(std::string("\n") + sample));
  }
}

TEST_F(StreamMetricsTest, EveryReasonIsThereFromTheStart) {
  status_ = {};
  const std::string all = text();
  for (const char* reason :
       {"not_started", "timeout", "left_open", "bad_value", "exit_status", "error_output",
        "line_too_long", "wrong_columns", "scaled_number", "bad_number", "unexpected_line",
        "cut_off", "no_trailer", "nothing_read", "sums_differ"}) {
    EXPECT_THAT(all,
                HasSubstr(std::string("weir_window_failures_total{reason=\"") + reason + "\"} 0"));
  }
  EXPECT_THAT(all, Not(HasSubstr("reason=\"none\"")));
}

TEST_F(StreamMetricsTest, TroubleIsNotReady) {
  status_.trouble = "Kafka does not answer";
  EXPECT_THAT(text(), HasSubstr("\nweir_ready 0\n"));
}

TEST_F(StreamMetricsTest, WithoutAWindowThereIsNoTime) {
  status_ = {};
  EXPECT_THAT(text(), HasSubstr("\nweir_window_last_timestamp_seconds 0\n"));
}

TEST_F(StreamMetricsTest, OpenMetricsNamesCountersWithoutTotal) {
  const std::string all = text(ExpositionFormat::openmetrics);
  EXPECT_THAT(all, HasSubstr("# TYPE weir_windows_sent counter\nweir_windows_sent_total 12\n"));
  EXPECT_THAT(all, Not(HasSubstr("# EOF")));
}

TEST_F(StreamMetricsTest, PromtoolFindsNothingToSay) {
  const auto findings = promtool_findings(text());
  if (!findings) {
    GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  }
  EXPECT_EQ(*findings, "");
}

}  // namespace
}  // namespace weir
