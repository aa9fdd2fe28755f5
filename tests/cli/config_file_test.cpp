#include "cli/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/program_flags.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/yaml.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ConfigFileTest : public testing::Test {
 protected:
  std::vector<Flag> table() {
    const auto note = [this](const std::string& name) {
      return [this, name](const std::string& value) { seen.push_back(name + "=" + value); };
    };
    using Kind = Flag::Kind;
    return {{"--topic,--topics", Kind::list, "TOPIC,…", "What to read", note("topic")},
            {"--start", Kind::value, "WHEN", "Where to begin", note("start")},
            {"--by", Kind::value, "FIELD,…", "What makes a row", note("by")},
            kafka_flag(properties),
            {"--hold", Kind::maybe, "[DURATION]", "For so long", note("hold"), "65s"},
            {"--demo", Kind::toggle, "", "Quickly", note("demo")},
            {"--demo.rate", Kind::value, "N", "So many", note("rate")},
            {"--web.listen-address,--addr", Kind::list, "ADDRESS", "Where", note("listen")},
            {.names = "--live",
             .kind = Kind::toggle,
             .help = "Of the command line alone",
             .take = note("live"),
             .in_file = false}};
  }

  std::vector<std::string> parse(const std::string& yaml, std::vector<std::string> words = {}) {
    seen.clear();
    properties.clear();
    folder.put("weir.yaml", yaml);
    words.insert(words.end(), {"--config", folder.path("weir.yaml")});
    EXPECT_EQ(parse_flags("weir test", "", table(), words, sections), Parsed::run);
    return seen;
  }
  std::string error(const std::string& yaml, const std::vector<std::string>& words = {}) {
    return usage_error([&] { parse(yaml, words); });
  }

  TempFolder folder;
  ConfigSections sections;
  KafkaProperties properties;
  std::vector<std::string> seen;
};

TEST_F(ConfigFileTest, FlagsAreCalledByTheirLongNames) {
  EXPECT_THAT(parse("topic: a\nstart: now\n"), ElementsAre("topic=a", "start=now"));
  EXPECT_THAT(parse("topics: [a, b]\n"), ElementsAre("topic=a", "topic=b"));
  EXPECT_THAT(parse("addr: :1\n"), ElementsAre("listen=:1"));
  EXPECT_THAT(parse(""), IsEmpty());
}

TEST_F(ConfigFileTest, NamesWithDotsMayBeWrittenInsideOfEachOther) {
  for (const char* text : {"web.listen-address: :1\n", "web:\n  listen-address: :1\n",
                           "web: {listen_address: ':1'}\n", "web.listen_address: [':1']\n"}) {
    EXPECT_THAT(parse(text), ElementsAre("listen=:1")) << text;
  }
  EXPECT_THAT(parse("demo: {rate: 5}\n"), ElementsAre("rate=5"));
  EXPECT_THAT(parse("demo: true\ndemo.rate: 5\n"), ElementsAre("demo=", "rate=5"));
}

TEST_F(ConfigFileTest, FlagsWithoutAValueAreTrueOrFalse) {
  EXPECT_THAT(parse("demo: true\n"), ElementsAre("demo="));
  EXPECT_THAT(parse("demo: false\n"), IsEmpty());
  EXPECT_THAT(error("demo: yes\n"), HasSubstr("weir.yaml:1:7: demo: write true or false"));
  EXPECT_THAT(parse("hold: true\n"), ElementsAre("hold=65s"));
  EXPECT_THAT(parse("hold: false\n"), IsEmpty());
  EXPECT_THAT(parse("hold: 30s\n"), ElementsAre("hold=30s"));
}

TEST_F(ConfigFileTest, ListsAreForFlagsThatTakeSeveral) {
  EXPECT_THAT(parse("by: [src_as, dst_as]\n"), ElementsAre("by=src_as,dst_as"));
  EXPECT_THAT(error("start: [a, b]\n"), HasSubstr("weir.yaml:1:8: start: here belongs a single"));
  EXPECT_THAT(error("topic: [[a]]\n"), HasSubstr("weir.yaml:1:9: topic: "));
  EXPECT_THAT(error("topic: {a: b}\n"), HasSubstr("weir.yaml:1:8: topic: "));
  EXPECT_THAT(error("topic:\n"), HasSubstr("there is nothing"));
  EXPECT_THAT(error("start: ''\n"), HasSubstr("start: here belongs a value, WHEN"));
  EXPECT_THAT(error("password=hunter2: x\n"),
              AllOf(HasSubstr("there is no setting 'password'."), Not(HasSubstr("hunter2"))));
}

TEST_F(ConfigFileTest, TheCommandLineWins) {
  EXPECT_THAT(parse("topic: [a, b]\nstart: now\n", {"--topic", "c"}),
              ElementsAre("topic=c", "start=now"));
  EXPECT_THAT(parse("demo: true\n", {"--demo=false"}), IsEmpty());
  EXPECT_THAT(parse("hold: 1s\n", {"--hold"}), ElementsAre("hold=65s"));
}

