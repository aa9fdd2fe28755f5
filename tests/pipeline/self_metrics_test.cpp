#include "weir/pipeline/self_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "weir/sink/exposition.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

AsNameOptions no_names() {
  AsNameOptions options;
  options.source = "none";
  options.cache_folder = "";
  return options;
}

class SelfMetricsTest : public testing::Test {
 protected:
  SelfMetricsTest() {
    MetricSnapshot metric;
    metric.name = "flow_receive_bytes_total";
    metric.total = 77;
    metric.capped = 5;
    metric.swapped = 8;
    metric.population = {3, 2, 1, 9};
    metric.held_value = 4;
    metric.dormant_value = 20;
    metric.dropped_value = 3;
    flows_.metrics.push_back(metric);
    flows_.checkpoint.source.origins = {{"a", "0", "", 42, 45, 7}, {"a", "1", "", -1, -1, 0}};
    Accounts& accounts = flows_.checkpoint.accounts;
    accounts.origin(0) = {10, 12};
    accounts.origin(1) = {1, 1};
    accounts.counted = 9;
    accounts.filter(Filtered::marker, 3);
    accounts.refuse(Refused::not_json);
    flows_.commit_failures = 6;
    flows_.committed_at = std::chrono::system_clock::time_point(std::chrono::seconds(1700000000));
    source_ = {true, true, "", {{"a", "0", 42, 45}, {"a", "1", -1, -1}, {"b", "0", 5, 5}}};
    http_.requests = 99;
  }
  [[nodiscard]] std::string text(ExpositionFormat format = ExpositionFormat::text) const {
    return self_metrics({flows_, source_, names_, &http_, 0.25, true}, format);
  }

  PrometheusSnapshot flows_;
  SourceStatus source_;
  AsNameUpdater names_{no_names()};
  HttpCounters http_;
};

TEST_F(SelfMetricsTest, EveryNameOfTheContractIsThere) {
  const std::string all = text();
  for (const char* sample :
       {"weir_build_info{version=\"",
        "weir_messages_total{topic=\"a\",partition=\"0\"} 10\n",
        "weir_messages_total{topic=\"b\",partition=\"0\"} 0\n",
        "weir_records_total{topic=\"a\"} 13\n",
        "weir_records_total{topic=\"b\"} 0\n",
        "weir_records_filtered_total{reason=\"marker\"} 3\n",
        "weir_records_refused_total{reason=\"not_json\"} 1\n",
        "weir_consumer_lag{topic=\"a\",partition=\"0\"} 3\n",
        "weir_consumer_offset{topic=\"a\",partition=\"0\"} 42\n",
        "weir_records_lost_total{topic=\"a\",partition=\"0\"} 7\n",
        "weir_series{metric=\"flow_receive_bytes_total\",state=\"live\"} 3\n",
        "weir_series{metric=\"flow_receive_bytes_total\",state=\"dormant\"} 2\n",
        "weir_series_held{metric=\"flow_receive_bytes_total\"} 1\n",
        "weir_series_value{metric=\"flow_receive_bytes_total\",state=\"live\"} 50\n",
        "weir_series_value{metric=\"flow_receive_bytes_total\",state=\"held\"} 4\n",
        "weir_series_value{metric=\"flow_receive_bytes_total\",state=\"dormant\"} 20\n",
        "weir_series_dropped_value_total{metric=\"flow_receive_bytes_total\"} 3\n",
        "weir_commit_failures_total 6\n",
        "weir_pending_messages 0\n",
        "weir_reading_paused 0\n",
        "weir_series_limit{metric=\"flow_receive_bytes_total\"} 9\n",
        "weir_series_capped_total{metric=\"flow_receive_bytes_total\"} 5\n",
        "weir_series_swapped_total{metric=\"flow_receive_bytes_total\"} 8\n",
        "weir_metric_value_total{metric=\"flow_receive_bytes_total\"} 77\n",
        "weir_records_unaccounted 0\n",
        "weir_checkpoint_timestamp_seconds 1700000000\n",
        "weir_checkpoint_duration_seconds ",
        "weir_scrape_duration_seconds 0.25\n",
        "weir_as_names 0\n",
        "weir_as_names_timestamp_seconds 0\n",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "process_open_fds ",
        "process_start_time_seconds ",
        "weir_http_requests_total 99\n",
        "weir_ready 1\n"}) {
    EXPECT_THAT(all, HasSubstr(std::string("\n") + sample));
  }
}

