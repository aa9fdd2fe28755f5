#include "weir/pipeline/export_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/usage_error.hpp"
#include "weir/io/yaml.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

ExportConfig read(const std::string& text, const std::string& file = "weir.yaml") {
  return read_export_config(parse_yaml(text, file));
}

std::string error(const std::string& text) {
  return usage_error([&] { static_cast<void>(read(text)); });
}

TEST(ExportConfigTest, WithoutAWordItIsWhatTheExporterDoesByItself) {
  for (const char* text : {"", "topic: x\n"}) {
    const ExportConfig config = read(text);
    EXPECT_TRUE(config.mapping.empty());
    EXPECT_EQ(config.sampling, SamplingOptions());
    EXPECT_TRUE(config.lookups.empty());
    EXPECT_TRUE(config.metrics.defaults);
    EXPECT_TRUE(config.metrics.own.empty());
  }
}

TEST(ExportConfigTest, FieldsAreTheUsersOwnOrThoseThereAre) {
  const ExportConfig config = read(R"(
fields:
  customer: {from: $.flow.customer, type: text}
  octets: {from: "$['in bytes']", type: number}
  gateway: {from: $.gw, type: address}
  site: $.site
  bytes: $.flow.octets
metrics:
  - {name: x_total, value: octets, where: site == 'a', labels: [customer, gateway/24]}
)");
  ASSERT_EQ(config.mapping.size(), 5U);
  EXPECT_EQ(config.mapping[0].path, "$.flow.customer");
  EXPECT_EQ(info(config.mapping[0].field).kind, Kind::text);
  EXPECT_EQ(config.names.find("customer"), config.mapping[0].field);
  EXPECT_EQ(info(config.mapping[1].field).kind, Kind::number);
  EXPECT_EQ(info(config.mapping[2].field).kind, Kind::address);
  EXPECT_EQ(info(config.mapping[3].field).kind, Kind::text);
  EXPECT_EQ(config.mapping[4].field, field("bytes"));
  EXPECT_EQ(config.metrics.own.at(0).metric.value, config.mapping[1].field);
}

TEST(ExportConfigTest, WrongFieldsAreToldWithTheirPlace) {
  EXPECT_THAT(error("fields: {a: b}\n"), StartsWith("weir.yaml:1:13: "));
  EXPECT_THAT(error("fields:\n  bytes: {from: $.x, type: number}\n"),
              AllOf(StartsWith("weir.yaml:2:28: "), HasSubstr("leave type out")));
  EXPECT_THAT(error("fields: {a-b: $.x}\n"),
              AllOf(StartsWith("weir.yaml:1:10: "), HasSubstr("cannot be a field's name")));
  EXPECT_THAT(error("fields: {a: {from: $.x, type: txt}}\n"), HasSubstr("Did you mean text?"));
  EXPECT_THAT(error("fields: {a: {type: text}}\n"), HasSubstr("where in a record is it?"));
  EXPECT_THAT(error("fields: {a: {from: $.x, typ: text}}\n"), HasSubstr("Did you mean type?"));
  EXPECT_THAT(error("fields: [a]\n"), HasSubstr("names with values"));
  std::string many = "fields:\n";
  for (int i = 0; i < 17; ++i) {
    many += "  f" + std::to_string(i) + ": $.x\n";
  }
  EXPECT_THAT(error(many), AllOf(StartsWith("weir.yaml:18:3: "), HasSubstr("only 16")));
}

TEST(ExportConfigTest, SamplingIsOneOfFourRules) {
  EXPECT_EQ(read("sampling: off\n").sampling.rule, SamplingRule::off);
  EXPECT_EQ(read("sampling: record\n").sampling.rule, SamplingRule::record);
  for (const char* text : {"sampling: fixed 1000\n", "sampling: {fixed: 1000}\n"}) {
    EXPECT_EQ(read(text).sampling.rule, SamplingRule::fixed);
    EXPECT_EQ(read(text).sampling.fixed, 1000U);
  }
  EXPECT_EQ(read("sampling: {table: t.csv}\n").sampling.rule, SamplingRule::table);
  EXPECT_THAT(error("sampling: fixed 0\n"), HasSubstr("from 1 to 4294967295"));
  EXPECT_THAT(error("sampling: fixed \n"), HasSubstr("none of record, off"));
  EXPECT_THAT(error("sampling: fixed x\n"), HasSubstr("\"x\" is no whole number"));
  EXPECT_THAT(error("sampling: table\n"), HasSubstr("none of record, off"));
  EXPECT_THAT(error("sampling: {fixed: 5, table: x}\n"), HasSubstr("give one of"));
  EXPECT_THAT(error("sampling: {}\n"), HasSubstr("give one of"));
  EXPECT_THAT(error("sampling: {tabel: x}\n"), HasSubstr("Did you mean table?"));
}

TEST(ExportConfigTest, FilesAreLookedForBesideTheConfiguration) {
  const ExportConfig config = read(
      "lookups: {geo: [a.mmdb, /b.mmdb], networks: n.csv, interfaces: i.csv, exporters: e.csv}\n"
      "sampling: {table: t.csv}\n",
      "/etc/weir/weir.yaml");
  EXPECT_THAT(config.lookups.geo, ElementsAre("/etc/weir/a.mmdb", "/b.mmdb"));
  EXPECT_EQ(config.lookups.networks, "/etc/weir/n.csv");
  EXPECT_EQ(config.lookups.interfaces, "/etc/weir/i.csv");
  EXPECT_EQ(config.lookups.exporters, "/etc/weir/e.csv");
  EXPECT_EQ(config.sampling.table, "/etc/weir/t.csv");
  EXPECT_EQ(read("lookups: {networks: n.csv}\n").lookups.networks, "n.csv");
  EXPECT_THAT(read("lookups: {geo: a.mmdb}\n").lookups.geo, ElementsAre("a.mmdb"));
}

TEST(ExportConfigTest, WrongLookupsAreToldWithTheirPlace) {
  EXPECT_THAT(error("lookups: {network: x}\n"), HasSubstr("Did you mean networks?"));
  EXPECT_THAT(error("lookups: {networks: [a]}\n"), StartsWith("weir.yaml:1:21: networks: "));
  EXPECT_THAT(error("lookups: {networks: ''}\n"), HasSubstr("the name of a file"));
  EXPECT_THAT(error("lookups: x\n"), HasSubstr("names with values"));
}

}  // namespace
}  // namespace weir
