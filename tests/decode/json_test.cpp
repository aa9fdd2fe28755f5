#include "weir/decode/json.hpp"

#include <gmock/gmock.h>

#include "tests/support/decode_json.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(JsonDecoder, ReadsNumbersWrittenAsIntegersAndAsStrings) {
  const Decoded decoded = decode_json({R"({"as_src": 64510, "as_dst": "15169", "bytes": "52"})",
                                       R"({"as_src": "64510", "as_dst": 15169, "bytes": 52})"});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=52 src_as=64510 dst_as=15169",
                                        "bytes=52 src_as=64510 dst_as=15169"));
  EXPECT_THAT(decoded.others, IsEmpty());
}

TEST(JsonDecoder, ReadsKeysInAnyOrderAndWithAnyBlanks) {
  const Decoded decoded =
      decode_json({R"({"bytes":1,"as_src":2,"label":"x"})", R"({"label":"x","bytes":1,"as_src":2})",
                   "{ \"as_src\" :\t2 ,\"label\":\r\n\"x\",\n\n \"bytes\" : 1 }",
                   R"( {"as_src":2,"bytes":1,"label":"x"} )"});
  EXPECT_EQ(decoded.rows, std::vector<std::string>(4, "bytes=1 src_as=2 label=x"));
}

TEST(JsonDecoder, SkipsUnknownKeysWhateverTheyHold) {
  const std::string digits(200, '7');
  std::vector<std::string> messages;
  for (const std::string value :
       {"null", "true", "-1.5e-7", "\"text\"", "[]", "{}", "[1, [2, {\"bytes\": 9}], null]",
        "{\"bytes\": 9, \"label\": {\"x\": []}}", "1e999", "-1e999", "1e-999", "0.1e400"}) {
    messages.push_back("{\"bytes\": 1, \"what\": " + value + ", \"as_src\": 2}");
  }
  messages.push_back("{\"bytes\": 1, \"what\": " + digits + ", \"as_src\": 2}");
  messages.push_back("{\"bytes\": 1, \"what\": -" + digits + ", \"as_src\": 2}");
  messages.push_back("{\"bytes\": 1, \"what\": 0." + digits + ", \"as_src\": 2}");
  const Decoded decoded = decode_json(messages);
  EXPECT_EQ(decoded.rows, std::vector<std::string>(messages.size(), "bytes=1 src_as=2"));
}

TEST(JsonDecoder, ALabelIsTextOrMissingOrAMapOrANumberOrNull) {
  const Decoded decoded = decode_json({
      R"({"bytes": 1, "label": "bdr1"})",
      R"({"bytes": 1})",
      R"({"bytes": 1, "label": {"a":"1","b":"2"}})",
      R"({"bytes": 1, "label": {"a":"1","b":2,"c":null}})",
      R"({"bytes": 1, "label": {}})",
      R"({"bytes": 1, "label": 17})",
      R"({"bytes": 1, "label": null})",
      R"({"bytes": 1, "label": ""})",
      R"({"bytes": 1, "label": {"a": {}}})",
      R"({"bytes": 1, "label": ["a"]})",
  });
  EXPECT_THAT(decoded.rows,
              ElementsAre("bytes=1 label=bdr1", "bytes=1", "bytes=1 label=a%1,b%2",
                          "bytes=1 label=", "bytes=1 label=17", "bytes=1", "bytes=1 label="));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("wrong_type", 3U)));
}

TEST(JsonDecoder, ReadsSeveralObjectsInOneMessage) {
  const Decoded decoded = decode_json({
      "{\"bytes\": 1}\n{\"bytes\": 2}\n{\"bytes\": 3}\n",
      "{\"bytes\": 4}{\"bytes\": 5} {\"bytes\": 6}",
      "{\"bytes\": 7}\r\n\r\n{\"bytes\": 8}",
  });
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=2", "bytes=3", "bytes=4", "bytes=5",
                                        "bytes=6", "bytes=7", "bytes=8"));
  EXPECT_EQ(decoded.records, 8U);
}

