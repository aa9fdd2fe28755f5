#include "cli/flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/usage_error.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class FlagsTest : public testing::Test {
 protected:
  std::vector<Flag> table() {
    return {{"--topic,--topics", Flag::Kind::list, "TOPIC,…", "What to read",
             [this](const std::string& value) { seen.push_back("topic=" + value); }},
            {"--start", Flag::Kind::value, "WHEN", "Where to begin",
             [this](const std::string& value) { seen.push_back("start=" + value); }},
            {"--from", Flag::Kind::value, "FILE", "A file",
             [this](const std::string& value) { seen.push_back("from=" + value); }},
            {"-X", Flag::Kind::list, "KEY=VALUE", "A property",
             [this](const std::string& value) { seen.push_back("X:" + value); }},
            {"--hold", Flag::Kind::maybe, "[DURATION]", "For so long",
             [this](const std::string& value) { seen.push_back("hold=" + value); }, "65s"},
            {"--fast", Flag::Kind::toggle, "", "Quickly",
             [this](const std::string&) { seen.emplace_back("fast"); }}};
  }
  std::vector<std::string> parse(const std::vector<std::string>& words) {
    seen.clear();
    EXPECT_EQ(parse_flags("weir test", "Tests.", table(), words), Parsed::run);
    return seen;
  }
  std::string error(const std::vector<std::string>& words) {
    return usage_error([&] { parse_flags("weir test", "Tests.", table(), words); });
  }

  std::vector<std::string> seen;
};

TEST_F(FlagsTest, AFlagMayHaveOneDashOrTwoAndItsValueAfterABlankOrEquals) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--topic", "foo"},
                                                {"--topic=foo"},
                                                {"-topic", "foo"},
                                                {"-topic=foo"},
                                                {"-topics", "foo"},
                                                {"--topics=foo"}}) {
    EXPECT_THAT(parse(words), ElementsAre("topic=foo")) << words.front();
  }
  EXPECT_THAT(parse({"-fast"}), ElementsAre("fast"));
}

TEST_F(FlagsTest, ListsTakeEveryValueAndOthersTheLast) {
  EXPECT_THAT(parse({"--topic", "a", "--topics=b", "-topic", "c"}),
              ElementsAre("topic=a", "topic=b", "topic=c"));
  EXPECT_THAT(parse({"--start", "a", "--start=b"}), ElementsAre("start=b"));
}

TEST_F(FlagsTest, ShortFlagsRepeatAndKeepWhatStandsAfterEquals) {
  EXPECT_THAT(parse({"-X", "a=b", "-Xc=d", "-X", "e=f=g", "-X", "h=[1,2]"}),
              ElementsAre("X:a=b", "X:c=d", "X:e=f=g", "X:h=[1,2]"));
}

TEST_F(FlagsTest, ValuesAreTakenAsTheyAre) {
  for (const char* value : {"-", "[::1]", "a b", "\"x\"", "{}", "%d", "é", "-5"}) {
    EXPECT_THAT(parse({"--from", value}), ElementsAre(std::string("from=") + value));
    EXPECT_THAT(parse({std::string("--from=") + value}), ElementsAre(std::string("from=") + value));
  }
  EXPECT_THAT(parse({"--from", ""}), ElementsAre("from="));
}

TEST_F(FlagsTest, AValueThatNeedNotBeGivenIsTheNextWordUnlessThatIsAFlag) {
  EXPECT_THAT(parse({"--hold"}), ElementsAre("hold=65s"));
  EXPECT_THAT(parse({"-hold", "--fast"}), UnorderedElementsAre("hold=65s", "fast"));
  EXPECT_THAT(parse({"--hold", "-X", "a=b"}), UnorderedElementsAre("hold=65s", "X:a=b"));
  EXPECT_THAT(parse({"--hold", "30s", "--fast"}), UnorderedElementsAre("hold=30s", "fast"));
  EXPECT_THAT(parse({"--hold=30s"}), ElementsAre("hold=30s"));
  EXPECT_THAT(error({"--hold="}), HasSubstr("--hold"));
}

