#include "cli/export_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

ExportOptions parse(const std::vector<std::string>& words) {
  ExportOptions options;
  EXPECT_EQ(parse_flags("weir export", "", export_flags(options), words), Parsed::run);
  check_export_options(options);
  return options;
}

std::string error(const std::vector<std::string>& words) {
  return usage_error([&] { parse(words); });
}

TEST(ExportOptionsTest, FlowExportersFlagsWork) {
  const ExportOptions options =
      parse({"-broker=k1:9092", "-topic=pmacct.acct", "-asn=64500", "-addr=:9590"});
  EXPECT_EQ(options.kafka.brokers, "k1:9092");
  EXPECT_THAT(options.kafka.topics, ElementsAre("pmacct.acct"));
  EXPECT_THAT(options.own_systems, ElementsAre(64500U));
  EXPECT_THAT(options.listen_addresses, ElementsAre(":9590"));
}

TEST(ExportOptionsTest, EveryFlagOfTheTableIsTaken) {
  const ExportOptions options = parse({"--brokers",
                                       "a:1,b:2",
                                       "--broker",
                                       "c:3",
                                       "--topic",
                                       "x,y",
                                       "--topic=z",
                                       "--partitions",
                                       "0,2-3",
                                       "--start",
                                       "earliest",
                                       "-X",
                                       "a=b",
                                       "-X",
                                       "c=d=e",
                                       "--asn",
                                       "1, AS2,as3",
                                       "--asn",
                                       "4294967295",
                                       "--as-names",
                                       "none",
                                       "--max-series",
                                       "5",
                                       "--where",
                                       "bytes > 5",
                                       "--format",
                                       "json",
                                       "--web.listen-address",
                                       ":1",
                                       "--addr",
                                       "[::1]:2",
                                       "--web.enable-lifecycle",
                                       "--log.level",
                                       "debug",
                                       "--log.format",
                                       "json",
                                       "--demo.rate",
                                       "7",
                                       "--state-dir",
                                       "s",
                                       "--on-config-change",
                                       "restart",
                                       "--max-pending",
                                       "9",
                                       "--series-ttl",
                                       "2h",
                                       "--openmetrics-created",
                                       "--new-series-at-zero",
                                       "30s"});
  EXPECT_EQ(options.kafka.brokers, "a:1,b:2,c:3");
  EXPECT_THAT(options.kafka.topics, ElementsAre("x", "y", "z"));
  ASSERT_TRUE(options.kafka.partitions.has_value());
  EXPECT_THAT(*options.kafka.partitions, ElementsAre(0, 2, 3));
  EXPECT_EQ(options.kafka.start.kind, KafkaStart::Kind::earliest);
  ASSERT_EQ(options.kafka.properties.size(), 2U);
  EXPECT_EQ(options.kafka.properties[1].value, "d=e");
  EXPECT_THAT(options.own_systems, ElementsAre(1U, 2U, 3U, 4294967295U));
  EXPECT_EQ(options.as_names, "none");
  EXPECT_TRUE(options.as_names_given);
  EXPECT_EQ(options.max_series, 5U);
  EXPECT_FALSE(options.where.matches_all());
  EXPECT_EQ(options.where_text, "bytes > 5");
  EXPECT_EQ(options.format, "json");
  EXPECT_THAT(options.listen_addresses, ElementsAre(":1", "[::1]:2"));
  EXPECT_TRUE(options.enable_lifecycle);
  EXPECT_EQ(options.log_level, log::Level::debug);
  EXPECT_EQ(options.log_format, log::Format::json);
  EXPECT_EQ(options.demo_rate, 7U);
  EXPECT_EQ(options.state_dir, "s");
  EXPECT_TRUE(options.restart_counters);
  EXPECT_EQ(options.max_pending, 9U);
  EXPECT_EQ(options.series_ttl, std::chrono::hours(2));
  EXPECT_TRUE(options.openmetrics_created);
  EXPECT_EQ(options.hold, std::chrono::seconds(30));
}

TEST(ExportOptionsTest, DefaultsAreTheContracts) {
  const ExportOptions options = parse({"--brokers", "a", "--topic", "b"});
  EXPECT_FALSE(options.kafka.partitions.has_value());
  EXPECT_EQ(options.kafka.start.kind, KafkaStart::Kind::latest);
  EXPECT_TRUE(options.own_systems.empty());
  EXPECT_EQ(options.as_names, kDefaultAsNames);
  EXPECT_FALSE(options.as_names_given);
  EXPECT_EQ(options.max_series, 1'000'000U);
  EXPECT_TRUE(options.where.matches_all());
  EXPECT_EQ(options.format, "auto");
  EXPECT_EQ(options.state_dir, "");
  EXPECT_FALSE(options.restart_counters);
  EXPECT_EQ(options.hold.count(), 0);
  EXPECT_EQ(options.series_ttl.count(), 0);
  EXPECT_FALSE(options.openmetrics_created);
  EXPECT_EQ(parse({"--new-series-at-zero", "--from", "-"}).hold, std::chrono::seconds(65));
  EXPECT_FALSE(options.enable_lifecycle);
  EXPECT_EQ(options.log_level, log::Level::info);
}