TEST(JsonDecoder, ReadsArraysOfObjects) {
  const Decoded decoded = decode_json({
      R"([{"bytes": 1}, {"bytes": 2}])",
      "[{\"bytes\": 3}]\n[{\"bytes\": 4}, 5, [{\"bytes\": 6}]]\n{\"bytes\": 7}",
      "[]",
  });
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=2", "bytes=3", "bytes=4", "bytes=7"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("not_object", 3U)));
}

TEST(JsonDecoder, SkipsAByteOrderMark) {
  EXPECT_THAT(decode_json({"\xef\xbb\xbf{\"bytes\": 1}"}).rows, ElementsAre("bytes=1"));
  EXPECT_THAT(decode_json({"\xef\xbb\xbf"}).others, ElementsAre(Pair("empty", 1U)));
  EXPECT_THAT(decode_json({" \n\xef\xbb\xbf {\"bytes\": 1}"}).rows, ElementsAre("bytes=1"));
}

TEST(JsonDecoder, SkipsTheByteOrderMarksOfFilesThatWerePutTogether) {
  const Decoded decoded =
      decode_json({"\xef\xbb\xbf{\"bytes\": 1}\n\xef\xbb\xbf{\"bytes\": 2}\xef\xbb\xbf[{\"bytes\": "
                   "3}]\r\n\xef\xbb\xbf"});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=2", "bytes=3"));
  EXPECT_THAT(decoded.others, IsEmpty());
}

TEST(JsonDecoder, FiltersMarkersAndRecordsWithoutBytes) {
  const Decoded decoded = decode_json({
      R"({"event_type": "purge_init", "writer_id": "default_kafka/1"})",
      R"({"event_type": "purge_close", "writer_id": "default_kafka/1", "purged_entries": 2, )"
      R"("total_entries": 2, "duration": 0})",
      R"({"event_type": "purge", "as_src": 1, "bytes": 2})",
      R"({"event_type": "purge", "as_src": 1})",
      R"({"as_src": "rubbish", "event_type": "purge_init"})",
      R"({"bytes": null})",
      "{}",
  });
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=2 src_as=1"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("marker", 3U), Pair("event", 3U)));
}

TEST(JsonDecoder, AMarkerIsRecognisedBehindATemplateOfTheSameShape) {
  const std::string flow = R"({"event_type": "purge", "bytes": 1})";
  const std::string marker = R"({"event_type": "purge_init", "bytes": 1})";
  const Decoded decoded = decode_json({flow, marker, flow, marker});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=1"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("marker", 2U)));
}

TEST(JsonDecoder, UndoesEscapes) {
  const Decoded decoded = decode_json({R"({"bytes": 1, "label": "a\"b\\c\/d\u00e9\ud83d\ude00"})",
                                       R"({"\u0062ytes": 1, "label": "x"})"});
  EXPECT_THAT(decoded.rows,
              ElementsAre("bytes=1 label=a\"b\\c/d\u00e9\U0001f600", "bytes=1 label=x"));
}

TEST(JsonDecoder, MakesTextsValidUtf8WithoutNul) {
  const Decoded decoded = decode_json({
      "{\"bytes\": 1, \"label\": \"caf\xe9\"}",
      "{\"bytes\": 1, \"label\": \"\xe2\x82\"}",
      "{\"bytes\": 1, \"label\": \"\xed\xa0\x80\"}",
      R"({"bytes": 1, "label": "a\u0000b"})",
      std::string("{\"bytes\": 1, \"label\": \"a") + '\0' + "b\"}",
      R"({"bytes": 1, "label": "\ud800"})",
      R"({"bytes": 1, "label": "\udc00\ud800x"})",
      "{\"bytes\": 1, \"label\": \"a\x01\tb\"}",
      "{\"bytes\": 1, \"label\": \"caf\u00e9\"}",
      "{\"bytes\": 1, \"lab\xe9l\": \"x\", \"label\": \"y\"}",
  });
  EXPECT_THAT(
      decoded.rows,
      ElementsAre("bytes=1 label=caf\ufffd", "bytes=1 label=\ufffd",
                  "bytes=1 label=\ufffd\ufffd\ufffd", "bytes=1 label=a\ufffdb",
                  "bytes=1 label=a\ufffdb", "bytes=1 label=\ufffd", "bytes=1 label=\ufffd\ufffdx",
                  "bytes=1 label=a\x01\tb", "bytes=1 label=caf\u00e9", "bytes=1 label=y"));
  EXPECT_THAT(decoded.others, IsEmpty());
}

