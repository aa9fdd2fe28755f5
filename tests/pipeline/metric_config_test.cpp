#include "weir/pipeline/metric_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/usage_error.hpp"
#include "weir/io/yaml.hpp"
#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

MetricsConfig read(const std::string& text, const FieldNames& names = {},
                   const std::vector<MappedValue>& mapping = {}) {
  return read_metrics(parse_yaml(text, "weir.yaml"), names, mapping);
}

std::string error(const std::string& text, const FieldNames& names = {}) {
  return usage_error([&] { static_cast<void>(read(text, names)); });
}

/// What is wrong with the value of one setting of a metric.
std::string wrong(const std::string& setting) {
  return error("- name: x_total\n  " + setting + "\n");
}

class NoNames final : public Lookup {
 public:
  [[nodiscard]] std::uint64_t generation() const override { return 0; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override { return nullptr; }
};

TEST(MetricConfigTest, AWholeMetric) {
  const MetricsConfig config = read(R"(
- name: flow_bytes_total
  help: Bytes by exporter.
  value: packets
  where: proto == tcp
  labels:
    exporter: exporter
    src_net: src_addr/24
    both: dst_addr/16/48
    destination_as: dst_as
    destination_as_name: {field: dst_as, lookup: as_name}
  max_series: 10000
  keep: top
  ttl: 1h
)");
  EXPECT_FALSE(config.defaults);
  ASSERT_EQ(config.own.size(), 1U);
  const Metric& metric = config.own[0].metric;
  EXPECT_EQ(metric.name, "flow_bytes_total");
  EXPECT_EQ(metric.help, "Bytes by exporter.");
  EXPECT_EQ(metric.value, field("packets"));
  EXPECT_TRUE(metric.where.fields().has(field("proto")));
  EXPECT_EQ(metric.where_text, "proto == tcp");
  EXPECT_EQ(config.own[0].where, "proto == tcp");
  ASSERT_EQ(metric.labels.size(), 5U);
  EXPECT_EQ(metric.labels[1].name, "src_net");
  EXPECT_EQ(metric.labels[1].field, field("src_addr"));
  EXPECT_EQ(metric.labels[1].v4_bits, 24);
  EXPECT_EQ(metric.labels[1].v6_bits, 128);
  EXPECT_EQ(metric.labels[2].v6_bits, 48);
  EXPECT_THAT(config.own[0].lookups, ElementsAre("", "", "", "", "as_name"));
  EXPECT_EQ(config.own[0].max_series, 10000U);
  EXPECT_EQ(metric.keep, Metric::Keep::top);
  EXPECT_EQ(config.own[0].ttl, std::chrono::hours(1));
}

TEST(MetricConfigTest, ANameIsEnough) {
  const MetricsConfig config = read("- name: all_bytes_total\n");
  const Metric& metric = config.own.at(0).metric;
  EXPECT_EQ(metric.value, field("bytes"));
  EXPECT_EQ(metric.help, "Sum of bytes.");
  EXPECT_TRUE(metric.labels.empty());
  EXPECT_TRUE(metric.where.matches_all());
  EXPECT_EQ(metric.keep, Metric::Keep::first);
  EXPECT_FALSE(config.own[0].max_series.has_value());
}

TEST(MetricConfigTest, LabelsMayBeAListOfFields) {
  const MetricsConfig config = read("- {name: x_total, labels: [src_as, dst_addr/16]}\n");
  const auto& labels = config.own.at(0).metric.labels;
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].name, "src_as");
  EXPECT_EQ(labels[1].name, "dst_addr");
  EXPECT_EQ(config.own[0].metric.help, "Sum of bytes by src_as, dst_addr.");
}

TEST(MetricConfigTest, TheDefaultsMayBeAmongThem) {
  EXPECT_TRUE(read("defaults\n").defaults);
  const MetricsConfig config = read("- name: x_total\n- defaults\n");
  EXPECT_TRUE(config.defaults);
  EXPECT_EQ(config.own.size(), 1U);
  EXPECT_THAT(error("- defaults\n- name: flow_receive_bytes_total\n"),
              HasSubstr("among the defaults"));
}

