#include "cli/export_setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"

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

TEST(ExportSetupTest, TheMeaningOfCountersIsWhoseTheyAreAndWhatIsLeftOut) {
  const TempFolder temp;
  ExportOptions options;
  options.kafka.topics = {"a"};
  options.own_systems = {2, 1, 2};
  options.where_text = "bytes > 5";
  options.state_dir = temp.path();
  const auto state = state_options(options);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->meaning, (Meaning{{"--asn", "1,2"}, {"--where", "bytes > 5"}}));
  EXPECT_FALSE(state->restart_on_change);
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

}  // namespace
}  // namespace weir