TEST(JsonDecoder, OneBadByteChangesNothingElseInARecord) {
  const std::string rest =
      R"(, "timestamp_start": 1700000000123456789, "bytes": 18446744073709551615, "as_src": "1"})";
  const Decoded decoded =
      decode_json({"{\"label\": \"\xe9\"" + rest, "{\"label\": \"\ufffd\"" + rest});
  ASSERT_EQ(decoded.rows.size(), 2U);
  EXPECT_EQ(decoded.rows[0],
            "bytes=18446744073709551615 src_as=1 label=\ufffd "
            "first_seen=2023-11-14T22:13:20.123456789Z");
  EXPECT_EQ(decoded.rows[0], decoded.rows[1]);
}

TEST(JsonDecoder, NumbersAreExactAndRefusedBeyondTheirField) {
  const Decoded decoded = decode_json({
      R"({"bytes": 18446744073709551615})",
      R"({"bytes": "18446744073709551615"})",
      R"({"bytes": 9007199254740993})",
      R"({"bytes": 0, "as_src": 4294967295})",
      R"({"bytes": 5.0, "packets": 1e3})",
      R"({"bytes": 18446744073709551616})",
      R"({"bytes": "18446744073709551616"})",
      R"({"bytes": 0, "as_src": 4294967296})",
      R"({"bytes": 0, "as_src": "4294967296"})",
      R"({"bytes": -1})",
      R"({"bytes": "-1"})",
      R"({"bytes": 1e30})",
  });
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=18446744073709551615", "bytes=18446744073709551615",
                                        "bytes=9007199254740993", "bytes=0 src_as=4294967295",
                                        "bytes=5 packets=1000"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("out_of_range", 7U)));
}

TEST(JsonDecoder, RefusesValuesOfTheWrongType) {
  std::vector<std::string> messages;
  for (const std::string value : {"1.5", "true", "false", "[1]", "{}", "\"\"", "\"x\"", "\"1.5\"",
                                  "\" 1\"", "\"1 \"", "\"+1\"", "\"0x1\"", "\"-\"", "[]"}) {
    messages.push_back("{\"bytes\": 1, \"as_src\": " + value + "}");
    messages.push_back("{\"bytes\": 1, \"tag\": " + value + "}");
  }
  const Decoded decoded = decode_json(messages);
  EXPECT_THAT(decoded.rows, IsEmpty());
  EXPECT_THAT(decoded.others, ElementsAre(Pair("wrong_type", messages.size())));
}

TEST(JsonDecoder, DoesNotJudgeFieldsThatNobodyWants) {
  FieldSet wanted;
  wanted.add(field("src_as"));
  const Decoded decoded = decode_json(
      {R"({"bytes": 1, "as_src": 2, "as_dst": "rubbish", "label": [], "packets": -1})"}, wanted);
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1 src_as=2"));
}

TEST(JsonDecoder, TheLastOfEqualKeysWins) {
  const Decoded decoded =
      decode_json({R"({"bytes": 1, "bytes": 2})", R"({"bytes": 3, "bytes": 4})",
                   R"({"as_src": 3, "bytes": 4, "as_src": null})",
                   R"({"timestamp_start": 1, "bytes": 1, "timestamp_min": 2})"});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=2", "bytes=4", "bytes=4",
                                        "bytes=1 first_seen=1970-01-01T00:00:02Z"));
}