TEST(MetricConfigTest, WrongSettingsAreToldWithTheirPlace) {
  EXPECT_THAT(wrong("value: src_addr"), StartsWith("weir.yaml:2:10: value: 'src_addr'"));
  EXPECT_THAT(wrong("value: first_seen"), HasSubstr("no number that can be added up"));
  EXPECT_THAT(wrong("value: byts"), HasSubstr("Did you mean bytes?"));
  EXPECT_THAT(wrong("where: proto = ="), StartsWith("weir.yaml:2:10: "));
  EXPECT_THAT(wrong("labels: [nothing]"), StartsWith("weir.yaml:2:12: there is no field"));
  EXPECT_THAT(wrong("labels: {a: as_src}"), HasSubstr("It is called src_as here"));
  EXPECT_THAT(wrong("labels: {a: port}"), HasSubstr("src_port or dst_port"));
  EXPECT_THAT(wrong("labels: {a: src_port/8}"), HasSubstr("only addresses"));
  EXPECT_THAT(wrong("labels: {a: src_addr/129}"), HasSubstr("0 to 128"));
  EXPECT_THAT(wrong("labels: {a: src_addr/33/64}"), HasSubstr("0 to 32"));
  EXPECT_THAT(wrong("labels: {a: src_addr/x}"), HasSubstr("behind the slash"));
  EXPECT_THAT(wrong("labels: {a: {field: label, lookup: as_name}}"), HasSubstr("no number"));
  EXPECT_THAT(wrong("labels: {a: {field: dst_as, lookup: asname}}"),
              HasSubstr("Did you mean as_name?"));
  EXPECT_THAT(wrong("labels: {a: {lookup: as_name}}"), HasSubstr("which field"));
  EXPECT_THAT(wrong("labels: {a: {feild: dst_as}}"), HasSubstr("Did you mean field?"));
  EXPECT_THAT(wrong("labels: {a: src_as, __a: dst_as}"),
              AllOf(StartsWith("weir.yaml:2:23: "), HasSubstr("cannot be a label's name")));
  EXPECT_THAT(wrong("labels: [src_addr/8, src_addr/16]"),
              AllOf(StartsWith("weir.yaml:2:24: "), HasSubstr("two labels named src_addr")));
  EXPECT_THAT(wrong("labels: src_as"), HasSubstr("labels: a list of fields belongs here"));
  EXPECT_THAT(wrong("labels: {a: [b]}"), StartsWith("weir.yaml:2:15: label: "));
  EXPECT_THAT(wrong("max_series: 0"), HasSubstr("from 1 to 10000000"));
  EXPECT_THAT(wrong("keep: best"), HasSubstr("none of first, top"));
  EXPECT_THAT(wrong("ttl: 5"), StartsWith("weir.yaml:2:8: ttl: "));
  EXPECT_THAT(wrong("ttl:"), StartsWith("weir.yaml:2:3: ttl: "));
  EXPECT_THAT(wrong("max_seris: 5"), HasSubstr("Did you mean max_series?"));
}

TEST(MetricConfigTest, NamesAreNamesAndTheirOwn) {
  EXPECT_THAT(error("- help: x\n"), HasSubstr("needs a name"));
  EXPECT_THAT(error("- name: bytes\n"), AllOf(StartsWith("weir.yaml:1:9: "), HasSubstr("_total")));
  EXPECT_THAT(error("- name: weir_x_total\n"), HasSubstr("weir's own"));
  EXPECT_THAT(error("- name: _total\n"), HasSubstr("one _total belongs behind a name"));
  EXPECT_THAT(error("- name: a_total_total\n"), HasSubstr("one _total belongs behind a name"));
  EXPECT_THAT(error("- name: a_total\n- name: a_total\n"),
              HasSubstr("weir.yaml:2:3: there is a metric a_total already"));
  EXPECT_THAT(error("[]\n"), HasSubstr("nothing would be counted"));
  EXPECT_THAT(error("none\n"), HasSubstr("a list"));
  EXPECT_THAT(error("- x_total\n"), HasSubstr("names with values"));
}

TEST(MetricConfigTest, TheMeaningTellsWhereTheUsersFieldsComeFrom) {
  FieldNames names;
  const FieldId octets = names.add("octets", Kind::number);
  const FieldId customer = names.add("customer", Kind::text);
  const std::vector<MappedValue> mapping = {{"$.o", octets}, {"$.c", customer}};
  const auto meaning = [&](const std::string& text) {
    return read(text, names, mapping).own.at(0).metric.where_text;
  };
  EXPECT_EQ(meaning("- {name: x_total, value: octets, labels: {who: customer}}\n"),
            "[value from $.o, label who from $.c]");
  EXPECT_EQ(meaning("- {name: x_total, where: customer == 'a'}\n"),
            "customer == 'a' [customer from $.c]");
  EXPECT_EQ(meaning("- {name: x_total, labels: [src_as]}\n"), "");
}

TEST(MetricConfigTest, FieldsOfLabelsAreWrittenAsTheyAreRead) {
  for (const char* text :
       {"src_addr", "src_addr/24", "src_addr/24/48", "src_addr/32/64", "dst_as"}) {
    EXPECT_EQ(label_field_text(parse_label_field(text, {}), {}), text);
  }
  EXPECT_EQ(parse_label_field("src_addr/48", {}).v6_bits, 48);
  EXPECT_EQ(parse_label_field("src_addr/48", {}).v4_bits, 32);
}

TEST(MetricConfigTest, FlagsSayWhatTheConfigurationLeavesOpen) {
  const MetricsConfig config = read(
      "- defaults\n"
      "- {name: a_total, labels: {n: {field: src_as, lookup: as_name}}}\n"
      "- {name: b_total, max_series: 7, ttl: 2h}\n");
  MetricDefaults defaults;
  defaults.metrics = as_traffic_metrics({1}, nullptr, 1);
  defaults.max_series = 50;
  defaults.ttl = std::chrono::hours(1);
  const auto lookup = std::make_shared<NoNames>();
  defaults.lookup = [&lookup](std::string_view name) {
    EXPECT_EQ(name, "as_name");
    return lookup;
  };
  const std::vector<Metric> metrics = make_metrics(config, defaults);
  ASSERT_EQ(metrics.size(), 4U);
  EXPECT_EQ(metrics[0].name, "flow_receive_bytes_total");
  EXPECT_EQ(metrics[0].max_series, 50U);
  EXPECT_EQ(metrics[1].ttl, std::chrono::hours(1));
  EXPECT_EQ(metrics[2].max_series, 50U);
  EXPECT_EQ(metrics[2].labels[0].lookup, lookup);
  EXPECT_EQ(metrics[3].max_series, 7U);
  EXPECT_EQ(metrics[3].ttl, std::chrono::hours(2));
}

}  // namespace
}  // namespace weir
