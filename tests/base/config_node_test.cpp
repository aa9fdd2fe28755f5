#include "weir/base/config_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ConfigPlace place(std::size_t line, std::size_t column) {
  return {std::make_shared<const std::string>("weir.yaml"), line, column};
}

ConfigNode text_node(std::string text) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::text;
  node.text = std::move(text);
  node.place = place(12, 3);
  return node;
}

ConfigNode list_of(std::vector<ConfigNode> items) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::list;
  node.items = std::move(items);
  node.place = place(4, 5);
  return node;
}

ConfigNode map_of(std::vector<std::string> names) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::map;
  for (std::string& name : names) {
    node.members.push_back({std::move(name), place(7, 1), text_node("x")});
  }
  return node;
}

TEST(ConfigNodeTest, ErrorsBeginWithThePlaceAndWhatItIsFor) {
  EXPECT_EQ(std::string(text_node("x").error("no").what()), "weir.yaml:12:3: no");
  EXPECT_EQ(place(1, 2).to_string(), "weir.yaml:1:2");
  EXPECT_EQ(ConfigPlace().to_string(), "configuration:0:0");
  EXPECT_THAT(usage_error([] { static_cast<void>(list_of({}).as_text("ttl")); }),
              StartsWith("weir.yaml:4:5: ttl: "));
}

TEST(ConfigNodeTest, DashesAndUnderscoresAreTheSame) {
  const ConfigNode map = map_of({"max_series", "keep"});
  EXPECT_NE(map.find("max-series"), nullptr);
  EXPECT_NE(map.find("max_series"), nullptr);
  EXPECT_EQ(map.find("maxseries"), nullptr);
  EXPECT_FALSE(same_config_name("ab", "abc"));
  EXPECT_TRUE(same_config_name("a-b_c", "a_b-c"));
  EXPECT_EQ(config_name("a_b-c"), "a-b-c");
}

TEST(ConfigNodeTest, TextsAreReadAsWhatIsAskedFor) {
  EXPECT_EQ(text_node("a b").as_text("x"), "a b");
  EXPECT_TRUE(text_node("true").as_bool("x"));
  EXPECT_FALSE(text_node("false").as_bool("x"));
  EXPECT_EQ(text_node("10000").as_number("x", 1, 10000), 10000U);
  EXPECT_THAT(text_node("a").as_texts("x"), ElementsAre("a"));
  EXPECT_THAT(list_of({text_node("a"), text_node("b")}).as_texts("x"), ElementsAre("a", "b"));
}

TEST(ConfigNodeTest, WhatIsSomethingElseIsAnErrorThatSaysWhat) {
  for (const char* wrong : {"", "-1", "1.5", "10001", "0", "1k", " 5"}) {
    EXPECT_THAT(usage_error([&] { static_cast<void>(text_node(wrong).as_number("n", 1, 10000)); }),
                HasSubstr("no whole number from 1 to 10000"))
        << wrong;
  }
  EXPECT_THAT(usage_error([] { static_cast<void>(text_node("yes").as_bool("x")); }),
              AllOf(HasSubstr("true or false"), Not(HasSubstr("yes"))));
  EXPECT_THAT(usage_error([] { static_cast<void>(text_node("secret").as_map("kafka")); }),
              AllOf(HasSubstr("names with values"), Not(HasSubstr("secret"))));
  EXPECT_THAT(usage_error([] { static_cast<void>(text_node("a").as_list("x")); }),
              HasSubstr("a list"));
  EXPECT_THAT(usage_error([] { static_cast<void>(list_of({list_of({})}).as_texts("x")); }),
              HasSubstr("a single value"));
  EXPECT_THAT(usage_error([] { static_cast<void>(map_of({"a"}).as_texts("x")); }),
              HasSubstr("a value or a list"));
  EXPECT_THAT(usage_error([] { static_cast<void>(ConfigNode().as_text("x")); }),
              HasSubstr("there is nothing"));
}

TEST(ConfigNodeTest, UnknownNamesHaveNearMatches) {
  static constexpr auto kKnown = std::to_array<std::string_view>({"max_series", "keep"});
  EXPECT_EQ(map_of({"keep", "max-series"}).as_map("metric", kKnown).size(), 2U);
  EXPECT_THAT(usage_error([] {
                static_cast<void>(map_of({"keep", "max_seris"}).as_map("metric", kKnown));
              }),
              AllOf(StartsWith("weir.yaml:7:1: metric: "), HasSubstr("Did you mean max_series?")));
}

}  // namespace
}  // namespace weir