TEST(JsonDecoder, RefusesWhatIsNoObject) {
  const Decoded decoded = decode_json({"5", "\"text\"", "null", "true", "-1.5e3", "[]", "[[]]"});
  EXPECT_THAT(decoded.rows, IsEmpty());
  EXPECT_THAT(decoded.others, ElementsAre(Pair("not_object", 7U)));
}

TEST(JsonDecoder, RefusesEmptyAndBlankMessages) {
  const Decoded decoded = decode_json({"", " ", "\n", "\r\n\t "});
  EXPECT_THAT(decoded.others, ElementsAre(Pair("empty", 4U)));
  EXPECT_EQ(decoded.records, 4U);
}

TEST(JsonDecoder, RefusesWhatIsNotJson) {
  const Decoded decoded =
      decode_json({"hello", "{bytes: 1}", "{\"bytes\": 01}", "{\"bytes\": 1,}", "{'bytes': 1}",
                   "{\"bytes\" 1}", "{\"bytes\": 1]", "{\"bytes\": 1.}", "{\"bytes\": +1}",
                   "{\"bytes\": NaN}", "{\"label\": \"\\x\", \"bytes\": 1}", "[1,]"});
  EXPECT_THAT(decoded.rows, IsEmpty());
  EXPECT_THAT(decoded.others, ElementsAre(Pair("not_json", 12U)));
}

TEST(JsonDecoder, JudgesEachRecordOfAMessageAlone) {
  const Decoded decoded = decode_json({
      "{\"bytes\": 1}\nrubbish\n{\"bytes\": 2}",
      "{\"bytes\": 3}rubbish{\"bytes\": 4}",
      "{\"bytes\": 5}\n{\"bytes\": 01}\n{\"bytes\": 6}",
      "{\"bytes\": 7}\n{\"bytes\": \"x\"}\n{\"bytes\": 8}",
      "{\"bytes\": 9},{\"bytes\": 10}",
  });
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=2", "bytes=3", "bytes=4", "bytes=5",
                                        "bytes=6", "bytes=7", "bytes=8", "bytes=9", "bytes=10"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("not_json", 4U), Pair("wrong_type", 1U)));
}

TEST(JsonDecoder, ARecordCutOffAnywhereIsOneRefusalAndCostsNoOther) {
  const std::string whole =
      R"({"event_type": "purge", "label": "b\"d", "x": [1, {"y": -2.5}], "as_src": 7, "bytes": 12})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    SCOPED_TRACE(cut);
    const Decoded alone = decode_json({whole, cut, whole});
    EXPECT_EQ(alone.rows, std::vector<std::string>(2, "bytes=12 src_as=7 label=b\"d"));
    EXPECT_THAT(alone.others, ElementsAre(Pair(size == 0 ? "empty" : "truncated", 1U)));
    if (size > 0) {
      const Decoded among = decode_json({whole + "\n" + cut + "\n" + whole + "\n"});
      EXPECT_EQ(among.rows, alone.rows);
      EXPECT_THAT(among.others, ElementsAre(Pair("truncated", 1U)));
    }
  }
}

