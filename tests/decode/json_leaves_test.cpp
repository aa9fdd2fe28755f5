#include "weir/decode/json_leaves.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir {
namespace {

using testing::ElementsAre;

/// `key look value`, with `>` before what is inside an object and `*` behind what is wanted.
std::vector<std::string> leaves_of(std::string_view record, std::size_t most = 10) {
  constexpr std::string_view kLooks[] = {"fixed", "null", "string", "digits", "decimal"};
  DecoderOptions options;
  options.mapping = {{"$.flow.octets", field("bytes")}};
  const JsonKeys keys(options);
  const auto leaves = json_leaves(record, keys.members(), most);
  if (!leaves) {
    return {"none"};
  }
  std::vector<std::string> lines;
  for (const JsonLeaf& leaf : *leaves) {
    lines.push_back((leaf.outermost ? "" : ">") + std::string(leaf.key) + ' ' +
                    std::string(kLooks[static_cast<std::size_t>(leaf.look)]) + ' ' +
                    std::string(record.substr(leaf.begin, leaf.size())) +
                    (leaf.member != nullptr ? "*" : ""));
  }
  return lines;
}

TEST(JsonLeaves, AreTheValuesInTheirOrderWhereverTheyStand) {
  EXPECT_THAT(
      leaves_of(R"({"bytes": 1,"flow":{ "octets" : 2, "x":{"bytes":3}} ,"octets":4})"),
      ElementsAre("bytes digits 1*", ">octets digits 2*", ">bytes digits 3", "octets digits 4"));
  EXPECT_THAT(leaves_of("{}"), ElementsAre());
}

TEST(JsonLeaves, LookAsTheyAreWritten) {
  EXPECT_THAT(
      leaves_of(
          R"({"a":"x y","b":"","c":-1,"d":1.5,"e":1e3,"f":12345678901234567890,"g":true,"h":null,"i":[1,{}]})"),
      ElementsAre("a string x y", "b string ", "c decimal -1", "d decimal 1.5", "e fixed 1e3",
                  "f fixed 12345678901234567890", "g fixed true", "h null null", "i fixed [1,{}]"));
}

TEST(JsonLeaves, ThereAreNoneOfWhatIsNotPlain) {
  for (const std::string_view record :
       {R"({"a\u0062":1})", R"({"a":"\n"})", "{\"a\xff\":1}", "{\"a\":\"\x01\"}", R"({"bytes":{}})",
        R"({"flow":{"octets":{"x":1}}})"}) {
    EXPECT_THAT(leaves_of(record), ElementsAre("none")) << record;
  }
  EXPECT_EQ(leaves_of(R"({"a":1,"b":{"c":2}})", 2).size(), 2U);
  EXPECT_THAT(leaves_of(R"({"a":1,"b":{"c":2,"d":3}})", 2), ElementsAre("none"));
}

}  // namespace
}  // namespace weir