TEST_F(ConfigFileTest, PropertiesOfKafkaAreAddedUpAndTheCommandLinesComeLast) {
  parse("kafka:\n  security.protocol: ssl\n  sasl: {username: weir}\n", {"-X", "a=b"});
  ASSERT_EQ(properties.size(), 3U);
  EXPECT_EQ(properties[0].name, "security.protocol");
  EXPECT_EQ(properties[1].name, "sasl.username");
  EXPECT_EQ(properties[1].value, "weir");
  EXPECT_THAT(properties[1].from, HasSubstr("weir.yaml: kafka: sasl.username"));
  EXPECT_EQ(properties[2].from, KafkaProperty::kCommandLine);
  EXPECT_THAT(error("kafka: {sasl.password: [hidden]}\n"),
              AllOf(HasSubstr("kafka: sasl.password: "), Not(HasSubstr("hidden"))));
  EXPECT_THAT(error("kafka: hidden\n"), Not(HasSubstr("hidden")));
}

TEST_F(ConfigFileTest, PropertiesOfKafkaMayStandInAFileOfTheirOwn) {
  folder.put("kafka.conf", "sasl.username=weir\n");
  const std::string file = folder.path("kafka.conf");
  parse("kafka: \"@" + file + "\"\n");
  EXPECT_EQ(properties.at(0).name, "sasl.username");
  parse("kafka: [\"@" + file + "\", {client.id: x}]\n");
  ASSERT_EQ(properties.size(), 2U);
  EXPECT_EQ(properties[1].name, "client.id");
  EXPECT_THAT(error("kafka: \"@nowhere\"\n"), AllOf(HasSubstr(":1:8: "), HasSubstr("@nowhere")));
}

TEST_F(ConfigFileTest, WhatTheCommandLineChoosesTheFileCannot) {
  std::vector<Flag> flags = table();
  flags[0].alternative = "a";
  flags[1].alternative = "b";
  flags[4].alternative = "b";
  folder.put("weir.yaml", "topic: x\nstart: y\nhold: 5s\nby: z\n");
  const auto taken = [&](std::vector<std::string> words) {
    seen.clear();
    words.insert(words.end(), {"--config", folder.path("weir.yaml")});
    EXPECT_EQ(parse_flags("x", "", flags, words), Parsed::run);
    return seen;
  };
  EXPECT_THAT(taken({"--start", "n"}), ElementsAre("start=n", "by=z", "hold=5s"));
  EXPECT_THAT(taken({"--topic", "n"}), ElementsAre("topic=n", "by=z"));
  EXPECT_THAT(taken({"--by", "n"}), ElementsAre("topic=x", "start=y", "by=n", "hold=5s"));
}

TEST_F(ConfigFileTest, UnknownSettingsHaveNearMatches) {
  EXPECT_THAT(error("a: 1\n"),
              AllOf(HasSubstr("weir.yaml:1:1: there is no setting 'a'"), HasSubstr("--help")));
  EXPECT_THAT(error("topik: a\n"), HasSubstr("Did you mean topic"));
  EXPECT_THAT(error("web: {listen_adress: a}\n"),
              AllOf(HasSubstr("weir.yaml:1:7: "), HasSubstr("'web.listen_adress'"),
                    HasSubstr("Did you mean web.listen-address?")));
  EXPECT_THAT(error("live: true\n"), HasSubstr("no setting 'live'"));
  EXPECT_THAT(error("config: other.yaml\n"), HasSubstr("no setting 'config'"));
  EXPECT_THAT(error("X: [a=b]\n"), HasSubstr("no setting 'X'"));
  EXPECT_THAT(error("- a\n"), HasSubstr("weir.yaml:1:1: the configuration: "));
}

TEST_F(ConfigFileTest, WhatIsSaidTwiceIsAnError) {
  EXPECT_THAT(error("topic: a\ntopics: b\n"),
              HasSubstr("weir.yaml:2:1: topics: this is said already, by topic in line 1"));
  EXPECT_THAT(error("web.listen-address: a\nweb:\n  listen-address: b\n"),
              HasSubstr("said already"));
}

TEST_F(ConfigFileTest, WhatAFlagRefusesIsToldWithItsPlace) {
  std::vector<Flag> flags = {{"--n", Flag::Kind::value, "N", "", [](const std::string& value) {
                                static_cast<void>(parse_number("--n", value, 1, 9));
                              }}};
  folder.put("weir.yaml", "n: 12\n");
  EXPECT_THAT(
      usage_error([&] {
        static_cast<void>(parse_flags("x", "", flags, {"--config", folder.path("weir.yaml")}));
      }),
      HasSubstr("weir.yaml:1:4: --n: \"12\" is no whole number from 1 to 9"));
}

TEST_F(ConfigFileTest, SectionsAreTakenBeforeFlags) {
  sections.names = {"metrics"};
  sections.take = [this](const ConfigNode& root) {
    seen.push_back("section " + root.find("metrics")->text);
  };
  EXPECT_THAT(parse("topic: a\nmetrics: m\n"), ElementsAre("section m", "topic=a"));
  EXPECT_THAT(error("metric: m\n"), HasSubstr("Did you mean metrics?"));
}

TEST_F(ConfigFileTest, AFileThatIsNotThereIsAnErrorThatNamesIt) {
  EXPECT_THAT(usage_error([&] {
                static_cast<void>(parse_flags("x", "", table(), {"--config", "nowhere.yaml"}));
              }),
              StartsWith("nowhere.yaml: "));
}

TEST_F(ConfigFileTest, EveryFlagHasANameForTheFile) {
  EXPECT_EQ(config_name_of(table()[0]), "topic");
  EXPECT_EQ(config_name_of(table()[3]), "kafka");
  EXPECT_EQ(config_name_of(table().back()), "");
}

}  // namespace
}  // namespace weir
