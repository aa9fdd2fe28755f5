#include "weir/io/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Kind = ConfigNode::Kind;

ConfigNode parse(const std::string& text) {
  return parse_yaml(text, "weir.yaml");
}

std::string error(const std::string& text) {
  return usage_error([&] { static_cast<void>(parse(text)); });
}

TEST(YamlTest, ATreeOfTextsListsAndNames) {
  const ConfigNode root = parse("a: 1\nb: [x, 'y z']\nc:\n  d: true\n  e:\n  - f\nn: ~\n");
  ASSERT_EQ(root.kind, Kind::map);
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_THAT(root.find("b")->as_texts("b"), ElementsAre("x", "y z"));
  EXPECT_TRUE(root.find("c")->find("d")->as_bool("d"));
  EXPECT_EQ(root.find("c")->find("e")->items.size(), 1U);
  EXPECT_EQ(root.find("n")->kind, Kind::nothing);
}

TEST(YamlTest, PlacesCountFromOne) {
  const ConfigNode root = parse("a: 1\nlist:\n  - x\n  - name: y\n");
  EXPECT_EQ(root.members[1].place.to_string(), "weir.yaml:2:1");
  EXPECT_EQ(root.members[0].value.place.to_string(), "weir.yaml:1:4");
  EXPECT_EQ(root.find("list")->items[0].place.to_string(), "weir.yaml:3:5");
  EXPECT_EQ(root.find("list")->items[1].members[0].value.place.line, 4U);
}

TEST(YamlTest, NothingIsAnEmptyConfiguration) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    EXPECT_EQ(parse(text).kind, Kind::nothing) << text;
    EXPECT_EQ(*parse(text).place.file, "weir.yaml");
  }
}

TEST(YamlTest, AliasesAreWhatTheyStandFor) {
  const ConfigNode root = parse("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n");
  EXPECT_EQ(root.find("c")->find("b")->text, "1");
  EXPECT_EQ(root.find("d")->items[1].find("b")->text, "1");
  EXPECT_THAT(error("a: &x [*x]\n"), HasSubstr("inside of what it stands for"));
  EXPECT_THAT(error("a: *nobody\n"), HasSubstr("weir.yaml:1:4: "));
}

TEST(YamlTest, QuotedWordsAreTexts) {
  EXPECT_EQ(parse("a: 'null'\n").find("a")->text, "null");
  EXPECT_EQ(parse("a: \"~\"\n").find("a")->kind, Kind::text);
  EXPECT_EQ(parse("a: \"x\\ty\"\n").find("a")->text, "x\ty");
}

TEST(YamlTest, WhatIsNoYamlIsToldWithItsPlace) {
  EXPECT_THAT(error("a: 1\nb: [1, 2\n"), StartsWith("weir.yaml:3:1: "));
  EXPECT_THAT(error("a: 1\n\tb: 2\n"), AllOf(StartsWith("weir.yaml:2:1: "), HasSubstr("tab")));
  EXPECT_THAT(error("a: b: c\n"), AllOf(StartsWith("weir.yaml:1:5: "), HasSubstr("quotes")));
}

TEST(YamlTest, AQuoteThatIsNeverClosedSwallowsNothing) {
  EXPECT_THAT(error("a: 'x\nb: [1]\n"), AllOf(StartsWith("weir.yaml:1:4: "), HasSubstr("closed")));
  EXPECT_THAT(error("a: 1\nb: &x \"y\\\"\nc: 2\n"), StartsWith("weir.yaml:2:4: "));
  EXPECT_THAT(error("\xef\xbb\xbf"
                    "a: 'ü\r\nb: 1\r\n"),
              StartsWith("weir.yaml:1:4: "));
  EXPECT_EQ(parse("a: 'it''s'\nb: \"a \\\" b\"\nc: it's\n").find("a")->text, "it's");
  EXPECT_EQ(parse("\xef\xbb\xbf"
                  "ü: &x 'ü'\r\n'b': \"y\"\r\n")
                .find("b")
                ->text,
            "y");
}