TEST(JsonDecoder, RefusesDepthBombs) {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return "{\"bytes\": 1, \"x\": " + std::string(count, '[') + "1" + std::string(count, ']') + "}";
  };
  EXPECT_THAT(decode_json({nested(60)}).rows, ElementsAre("bytes=1"));
  EXPECT_THAT(decode_json({nested(1000)}).others, ElementsAre(Pair("not_json", 1U)));
  EXPECT_THAT(decode_json({std::string(100'000, '[')}).others, ElementsAre(Pair("not_json", 1U)));
  // Around the limit the same holds for a message's first record as for its later ones.
  for (int depth = 60; depth < 70; ++depth) {
    const Decoded decoded = decode_json({nested(depth) + "\n" + nested(depth)});
    EXPECT_EQ(decoded.records, 2U);
    EXPECT_NE(decoded.rows.size(), 1U) << depth;
  }
}

TEST(JsonDecoder, RefusesMessagesThatAreTooLong) {
  PayloadBatch batch;
  batch.add(std::string(JsonDecoder::kMaxMessage + 1, ' '), 3);
  batch.add_too_long(3);
  batch.add("{\"bytes\": 1}", 3);
  JsonDecoder decoder(DecoderOptions{all_fields()});
  Accounts accounts;
  CollectRows rows;
  decoder.decode(batch, accounts, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1"));
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::too_long)], 2U);
  EXPECT_EQ(accounts.origin(3).messages, 3U);
  EXPECT_EQ(accounts.origin(3).records, 3U);
}

TEST(JsonDecoder, CountsMessagesAndRecordsByOrigin) {
  PayloadBatch batch;
  batch.add("{\"bytes\": 1}{\"bytes\": 2}", 0);
  batch.add("rubbish", 2);
  JsonDecoder decoder(DecoderOptions{all_fields()});
  Accounts accounts;
  CollectRows rows;
  decoder.decode(batch, accounts, rows);
  EXPECT_EQ(accounts.origin(0).messages, 1U);
  EXPECT_EQ(accounts.origin(0).records, 2U);
  EXPECT_EQ(accounts.origin(2).messages, 1U);
  EXPECT_EQ(accounts.origin(2).records, 1U);
}

TEST(JsonDecoder, SaysWhereEachRowAndEachRefusalIs) {
  const Decoded decoded =
      decode_json({"{\"bytes\": 1}\nrubbish\n{\"bytes\": 2}\n{\"bytes\": 3",
                   "[{\"bytes\": -1}, {\"bytes\": 4}, 5]", "{\"bytes\": \"x\"}  ", " ",
                   "{\"packets\": 1}{\"bytes\": 6}", "{\"bytes\": 01}\n{\"bytes\": 7}"});
  EXPECT_THAT(decoded.places,
              ElementsAre("100/0 {\"bytes\": 1}", "100/2 {\"bytes\": 2}", "101/1 {\"bytes\": 4}",
                          "104/1 {\"bytes\": 6}", "105/1 {\"bytes\": 7}"));
  EXPECT_THAT(decoded.refusals,
              ElementsAre("not_json 100/1 rubbish", "truncated 100/3 {\"bytes\": 3",
                          "out_of_range 101/0 {\"bytes\": -1}", "not_object 101/2 5",
                          "wrong_type 102/0 {\"bytes\": \"x\"}", "empty 103/0  ",
                          "not_json 105/0 {\"bytes\": 01}"));
}

TEST(JsonDecoder, DecodesSomeOfABatchsMessages) {
  PayloadBatch batch;
  for (const std::string_view message : {"{\"bytes\": 1}", "{\"bytes\": 2}", "{\"bytes\": 3}"}) {
    batch.add(message, 0);
  }
  JsonDecoder decoder(DecoderOptions{});
  Accounts accounts;
  CollectRows rows;
  decoder.decode(batch, batch.payloads().subspan(1, 1), accounts, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=2"));
  EXPECT_EQ(accounts.origin(0).messages, 1U);
}

TEST(JsonDecoder, EmitsFullBatchesAndKeepsTheTextsOfEach) {
  std::string message;
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    // Every third label needs the reference parser's own memory.
    const std::string label = (i % 3 == 0 ? "\\u0041" : "B") + std::to_string(i);
    message += "{\"label\": \"" + label + "\", \"bytes\": " + std::to_string(i) + "}\n";
    expected.push_back("bytes=" + std::to_string(i) + " label=" + (i % 3 == 0 ? "A" : "B") +
                       std::to_string(i));
  }
  EXPECT_EQ(decode_json({message}).rows, expected);
  EXPECT_EQ(decode_json({message, message}).rows.size(), 2000U);
}

}  // namespace
}  // namespace weir
