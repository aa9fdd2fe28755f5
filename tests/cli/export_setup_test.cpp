#include "cli/export_setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExportSetupTest, EachKindOfSourceHasItsWords) {
  ExportOptions options;
  options.kafka.brokers = "k1:9092";
  options.kafka.topics = {"a", "b"};
  EXPECT_EQ(source_options(options).kind, "kafka");
  EXPECT_EQ(describe_source(options), "Kafka at k1:9092, topic a, b");
  options.from = "records.json";
  EXPECT_EQ(source_options(options).kind, "file");
  EXPECT_EQ(source_options(options).path, "records.json");
  EXPECT_EQ(describe_source(options), "records.json");
  options.from = "-";
  EXPECT_EQ(describe_source(options), "standard input");
  options.demo = true;
  EXPECT_EQ(source_options(options).kind, "demo");
  EXPECT_EQ(describe_source(options), "2000 made-up records a second");
}

TEST(ExportSetupTest, StateIsKeptBesideWeirUnlessSomebodySaysElse) {
  ExportOptions options;
  options.kafka.topics = {"a", "b"};
  {
    const ScopedVariable none("STATE_DIRECTORY", std::nullopt);
    ASSERT_TRUE(state_folder_of(options));
    EXPECT_EQ(state_folder_of(options)->folder, "./weir-state/a+b");
    EXPECT_FALSE(state_folder_of(options)->named);
  }
  const ScopedVariable two("STATE_DIRECTORY", "/var/lib/weir:/var/lib/other");
  EXPECT_EQ(state_folder_of(options)->folder, "/var/lib/weir/a+b");
  options.state_dir = "s";
  EXPECT_EQ(state_folder_of(options)->folder, "s/a+b");
  EXPECT_TRUE(state_folder_of(options)->named);
  options.state_dir = "none";
  EXPECT_FALSE(state_folder_of(options));
  options.state_dir = "";
  options.from = "records.json";
  EXPECT_FALSE(state_folder_of(options)) << "what a file brings is counted anew each time";
  options.state_dir = "s";
  EXPECT_EQ(state_folder_of(options)->folder, "s/file%3Arecords.json");
}

TEST(ExportSetupTest, ADefaultFolderThatCannotBeWrittenInIsOnlyWarnedOf) {
  const TempFolder temp;
  temp.put("file", "x");
  const ScopedVariable there("STATE_DIRECTORY", temp.path("file"));
  ExportOptions options;
  options.kafka.topics = {"a"};
  EXPECT_FALSE(state_options(options));
}

TEST(ExportSetupTest, OwnSystemsAreThoseGivenElseZeroOrTheInventedOne) {
  ExportOptions options;
  EXPECT_THAT(own_systems(options), ElementsAre(0U));
  options.demo = true;
  EXPECT_THAT(own_systems(options), ElementsAre(64500U));
  options.own_systems = {1, 2};
  EXPECT_THAT(own_systems(options), ElementsAre(1U, 2U));
}

TEST(ExportSetupTest, TheDemonstrationFetchesItsNamesFromNobody) {
  ExportOptions options;
  EXPECT_FALSE(name_options(options).fetch);
  options.demo = true;
  const AsNameOptions names = name_options(options);
  ASSERT_TRUE(names.fetch);
  EXPECT_TRUE(names.fetch(names.source, {}).ok());
  EXPECT_EQ(names.cache_folder, "");
  options.as_names_given = true;
  EXPECT_FALSE(name_options(options).fetch);
}

TEST(ExportSetupTest, ItListensOnTheDefaultUnlessToldOtherwise) {
  ExportOptions options;
  EXPECT_THAT(listen_addresses(options), ElementsAre(":9590"));
  options.listen_addresses = {":1", ":2"};
  EXPECT_THAT(listen_addresses(options), ElementsAre(":1", ":2"));
}

TEST(ExportPlanOf, HasTheTwoMetricsOfOnesOwnSystemsInAnyOrder) {
  ExportOptions options;
  options.own_systems = {2, 1, 2};
  const ExportPlan plan = make_plan(options, nullptr);
  ASSERT_EQ(plan.metrics.size(), 2U);
  EXPECT_EQ(plan.metrics[1].where_text, "src_as in [1, 2]");
  EXPECT_TRUE(plan.where.matches_all());
  EXPECT_FALSE(plan.sampling);
  EXPECT_FALSE(plan.enrichment);
}

TEST(ExportPlanOf, MetricsMeanAllThatDecidesWhatTheyCount) {
  ExportOptions options;
  options.own_systems = {1};
  options.where_text = "bytes > 5";
  options.where = Filter::compile(options.where_text);
  options.config.sampling = {.rule = SamplingRule::fixed, .fixed = 100};
  const ExportPlan plan = make_plan(options, nullptr);
  EXPECT_EQ(plan.metrics[1].where_text, "(src_as in [1]) and (bytes > 5), sampling fixed 100");
  EXPECT_FALSE(plan.where.matches_all());
  ASSERT_TRUE(plan.sampling);
  EXPECT_EQ(plan.sampling->options().fixed, 100U);
}

TEST(ExportPlanOf, MetricsMeanWhereTheirFieldsComeFromToo) {
  ExportOptions options;
  options.own_systems = {1};
  options.config.mapping = {
      {"$.a", field("bytes")}, {"$.b", field("tos")}, {"$.c", field("proto")}};
  options.where_text = "tos == 1";
  options.where = Filter::compile(options.where_text);
  EXPECT_EQ(make_plan(options, nullptr).metrics[1].where_text,
            "(src_as in [1], bytes from $.a) and (tos == 1), tos from $.b");
}

TEST(ExportPlanOf, KeepsFilesThatStayTheSame) {
  const TempFolder temp;
  temp.put("networks.csv", "10.0.0.0/8,lan,ACME\n");
  ExportOptions options;
  options.config.lookups.networks = temp.path("networks.csv");
  const ExportPlan plan = make_plan(options, nullptr);
  ExportOptions other = options;
  other.where_text = "bytes";
  other.max_series = 7;
  const ExportPlan next = make_next_plan(other, options, plan);
  EXPECT_EQ(next.enrichment, plan.enrichment);
  EXPECT_EQ(next.metrics[0].max_series, 7U);
  temp.put("other.csv", "10.0.0.0/8,lan,OTHER\n");
  other.config.lookups.networks = temp.path("other.csv");
  EXPECT_NE(make_next_plan(other, options, plan).enrichment, plan.enrichment);
}

TEST(ExportPlanOf, RefusesWhatTakesARestart) {
  const ExportOptions options;
  const ExportPlan plan = make_plan(options, nullptr);
  const auto refused = [&](const std::function<void(ExportOptions&)>& change) {
    ExportOptions other;
    change(other);
    return usage_error([&] { static_cast<void>(make_next_plan(other, options, plan)); });
  };
  EXPECT_THAT(refused([](ExportOptions& o) { o.kafka.topics = {"x"}; }), HasSubstr("topic"));
  EXPECT_THAT(refused([](ExportOptions& o) { o.kafka.properties = {{"a", "b"}}; }),
              HasSubstr("kafka (-X)"));
  EXPECT_THAT(refused([](ExportOptions& o) { o.kafka.start.kind = KafkaStart::Kind::earliest; }),
              HasSubstr("start"));
  EXPECT_THAT(refused([](ExportOptions& o) { o.state_dir = "x"; }), HasSubstr("state-dir"));
  EXPECT_EQ(refused([](ExportOptions& o) { o.format = "json"; }), "no error");
}

}  // namespace
}  // namespace weir