TEST_F(SelfMetricsTest, DeadLettersAreThereWhereTheyAreSent) {
  EXPECT_THAT(text(), Not(HasSubstr("weir_dead_letter")));
  DeadLetterStatus letters;
  letters.sent[static_cast<std::size_t>(Refused::not_json)] = 7;
  letters.cut = 1;
  letters.pending = 2;
  letters.failures = 3;
  SelfState state{flows_, source_, names_, &http_, 0.25, true};
  state.dead_letters = &letters;
  const std::string all = self_metrics(state, ExpositionFormat::text);
  for (const char* sample :
       {"weir_dead_letters_total{reason=\"not_json\"} 7\n",
        "weir_dead_letters_total{reason=\"overflow\"} 0\n", "weir_dead_letters_cut_total 1\n",
        "weir_dead_letters_pending 2\n", "weir_dead_letter_failures_total 3\n"}) {
    EXPECT_THAT(all, HasSubstr(sample));
  }
}

TEST_F(SelfMetricsTest, EveryReasonIsThereFromTheStart) {
  const std::string all = text();
  for (const auto reason : kFilteredNames) {
    EXPECT_THAT(all, HasSubstr("weir_records_filtered_total{reason=\"" + std::string(reason)));
  }
  for (const auto reason : kRefusedNames) {
    EXPECT_THAT(all, HasSubstr("weir_records_refused_total{reason=\"" + std::string(reason)));
  }
}

TEST_F(SelfMetricsTest, WhatIsNotKnownIsNotShown) {
  const std::string all = text();
  EXPECT_THAT(all, Not(HasSubstr("weir_consumer_offset{topic=\"a\",partition=\"1\"}")));
  EXPECT_THAT(all, Not(HasSubstr("weir_consumer_lag{topic=\"a\",partition=\"1\"}")));
}

TEST_F(SelfMetricsTest, ADefectInTheAccountsShows) {
  flows_.checkpoint.accounts.counted += 2;
  EXPECT_THAT(text(), HasSubstr("\nweir_records_unaccounted -2\n"));
}

TEST_F(SelfMetricsTest, NamesFromOutsideCannotBreakTheFormat) {
  source_.origins[2].topic = "q\"\\\n\xff";
  EXPECT_THAT(text(), HasSubstr("weir_records_total{topic=\"q\\\"\\\\\\n\xEF\xBF\xBD\"} 0\n"));
}

TEST_F(SelfMetricsTest, OpenMetricsNamesCountersWithoutTotal) {
  const std::string all = text(ExpositionFormat::openmetrics);
  EXPECT_THAT(all, HasSubstr("# TYPE weir_messages counter\n"));
  EXPECT_THAT(all, Not(HasSubstr("# EOF")));
}

TEST_F(SelfMetricsTest, PromtoolFindsNothingToSay) {
  if (std::system("command -v promtool >/dev/null") != 0) {
    GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  }
  const auto base =
      std::filesystem::temp_directory_path() / ("weir-self-" + std::to_string(getpid()));
  const std::string in = base.string() + ".in";
  const std::string out = base.string() + ".out";
  std::ofstream(in) << text();
  const std::string command = "promtool check metrics <" + in + " >" + out + " 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream said(out);
  const std::string words{std::istreambuf_iterator<char>(said), {}};
  std::filesystem::remove(in);
  std::filesystem::remove(out);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(words, "");
}

}  // namespace
}  // namespace weir