TEST(YamlTest, WhatIsMissingIsToldOfWhereItBelongs) {
  const ConfigNode root = parse("a: 1\nb:\n\nc: 2\n");
  EXPECT_EQ(root.find("b")->place.to_string(), "weir.yaml:2:1");
}

TEST(YamlTest, WhatWouldBeMisunderstoodIsRefused) {
  EXPECT_THAT(error("a: 1\na: 2\n"), HasSubstr("weir.yaml:2:1: 'a' is there already, in line 1"));
  EXPECT_THAT(error("a-b: 1\na_b: 2\n"), HasSubstr("'a_b' is there already"));
  // What is behind the colon may be a password.
  EXPECT_EQ(error("k:\n  a:secret: 1\n  a:secret: 2\n"),
            "weir.yaml:3:3: this name is there already, in line 2");
  EXPECT_THAT(error("a: !!int 1\n"), HasSubstr("tags"));
  EXPECT_THAT(error("a: !x [1]\n"), HasSubstr("tags"));
  EXPECT_THAT(error("a: &x {b: 1}\nc:\n  <<: *x\n"), HasSubstr("merge keys"));
  EXPECT_THAT(error("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
  EXPECT_THAT(error("[1, 2]: 3\n"), HasSubstr("a name belongs here"));
  EXPECT_THAT(error("'': 3\n"), HasSubstr("a name belongs here"));
  EXPECT_THAT(error("a: \xff\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(error(std::string("a: \0b\n", 6)), HasSubstr("UTF-8"));
}

TEST(YamlTest, WhateverIsInItItIsBounded) {
  EXPECT_THAT(error("a: " + std::string(YamlLimits::kBytes, 'x')), HasSubstr("too many"));
  EXPECT_THAT(error(std::string(200, '[') + std::string(200, ']')), HasSubstr("nested more than"));
  EXPECT_THAT(error(std::string(100'000, '[')), HasSubstr("nested more than"));
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name <= 'i'; ++name) {
    const std::string one = std::string(",*") + static_cast<char>(name - 1);
    bomb += std::string(1, name) + ": &" + name + " [" + one.substr(1);
    for (int i = 0; i < 8; ++i) {
      bomb += one;
    }
    bomb += "]\n";
  }
  EXPECT_THAT(error(bomb), HasSubstr("too much for a configuration"));
  std::string long_text = "a: &a " + std::string(100'000, 'x') + "\nb: [*a";
  for (int i = 0; i < 50; ++i) {
    long_text += ",*a";
  }
  EXPECT_THAT(error(long_text + "]\n"), HasSubstr("too much for a configuration"));
  std::string wide = "a:\n";
  for (std::size_t i = 0; i <= YamlLimits::kNodes; ++i) {
    wide += "- x\n";
  }
  EXPECT_THAT(error(wide), HasSubstr("too much for a configuration"));
}

TEST(YamlTest, FilesAreNamedInErrors) {
  const TempFolder folder;
  folder.put("good.yaml", "a: 1\n");
  folder.put("bad.yaml", "a: [\n");
  EXPECT_EQ(read_yaml(folder.path("good.yaml")).find("a")->text, "1");
  EXPECT_THAT(usage_error([&] { static_cast<void>(read_yaml(folder.path("bad.yaml"))); }),
              HasSubstr(folder.path("bad.yaml") + ":2:"));
  EXPECT_THAT(usage_error([&] { static_cast<void>(read_yaml(folder.path("none.yaml"))); }),
              StartsWith(folder.path("none.yaml") + ": "));
  EXPECT_THAT(usage_error([&] { static_cast<void>(read_yaml(folder.path())); }),
              StartsWith(folder.path() + ": "));
}

}  // namespace
}  // namespace weir