TEST(ExportOptionsTest, OtherSources) {
  EXPECT_EQ(parse({"--from", "-"}).from, "-");
  EXPECT_TRUE(parse({"--demo"}).demo);
}

TEST(ExportOptionsTest, FlagsOfKafkaMeanNothingWithoutIt) {
  EXPECT_THAT(error({"--demo", "--start", "earliest"}), HasSubstr("--start is about Kafka"));
  EXPECT_THAT(error({"--from", "-", "--partitions", "1"}),
              HasSubstr("--partitions is about Kafka"));
  EXPECT_THAT(error({"--demo", "-X", "a=b"}), HasSubstr("-X is about Kafka"));
}

TEST(ExportOptionsTest, ThereMustBeExactlyOneSource) {
  EXPECT_THAT(error({}), AllOf(HasSubstr("--brokers"), HasSubstr("--from"), HasSubstr("--demo")));
  EXPECT_THAT(error({"--demo", "--from", "x"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error({"--brokers", "a", "--topic", "b", "--from", "x"}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(error({"--brokers", "a", "--demo"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error({"--brokers", "a"}), HasSubstr("--topic is missing"));
  EXPECT_THAT(error({"--topic", "a"}), HasSubstr("--brokers is missing"));
  EXPECT_THAT(error({"--brokers", "a", "--topic", ","}), HasSubstr("--topic is missing"));
}

TEST(ExportOptionsTest, WrongValuesAreErrorsThatNameTheFlag) {
  const std::vector<std::vector<std::string>> wrong = {{"--asn", ","},
                                                       {"--asn", "x"},
                                                       {"--asn", "4294967296"},
                                                       {"--asn", "-1"},
                                                       {"--max-series", "0"},
                                                       {"--max-series", "many"},
                                                       {"--where", "nonsense ("},
                                                       {"--where", " "},
                                                       {"--format", "xml"},
                                                       {"--log.level", "loud"},
                                                       {"--log.format", "text"},
                                                       {"--demo.rate", "0"},
                                                       {"--start", "noon"},
                                                       {"--partitions", "x"},
                                                       {"--on-config-change", "perhaps"},
                                                       {"--max-pending", "0"},
                                                       {"--series-ttl", "soon"},
                                                       {"--series-ttl", "10ms"},
                                                       {"--new-series-at-zero", "x"},
                                                       {"-X", "novalue"}};
  for (const auto& words : wrong) {
    EXPECT_THAT(error(words), HasSubstr(words[0])) << words[1];
  }
  EXPECT_THAT(error({"--format", "jsno"}), HasSubstr("Did you mean json?"));
  EXPECT_THAT(error({"--asn", "ASx"}), AllOf(HasSubstr("\"x\""), HasSubstr("4294967295"),
                                             HasSubstr("as in --asn 64500,64501")));
}

TEST(ExportOptionsTest, WhatIsMadeUpIsNotKept) {
  EXPECT_THAT(error({"--demo", "--state-dir", "x"}), HasSubstr("--state-dir"));
  EXPECT_EQ(parse({"--demo", "--state-dir", "none"}).state_dir, "none");
}

class ExportConfigFileTest : public testing::Test {
 protected:
  ExportOptions read(const std::string& yaml, std::vector<std::string> words = {}) {
    folder.put("weir.yaml", yaml);
    words.insert(words.begin(), {"--config", folder.path("weir.yaml")});
    return read_export_options("weir export", words);
  }
  std::string wrong(const std::string& yaml, const std::vector<std::string>& words = {}) {
    return usage_error([&] { static_cast<void>(read(yaml, words)); });
  }

  TempFolder folder;
};

TEST_F(ExportConfigFileTest, HoldsFlagsAndWhatNoFlagCanSay) {
  const ExportOptions options = read(R"(
brokers: [k1:9092, k2:9092]
topic: flows
kafka: {client.id: weir}
asn: [64500, AS64501]
max-series: 500
where: site == 'x'
web: {listen-address: ":1"}
log.level: debug
fields: {site: $.site}
metrics: [{name: x_total, labels: [site]}]
)");
  EXPECT_EQ(options.config_file, folder.path("weir.yaml"));
  EXPECT_EQ(options.kafka.brokers, "k1:9092,k2:9092");
  EXPECT_THAT(options.kafka.topics, ElementsAre("flows"));
  EXPECT_EQ(options.kafka.properties.at(0).name, "client.id");
  EXPECT_THAT(options.own_systems, ElementsAre(64500U, 64501U));
  EXPECT_EQ(options.max_series, 500U);
  EXPECT_TRUE(options.where.fields().has(*options.config.names.find("site")));
  EXPECT_THAT(options.listen_addresses, ElementsAre(":1"));
  EXPECT_EQ(options.log_level, log::Level::debug);
  EXPECT_EQ(options.config.metrics.own.size(), 1U);
}

TEST_F(ExportConfigFileTest, IsReadAnewEachTime) {
  EXPECT_EQ(read("demo: true\nmax-series: 5\n").max_series, 5U);
  EXPECT_EQ(read("demo: true\nmax-series: 6\n").max_series, 6U);
  EXPECT_EQ(read("demo: true\nmax-series: 6\n", {"--max-series", "7"}).max_series, 7U);
}

TEST_F(ExportConfigFileTest, AnotherSourceOnTheCommandLineReplacesTheFiles) {
  const std::string yaml = "brokers: k1\ntopic: flows\nstart: earliest\nkafka: {a: b}\nasn: 5\n";
  const ExportOptions file = read(yaml, {"--from", "records.json"});
  EXPECT_EQ(file.from, "records.json");
  EXPECT_TRUE(file.kafka.brokers.empty() && file.kafka.properties.empty());
  EXPECT_THAT(file.own_systems, ElementsAre(5U));
  EXPECT_TRUE(read(yaml, {"--demo"}).demo);
  EXPECT_FALSE(read("demo: true\n", {"--brokers", "k", "--topic", "t"}).demo);
}

TEST_F(ExportConfigFileTest, TheStateGoesWithTheSourceThatTheFileChooses) {
  const std::string kafka = "brokers: k1\ntopic: flows\nstate-dir: s\n";
  EXPECT_EQ(read(kafka).state_dir, "s");
  EXPECT_EQ(read(kafka, {"--topic", "others"}).state_dir, "s");
  EXPECT_EQ(read(kafka, {"--from", "records.json"}).state_dir, "");
  EXPECT_EQ(read(kafka, {"--from", "records.json", "--state-dir", "t"}).state_dir, "t");
  EXPECT_EQ(read(kafka, {"--demo"}).state_dir, "");
  EXPECT_EQ(read("from: a.json\nstate-dir: s\n", {"--from", "b.json"}).state_dir, "s");
  EXPECT_EQ(read("state-dir: s\n", {"--brokers", "k", "--topic", "t"}).state_dir, "s");
}

TEST_F(ExportConfigFileTest, FieldsAreFoundInJsonAlone) {
  const std::string yaml = "demo: true\nfields: {bytes: $.octets}\nformat: ";
  EXPECT_EQ(read(yaml + "auto\n").config.mapping.size(), 1U);
  EXPECT_EQ(read(yaml + "json\n").format, "json");
  EXPECT_THAT(wrong(yaml + "cbor\n"), AllOf(HasSubstr("fields"), HasSubstr("--format cbor")));
  EXPECT_THAT(wrong(yaml + "json\n", {"--format", "goflow2-protobuf"}),
              HasSubstr("--format goflow2-protobuf"));
  EXPECT_EQ(read("demo: true\nformat: cbor\n").format, "cbor");
}

TEST_F(ExportConfigFileTest, WhatIsWrongIsToldWithItsPlace) {
  EXPECT_THAT(wrong("demo: true\nwhere: nonsense (\n"),
              AllOf(HasSubstr("weir.yaml:2:8: "), HasSubstr("--where: ")));
  EXPECT_THAT(wrong("demo: true\nmetrics: [{name: x}]\n"), HasSubstr("weir.yaml:2:18: "));
  EXPECT_THAT(wrong("metrics: defaults\n"), HasSubstr("nothing to read"));
  EXPECT_THAT(wrong("demo: true\nmetric: []\n"), HasSubstr("Did you mean metrics?"));
  EXPECT_THAT(wrong("demo: true\nstart: earliest\n"), HasSubstr("--start is about Kafka"));
}

TEST(ExportOptionsTest, HelpIsPrintedAndNothingElseLookedAt) {
  testing::internal::CaptureStdout();
  EXPECT_TRUE(read_export_options("weir export", {"--help"}).help);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("Usage: weir export"), HasSubstr("--config FILE")));
}

TEST(ExportOptionsTest, FlagsOfLaterVersionsAreUnknown) {
  for (const char* flag : {"--group", "--web.config.file"}) {
    EXPECT_THAT(error({"--demo", flag, "x"}), HasSubstr(std::string("unknown flag ") + flag));
  }
}

}  // namespace
}  // namespace weir
