#include "weir/decode/json_template.hpp"

#include <gmock/gmock.h>

#include <string>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

using Action = JsonTemplate::Action;
using testing::ElementsAre;

JsonKeys keys_for(const FieldSet& wanted) {
  return JsonKeys(DecoderOptions{wanted});
}

/// The texts before the values, and after the last.
std::vector<std::string> literals(const JsonTemplate& known) {
  std::vector<std::string> texts;
  for (const JsonTemplate::Segment& segment : known.segments) {
    texts.emplace_back(known.literals.data() + segment.literal, segment.size);
  }
  texts.emplace_back(known.literals.data() + known.tail, known.tail_size);
  return texts;
}

std::vector<Action> actions(const JsonTemplate& known) {
  std::vector<Action> found;
  for (const JsonTemplate::Segment& segment : known.segments) {
    found.push_back(segment.action);
  }
  return found;
}

TEST(JsonTemplate, KeepsTheTextBetweenValues) {
  const auto known = JsonTemplate::describe(R"({"label":"a", "bytes" : 12 , "x":[1], "y":-1.5 })",
                                            keys_for(all_fields()));
  ASSERT_TRUE(known);
  EXPECT_THAT(literals(*known),
              ElementsAre(R"({"label":")", R"(", "bytes" : )", R"( , "x":[1], "y":)", " }"));
  EXPECT_THAT(actions(*known),
              ElementsAre(Action::store_text, Action::store_number, Action::skip_decimal));
}

TEST(JsonTemplate, SaysWhatToDoWithEachValue) {
  FieldSet wanted;
  for (const FieldId id : {field("bytes"), field("proto"), field("first_seen")}) {
    wanted.add(id);
  }
  const auto known = JsonTemplate::describe(
      R"({"ip_proto": "tcp", "timestamp_start": 1, "stamp_updated": "now", "as_src": 1, )"
      R"("label": "x", "bytes": "1", "packets": -1, "writer_id": ""})",
      keys_for(wanted));
  ASSERT_TRUE(known);
  EXPECT_THAT(actions(*known),
              ElementsAre(Action::read_string, Action::read_digits, Action::skip_steady,
                          Action::skip_digits, Action::skip_string, Action::read_string,
                          Action::skip_decimal, Action::skip_string));
}

TEST(JsonTemplate, TheTypeOfEventIsPartOfTheText) {
  const auto known =
      JsonTemplate::describe(R"({"event_type":"purge","bytes":1})", keys_for(all_fields()));
  ASSERT_TRUE(known);
  EXPECT_THAT(literals(*known), ElementsAre(R"({"event_type":"purge","bytes":)", "}"));
}

TEST(JsonTemplate, DoesNotDescribeWhatIsNotSuited) {
  std::string many = "{\"bytes\":1";
  for (int i = 0; i < 200; ++i) {
    many += ",\"" + std::to_string(i) + "\":0";
  }
  for (const std::string& record :
       {std::string("{\"bytes\":1,\n\"x\":2}"), std::string(R"({"bytes":1,"x":"\n"})"),
        std::string(R"({"bytes":1,"\u0078":2})"), std::string(R"({"bytes":1,"bytes":2})"),
        std::string(R"({"bytes":1,"src_as":2,"as_src":3})"), std::string(R"({"bytes":1e3})"),
        std::string(R"({"bytes":1,"label":{"a":"1"}})"), std::string(R"({"bytes":1,"as_src":1.0})"),
        std::string("{\"bytes\":1,\"x\":\"\x01\"}"), many + "}",
        "{\"bytes\":1,\"x\":\"" + std::string(10'000, 'y') + "\"}"}) {
    EXPECT_FALSE(JsonTemplate::describe(record, keys_for(all_fields()))) << record;
  }
}

TEST(JsonTemplate, LooksIntoObjects) {
  DecoderOptions options;
  options.mapping = {{"$.flow.octets", field("bytes")}};
  const auto known =
      JsonTemplate::describe(R"({"flow":{"octets":1,"x":{"y":"z"}},"w":2})", JsonKeys(options));
  ASSERT_TRUE(known);
  EXPECT_THAT(literals(*known),
              ElementsAre(R"({"flow":{"octets":)", R"(,"x":{"y":")", R"("}},"w":)", "}"));
  EXPECT_THAT(actions(*known),
              ElementsAre(Action::store_number, Action::skip_string, Action::skip_digits));
}

TEST(JsonTemplate, TakesTheBestOfSeveralValuesAndOneForSeveralFields) {
  DecoderOptions options;
  options.wanted.add(field("user_text_0"));
  options.wanted.add(field("label"));
  options.mapping = {{"$.octets", field("bytes")}, {"$.label", field("user_text_0")}};
  const auto known =
      JsonTemplate::describe(R"({"bytes":1,"octets":2,"label":"x"})", JsonKeys(options));
  ASSERT_TRUE(known);
  EXPECT_THAT(literals(*known),
              ElementsAre(R"({"bytes":)", R"(,"octets":)", R"(,"label":")", "", "\"}"));
  EXPECT_THAT(actions(*known), ElementsAre(Action::skip_digits, Action::store_number,
                                           Action::peek_string, Action::store_text));
}

TEST(JsonTemplate, TemplatesOfTheSameWriterAreTheSame) {
  const auto first = JsonTemplate::describe(R"({"label":"a","bytes":12})", keys_for(all_fields()));
  const auto second =
      JsonTemplate::describe(R"({"label":"bcd","bytes":0})", keys_for(all_fields()));
  const auto text = JsonTemplate::describe(R"({"label":"a","bytes":"12"})", keys_for(all_fields()));
  const auto other = JsonTemplate::describe(R"({"label":"a", "bytes":12})", keys_for(all_fields()));
  ASSERT_TRUE(first && second && text && other);
  EXPECT_TRUE(first->same_as(*second));
  EXPECT_FALSE(first->same_as(*text));
  EXPECT_FALSE(first->same_as(*other));
}

TEST(JsonTemplate, SecondsAndMillisecondsOfTheSameTimeAreBothTaken) {
  const auto known = JsonTemplate::describe(
      R"({"TimeFlowStart":1795293660,"TimeFlowStartMs":0,"Bytes":1,"Etype":"2048"})",
      keys_for(all_fields()));
  ASSERT_TRUE(known);
  EXPECT_THAT(actions(*known), ElementsAre(Action::read_digits, Action::read_digits,
                                           Action::store_number, Action::read_string));
  EXPECT_EQ(known->segments[1].reading, JsonReading::not_zero);
  EXPECT_EQ(known->segments[3].reading, JsonReading::decimal);
  EXPECT_FALSE(JsonTemplate::describe(
      R"({"TimeFlowStartMs":1795293660000,"TimeFlowStart":1795293660,"Bytes":1})",
      keys_for(all_fields())));
}

}  // namespace
}  // namespace weir
