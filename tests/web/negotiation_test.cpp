#include "weir/web/negotiation.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(NegotiationTest, PrometheusGetsOpenMetrics) {
  EXPECT_TRUE(
      accepts_openmetrics("application/openmetrics-text;version=1.0.0,application/"
                          "openmetrics-text;version=0.0.1;q=0.75,"
                          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  EXPECT_TRUE(accepts_openmetrics(
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,*/*;q=0.2"));
}

TEST(NegotiationTest, WhoeverDoesNotAskForOpenMetricsGetsText) {
  EXPECT_FALSE(accepts_openmetrics(""));
  EXPECT_FALSE(accepts_openmetrics("*/*"));
  EXPECT_FALSE(accepts_openmetrics("text/plain;version=0.0.4"));
  EXPECT_FALSE(accepts_openmetrics("text/html,application/xhtml+xml,*/*;q=0.8"));
  EXPECT_FALSE(accepts_openmetrics(";;,,=;q="));
}

TEST(NegotiationTest, TheBetterWishWinsAndTextWinsATie) {
  EXPECT_TRUE(accepts_openmetrics("text/plain;q=0.4, application/openmetrics-text;q=0.5"));
  EXPECT_FALSE(accepts_openmetrics("text/plain;q=0.5, application/openmetrics-text;q=0.4"));
  EXPECT_FALSE(accepts_openmetrics("text/plain, application/openmetrics-text"));
  EXPECT_FALSE(accepts_openmetrics("application/openmetrics-text;q=0"));
}

TEST(NegotiationTest, NamesAreReadInAnyCaseAndWithBlanks) {
  EXPECT_TRUE(accepts_openmetrics(" Application/OpenMetrics-Text ; Q=0.5 "));
  EXPECT_TRUE(accepts_gzip("deflate , GZip ; q=0.3"));
}

TEST(NegotiationTest, GzipIsSentOnlyWhereItIsAllowed) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("deflate, gzip;q=1.0, *;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0, *"));
  EXPECT_FALSE(accepts_gzip("gzip;q=nonsense"));
}

}  // namespace
}  // namespace weir
