#include "weir/pipeline/status_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatusPageTest : public testing::Test {
 protected:
  static AsNameOptions no_names() {
    AsNameOptions options;
    options.source = "none";
    options.cache_folder = "";
    return options;
  }
  [[nodiscard]] std::string page() const {
    return status_page({flows_, source_, names_, setup_, ""});
  }

  PrometheusSnapshot flows_;
  SourceStatus source_{true, true, "", {}};
  AsNameUpdater names_{no_names()};
  std::vector<std::pair<std::string, std::string>> setup_ = {{"Own AS numbers", "64500, 64501"}};
};

TEST_F(StatusPageTest, ShowsTheSetupAndWhatBecameOfRecords) {
  Accounts& accounts = flows_.checkpoint.accounts;
  accounts.origin(0) = {1200, 1234};
  accounts.counted = 1221;
  accounts.refuse(Refused::not_json, 10);
  accounts.refuse(Refused::empty, 2);
  accounts.filter(Filtered::marker);
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("Own AS numbers</th><td>64500, 64501<"));
  EXPECT_THAT(html, HasSubstr("Read</th><td>1,234<"));
  EXPECT_THAT(html, HasSubstr("Counted</th><td>1,221<"));
  EXPECT_THAT(html, HasSubstr("Refused</th><td>12 (2 empty, 10 not_json)<"));
  EXPECT_THAT(html, HasSubstr("Filtered</th><td>1 (marker)<"));
  EXPECT_THAT(html, Not(HasSubstr("Unaccounted")));
}

TEST_F(StatusPageTest, SaysWhereNamesAreNotLookedUp) {
  EXPECT_THAT(page(), HasSubstr("not looked up"));
}

TEST_F(StatusPageTest, LagIsAddedUpOverThePartitionsWhereItIsKnown) {
  EXPECT_THAT(page(), Not(HasSubstr("Lag")));
  source_.origins = {{"a", "0", 10, 3010}, {"a", "1", 20, 15}, {"a", "2", -1, 9}};
  flows_.checkpoint.source.origins = {{"a", "2", "", -1, 9, 4000}};
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("Lag</th><td>3,000 in 2 partitions<"));
  EXPECT_THAT(html, HasSubstr("Lost</th><td>4,000 messages"));
}

TEST_F(StatusPageTest, MetricsShowTheirSumSeriesAndCap) {
  MetricSnapshot metric;
  metric.name = "flow_receive_bytes_total";
  metric.total = 1000000;
  metric.population.live = 2000;
  flows_.metrics.push_back(metric);
  EXPECT_THAT(page(), HasSubstr("flow_receive_bytes_total</th><td>1,000,000 in 2,000 series<"));
  flows_.metrics[0].capped = 3;
  EXPECT_THAT(page(), HasSubstr("3 records in the series “other”, beyond --max-series"));
}

TEST_F(StatusPageTest, DeadLettersAreCountedAndTheirTroubleIsTold) {
  EXPECT_THAT(page(), Not(HasSubstr("Dead letters")));
  DeadLetterStatus letters;
  letters.topic = "flows.refused";
  letters.sent[0] = 1000;
  letters.sent[1] = 234;
  const auto html = [&] { return status_page({flows_, source_, names_, setup_, "", &letters}); };
  EXPECT_THAT(html(), HasSubstr("Dead letters</th><td>1,234 sent to flows.refused<"));
  letters.cut = 2;
  letters.pending = 3;
  letters.trouble = "no broker answers";
  EXPECT_THAT(html(), HasSubstr("1,234 sent to flows.refused, 2 of them cut because they were too "
                                "long; 3 wait: no broker answers<"));
}

TEST_F(StatusPageTest, ADefectInTheAccountsShows) {
  flows_.checkpoint.accounts.counted = 1;
  EXPECT_THAT(page(), HasSubstr("Unaccounted</th><td>-1;"));
}

TEST_F(StatusPageTest, SaysOfWhenItsNumbersAre) {
  EXPECT_THAT(page(), Not(HasSubstr("numbers as of")));
  flows_.committed_at = std::chrono::system_clock::time_point(std::chrono::seconds(86400));
  EXPECT_THAT(page(), HasSubstr("numbers as of 1970-01-02T00:00:00Z"));
}

}  // namespace
}  // namespace weir
