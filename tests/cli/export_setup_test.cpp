#include "cli/export_setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace weir