TEST_F(FlagsTest, NoWordsAreNoFlags) {
  EXPECT_THAT(parse({}), ElementsAre());
}

TEST_F(FlagsTest, AnUnknownFlagIsAnErrorWithNearMatches) {
  EXPECT_THAT(error({"--topik", "x"}), AllOf(HasSubstr("--topik"), HasSubstr("--topic")));
  EXPECT_THAT(error({"-strat=x"}), AllOf(HasSubstr("-strat"), HasSubstr("--start?")));
  EXPECT_THAT(error({"--zzzzzz"}), HasSubstr("weir test --help"));
  EXPECT_THAT(error({"-z"}), HasSubstr("unknown flag -z"));
}

TEST_F(FlagsTest, AMissingValueIsAnErrorAndNotTheNextFlag) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--topic"},
                                                {"--fast", "-topic"},
                                                {"--topic", "--start", "x"},
                                                {"-topic", "-X", "a=b"},
                                                {"--topic="},
                                                {"--topic=", "x"}}) {
    EXPECT_THAT(error(words), HasSubstr("--topic needs a value: --topic TOPIC")) << words.back();
  }
  EXPECT_THAT(error({"-X"}), HasSubstr("-X needs a value"));
}

TEST_F(FlagsTest, StrayWordsAndValuesOfTogglesAreErrors) {
  EXPECT_THAT(error({"stray"}), HasSubstr("unexpected argument \"stray\""));
  EXPECT_THAT(error({"--topic", "a", "b"}), HasSubstr("unexpected argument \"b\""));
  EXPECT_THAT(error({"-X", "sasl.username=weir", "sasl.password=hunter22"}),
              AllOf(HasSubstr("\"sasl.password=…\""), HasSubstr("-X"), Not(HasSubstr("hunter"))));
  EXPECT_THAT(error({"--fast=5"}), HasSubstr("--fast takes no value"));
  EXPECT_THAT(error({"--", "x"}), HasSubstr("unexpected argument"));
}

TEST_F(FlagsTest, WhatAFlagThrowsComesThrough) {
  const std::vector<Flag> flags = {{"--n", Flag::Kind::value, "N", "A number",
                                    [](const std::string&) { throw Error::usage("--n: no"); }}};
  EXPECT_THROW(parse_flags("x", "", flags, {"--n", "1"}), Error);
}

TEST_F(FlagsTest, HelpListsEveryFlagWithItsNamesAndText) {
  for (const char* word : {"-h", "--help", "-help"}) {
    testing::internal::CaptureStdout();
    const Parsed parsed = parse_flags("weir test", "Tests.", table(), {"--fast", word});
    const std::string text = testing::internal::GetCapturedStdout();
    EXPECT_EQ(parsed, Parsed::help);
    EXPECT_THAT(text, AllOf(HasSubstr("Usage: weir test [FLAGS]"), HasSubstr("Tests."),
                            HasSubstr("--topic, --topics TOPIC,…\n      What to read\n"),
                            HasSubstr("-X KEY=VALUE\n"), HasSubstr("--fast\n      Quickly\n"),
                            HasSubstr("--help")));
  }
}

TEST_F(FlagsTest, ListsAreSplitAtCommasWithoutBlanks) {
  EXPECT_THAT(split_list("a, b ,,c\t,"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list(""), ElementsAre());
  EXPECT_THAT(split_list(" , "), ElementsAre());
}

TEST_F(FlagsTest, NumbersMustBeWholeAndInRange) {
  EXPECT_EQ(parse_number("--n", "7", 1, 10), 7U);
  EXPECT_EQ(parse_number("--n", "18446744073709551615", 0, ~0ULL), ~0ULL);
  for (const char* text :
       {"", " 1", "1 ", "+1", "-1", "0", "11", "1.5", "0x1", "x", "18446744073709551617"}) {
    EXPECT_THROW(parse_number("--n", text, 1, 10), Error) << text;
  }
}

}  // namespace
}  // namespace weir
