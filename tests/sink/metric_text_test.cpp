#include "weir/sink/metric_text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace weir {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  append_escaped_label(value, out);
  return out;
}

TEST(MetricText, EscapesBackslashesQuotesAndLineBreaksOfLabels) {
  EXPECT_EQ(escaped(R"(a\b"c)"), R"(a\\b\"c)");
  EXPECT_EQ(escaped("a\nb"), "a\\nb");
  EXPECT_EQ(escaped("\\n"), "\\\\n");
  EXPECT_EQ(escaped("\r\t"), "\r\t");
  EXPECT_EQ(escaped("Žluťoučký \xf0\x9f\x90\x8e \xef\xbf\xbd"),
            "Žluťoučký \xf0\x9f\x90\x8e \xef\xbf\xbd");
  EXPECT_EQ(escaped(""), "");
}

TEST(MetricText, NamesCounterFamiliesWithoutTotalInOpenMetricsOnly) {
  const FamilyHead head{"weir_x_total", "What \"x\" is:\nC:\\x", "counter"};
  std::string text;
  append_family_head(head, ExpositionFormat::text, text);
  EXPECT_EQ(text,
            "# HELP weir_x_total What \"x\" is:\\nC:\\\\x\n"
            "# TYPE weir_x_total counter\n");
  std::string openmetrics;
  append_family_head(head, ExpositionFormat::openmetrics, openmetrics);
  EXPECT_EQ(openmetrics,
            "# HELP weir_x What \\\"x\\\" is:\\nC:\\\\x\n"
            "# TYPE weir_x counter\n");
}

TEST(MetricText, KeepsAGaugesNameEvenIfItEndsInTotal) {
  std::string text;
  append_family_head({"x_total", "", "gauge"}, ExpositionFormat::openmetrics, text);
  EXPECT_EQ(text, "# HELP x_total \n# TYPE x_total gauge\n");
}

TEST(FamilyWriter, WritesFamiliesOneAfterAnother) {
  FamilyWriter writer(ExpositionFormat::openmetrics);
  writer.family({"a_total", "A.", "counter"});
  writer.sample(std::numeric_limits<std::uint64_t>::max(), {{"x", "1"}, {"y", "\""}});
  writer.sample(0);
  writer.family({"b", "B.", "gauge"});
  writer.sample_signed(-5, {{"z", ""}});
  writer.sample_real(0.25);
  writer.single({"c", "C.", "gauge"}, 7);
  writer.single_real({"d", "D.", "gauge"}, 1e300);
  EXPECT_EQ(writer.take(),
            "# HELP a A.\n# TYPE a counter\n"
            "a_total{x=\"1\",y=\"\\\"\"} 18446744073709551615\na_total 0\n"
            "# HELP b B.\n# TYPE b gauge\nb{z=\"\"} -5\nb 0.25\n"
            "# HELP c C.\n# TYPE c gauge\nc 7\n"
            "# HELP d D.\n# TYPE d gauge\nd 1e+300\n");
}

}  // namespace
}  // namespace weir
