#include "weir/decode/detect.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/flow_message.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

Dialect detect(std::string message) {
  const std::size_t size = message.size();
  message.append(kProtobufPadding, '"');
  return detect_dialect({message.data(), size});
}

/// A FlowMessage whose length is `size`.
FlowMessage flow_of(std::size_t size) {
  FlowMessage flow = FlowMessage().number(1, 3).bytes(6, "abcd");
  const std::size_t left = size - flow.bare().size();
  // A tag and a length of one byte each, or two bytes each.
  return left < 130 ? flow.bytes(7, std::string(left - 2, 'x'))
                    : flow.bytes(7, std::string(left - 3, 'x'));
}

TEST(DetectDialect, KnowsJsonByItsFirstTwoSigns) {
  for (const char* const message :
       {"{\"bytes\": 1}", "{}", "[{\"bytes\": 1}]", "[]", " \r\n\t{\"bytes\": 1}", "{ \n \"a\":1}",
        "[\n {\"bytes\": 1}\n]", "\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf \n[ ]",
        " \n\xef\xbb\xbf{\"a\":1}", "{\"a", "{}rubbish"}) {
    EXPECT_EQ(detect(message), Dialect::json) << message;
  }
}

TEST(DetectDialect, NothingButBlanksCountsAsJson) {
  for (const char* const message : {"", " ", "\r\n\t ", "\xef\xbb\xbf", "\xef\xbb\xbf \n"}) {
    EXPECT_EQ(detect(message), Dialect::json) << message;
  }
}

TEST(DetectDialect, KnowsNothingElseForJson) {
  for (const char* const message :
       {"{", "[", "{bytes: 1}", "[1]", "[[]]", "{[", "[\"a\"]", "17", "null", "\"text\"", "rubbish",
        "x{\"bytes\": 1}", "\xef\xbb{\"a\":1}", "{{\"a\":1}}", "<a/>"}) {
    EXPECT_EQ(detect(message), Dialect::unknown) << message;
  }
}

TEST(DetectDialect, KnowsJsonByALineBehindOneThatIsNone) {
  EXPECT_EQ(detect("rubbish\n{\"bytes\": 1}"), Dialect::json);
  EXPECT_EQ(detect("rubbish\n{rubbish\n{}"), Dialect::json);
  EXPECT_EQ(detect("rubbish {\"bytes\": 1}\n"), Dialect::unknown);
  EXPECT_EQ(detect("rubbish\n{"), Dialect::unknown);
  const std::string line = "\n{\"bytes\": 1}";
  EXPECT_EQ(detect("\xa1\x65" + line), Dialect::cbor);
  EXPECT_EQ(detect(FlowMessage().number(1, 3).bytes(99, line).framed()), Dialect::protobuf);
}

TEST(DetectDialect, KnowsFlowMessagesBehindTheirLengths) {
  const FlowMessage flow = FlowMessage().number(1, 3).bytes(6, "abcd").number(9, 1500);
  EXPECT_EQ(detect(flow.framed()), Dialect::protobuf);
  EXPECT_EQ(detect(flow.framed() + flow.framed() + flow.framed()), Dialect::protobuf);
}

TEST(DetectDialect, OfEveryLengthHoweverItsFirstByteLooks) {
  for (std::size_t size = 20; size < 700; ++size) {
    const FlowMessage flow = flow_of(size);
    if (flow.bare().size() == size) {
      EXPECT_EQ(detect(flow.framed()), Dialect::protobuf) << size;
      EXPECT_EQ(detect(flow.bare()), Dialect::protobuf) << size;
    }
  }
  EXPECT_EQ(flow_of('{').framed().front(), '{');
  EXPECT_EQ(flow_of('[').framed().front(), '[');
  EXPECT_EQ(flow_of(0xa5).framed().front(), '\xa5');
}

TEST(DetectDialect, KnowsAFlowMessageWithoutLength) {
  EXPECT_EQ(detect(FlowMessage().number(1, 3).number(2, 1'600'000'000).bare()), Dialect::protobuf);
}

TEST(DetectDialect, WhatDoesNotWalkAsProtobufIsNone) {
  const std::string flow = FlowMessage().number(1, 3).bytes(6, "abcd").number(9, 1500).framed();
  EXPECT_EQ(detect(flow + "\x01"), Dialect::unknown);
  EXPECT_EQ(detect(flow.substr(0, flow.size() - 1)), Dialect::unknown);
  EXPECT_EQ(detect(flow.substr(1, flow.size() - 2)), Dialect::unknown);
  std::string broken = flow;
  broken[3] = '\x07';
  EXPECT_EQ(detect(broken), Dialect::unknown);
  EXPECT_EQ(detect(FlowMessage().number(9, 1500).framed()), Dialect::unknown);
  EXPECT_EQ(detect(FlowMessage().number(9, 1500).bare()), Dialect::unknown);
}

TEST(DetectDialect, KnowsCborMaps) {
  for (const std::string& message :
       {std::string("\xa1\x65"
                    "bytes\x05"),
        std::string("\xb7\x7b"), std::string("\xa0\x60"),
        std::string("\xb8\x18\x65"
                    "bytes"),
        std::string("\xb9\x01\x00", 3), std::string("\xbf\xff"), std::string("\xd9\xd9\xf7\x01")}) {
    EXPECT_EQ(detect(message), Dialect::cbor) << testing::PrintToString(message);
  }
}

TEST(DetectDialect, KnowsNothingElseForCbor) {
  for (const std::string& message :
       {std::string("\xa1"), std::string("\xa1\x01\x05"), std::string("\xa1\x5f"),
        std::string("\xa1\x7c"), std::string("\x9f\xbf"), std::string("\x82\xa0\xa0"),
        std::string("\xba\x00\x00", 3), std::string("\xd9\xd9"), std::string("\xc0\xa1\x60")}) {
    EXPECT_EQ(detect(message), Dialect::unknown) << testing::PrintToString(message);
  }
}

TEST(DetectDialect, WhatFollowsTheMessageHasNoSay) {
  // The padding begins with a quote, which would make JSON of these, and a text key of none.
  EXPECT_EQ(detect("{"), Dialect::unknown);
  EXPECT_EQ(detect("\xa2"), Dialect::unknown);
}

}  // namespace
}  // namespace weir
