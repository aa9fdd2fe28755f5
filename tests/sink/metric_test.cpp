#include "weir/sink/metric.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/sink/sink_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

std::string complaint_about(const Metric& metric) {
  try {
    check(metric);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "";
}

TEST(Metric, ReadsTheFieldsOfItsFilterItsValueAndItsLabels) {
  FieldSet expected;
  for (const FieldId id : {field("proto"), field("packets"), field("src_as"), field("label")}) {
    expected.add(id);
  }
  Metric metric = simple_metric({{"as", field("src_as"), {}}, {"host", field("label"), {}}});
  metric.value = field("packets");
  metric.where = Filter::compile("proto = tcp or proto = 17");
  EXPECT_EQ(fields_of(metric), expected);
}

TEST(Metric, TheDefaultOnesAreFine) {
  for (const Metric& metric : default_metrics(std::make_shared<TestLookup>())) {
    EXPECT_EQ(complaint_about(metric), "");
  }
}

TEST(Metric, ComplainsAboutWhatPrometheusWouldNotTake) {
  using Change = std::function<void(Metric&)>;
  const std::vector<std::pair<Change, std::string>> cases = {
      {[](Metric& m) { m.name = "bytes"; }, "'bytes' cannot be a metric's name"},
      {[](Metric& m) { m.name = "9bytes_total"; }, "'9bytes_total' cannot be a metric's name"},
      {[](Metric& m) { m.name = "by-tes_total"; }, "'by-tes_total' cannot be a metric's name"},
      {[](Metric& m) { m.name = ""; }, "'' cannot be a metric's name"},
      {[](Metric& m) { m.labels[0].name = "a:b"; }, "'a:b' cannot be a label's name"},
      {[](Metric& m) { m.labels[0].name = "__name__"; }, "'__name__' cannot be a label's name"},
      {[](Metric& m) { m.labels[0].name = ""; }, "'' cannot be a label's name"},
      {[](Metric& m) { m.labels[0].name = "1"; }, "'1' cannot be a label's name"},
      {[](Metric& m) { m.labels.push_back(m.labels[0]); }, "two labels named as"},
      {[](Metric& m) { m.value = field("src_addr"); }, "the value 'src_addr' is no number"},
      {[](Metric& m) { m.labels[0].field = field("label"); }, "which is no number"},
      {[](Metric& m) {
         for (int i = 0; i < 64; ++i) {
           m.labels.push_back({"l" + std::to_string(i), field("src_as"), {}});
         }
       },
       "at most 64 are possible"},
  };
  for (const auto& [change, text] : cases) {
    Metric metric = simple_metric({{"as", field("src_as"), std::make_shared<TestLookup>()}});
    change(metric);
    EXPECT_NE(complaint_about(metric).find(text), std::string::npos)
        << complaint_about(metric) << " does not say " << text;
  }
}

}  // namespace
}  // namespace weir
