#include "weir/decode/json_path.hpp"

#include <gmock/gmock.h>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JsonPath, NamesTheMembersOnTheWayToAValue) {
  EXPECT_THAT(parse_json_path("$.octets"), ElementsAre("octets"));
  EXPECT_THAT(parse_json_path("$.flow.in_2.octets"), ElementsAre("flow", "in_2", "octets"));
  EXPECT_THAT(parse_json_path("$.in-bytes"), ElementsAre("in-bytes"));
  EXPECT_THAT(parse_json_path("$.größe"), ElementsAre("größe"));
}

TEST(JsonPath, NamesMayBeQuoted) {
  EXPECT_THAT(parse_json_path("$['a b'].c"), ElementsAre("a b", "c"));
  EXPECT_THAT(parse_json_path("$[\"a.b\"]['c\"d']"), ElementsAre("a.b", "c\"d"));
  EXPECT_THAT(parse_json_path("$['']"), ElementsAre(""));
  EXPECT_THAT(parse_json_path(R"($['it\'s']["\"\\\/\n\t\b\f\r"])"),
              ElementsAre("it's", "\"\\/\n\t\b\f\r"));
  EXPECT_THAT(parse_json_path(R"($['\u0041\u00e9\u20AC\ud83d\ude00'])"), ElementsAre("Aé€😀"));
}

TEST(JsonPath, SaysWhatIsWrong) {
  const auto error = [](std::string_view path) {
    return usage_error([path] { parse_json_path(path); });
  };
  EXPECT_THAT(error("flow.octets"), HasSubstr("'flow.octets' does not begin with $"));
  EXPECT_THAT(error(""), HasSubstr("does not begin with $"));
  EXPECT_THAT(error("$"), HasSubstr("names no member"));
  EXPECT_THAT(error("$octets"), HasSubstr("other than .name or ['name']"));
  EXPECT_THAT(error("$.a b"), HasSubstr("other than .name or ['name']"));
  EXPECT_THAT(error("$."), HasSubstr("no name behind a point"));
  EXPECT_THAT(error("$..octets"), HasSubstr("no name behind a point"));
  EXPECT_THAT(error("$.1st"), HasSubstr("needs quotes"));
  EXPECT_THAT(error("$.*"), HasSubstr("needs quotes"));
  EXPECT_THAT(error("$[0]"), HasSubstr("only name members"));
  EXPECT_THAT(error("$["), HasSubstr("only name members"));
  EXPECT_THAT(error("$['a"), HasSubstr("not closed"));
  EXPECT_THAT(error("$['a'"), HasSubstr("has no ]"));
  EXPECT_THAT(error(R"($['\x'])"), HasSubstr("backslash"));
  EXPECT_THAT(error(R"($['\)"), HasSubstr("backslash"));
  EXPECT_THAT(error(R"($['\u12'])"), HasSubstr("four hexadecimal digits"));
  EXPECT_THAT(error(R"($['\ud800x'])"), HasSubstr("surrogate"));
  EXPECT_THAT(error(R"($['\udc00'])"), HasSubstr("surrogate"));
  EXPECT_THAT(error("$.\xff"), HasSubstr("not UTF-8"));
}

TEST(JsonPath, IsNotDeeperThanItMayBe) {
  std::string path = "$";
  for (std::size_t i = 0; i < kMaxJsonPath; ++i) {
    path += ".a";
  }
  EXPECT_EQ(parse_json_path(path).size(), kMaxJsonPath);
  EXPECT_THAT(usage_error([&] { parse_json_path(path + ".a"); }), HasSubstr("more than 16 names"));
}

}  // namespace
}  // namespace weir
