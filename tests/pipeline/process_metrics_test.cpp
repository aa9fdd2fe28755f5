#include "weir/pipeline/process_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/base/version.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(ProcessMetricsTest, TheBuildIsNamed) {
  FamilyWriter out(ExpositionFormat::text);
  write_build_info(out);
  EXPECT_THAT(out.take(), HasSubstr("weir_build_info{version=\"" + std::string(version()) +
                                    "\",revision=\"" + std::string(git_hash()) + "\"} 1\n"));
}

TEST(ProcessMetricsTest, TheServersCountersAreShown) {
  HttpCounters http;
  http.open = 2;
  http.requests = 10;
  http.timed_out = 3;
  http.evicted = 4;
  FamilyWriter out(ExpositionFormat::text);
  write_http_metrics(http, out);
  const std::string all = out.take();
  for (const char* sample : {"weir_http_connections 2\n", "weir_http_requests_total 10\n",
                             "weir_http_timeouts_total 3\n", "weir_http_evicted_total 4\n"}) {
    EXPECT_THAT(all, HasSubstr(sample));
  }
}

TEST(ProcessMetricsTest, TheProcessIsThisOne) {
  FamilyWriter out(ExpositionFormat::text);
  write_process_metrics(out);
  const std::string all = out.take();
  EXPECT_THAT(all, MatchesRegex(".*\nprocess_resident_memory_bytes [1-9][0-9]*\n.*"));
  EXPECT_THAT(all, MatchesRegex(".*\nprocess_threads [1-9][0-9]*\n.*"));
}

}  // namespace
}  // namespace weir
