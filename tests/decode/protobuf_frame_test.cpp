#include "weir/decode/protobuf_frame.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/flow_message.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

struct Framed {
  ProtobufFrame frame;
  bool chain;
  std::size_t presumed;

  bool operator==(const Framed&) const = default;
};

Framed framed(std::string message) {
  const std::size_t size = message.size();
  message.append(kProtobufPadding, '\xff');
  const std::string_view text(message.data(), size);
  return {protobuf_frame(text), is_flow_message_chain(text), presumed_flow_message(text).size()};
}

const FlowMessage kFlow = FlowMessage().number(1, 3).bytes(6, "abcd").number(9, 1000);

TEST(ProtobufFrame, LengthsThatChainToTheEndAreFrames) {
  EXPECT_EQ(framed(kFlow.framed()), (Framed{ProtobufFrame::lengths, true, kFlow.bare().size()}));
  EXPECT_EQ(framed(kFlow.framed() + kFlow.framed()), (Framed{ProtobufFrame::lengths, true, 0}));
}

TEST(ProtobufFrame, AMessageWithoutLengthsIsOneRecord) {
  EXPECT_EQ(framed(kFlow.bare()), (Framed{ProtobufFrame::bare, false, 0}));
}

TEST(ProtobufFrame, ABrokenRecordDoesNotTakeTheOthersFrames) {
  std::string message = kFlow.framed() + kFlow.framed();
  message[3] = '\x07';  // a tag of number 0
  EXPECT_EQ(framed(message), (Framed{ProtobufFrame::lengths, false, 0}));
  message = kFlow.framed();
  message[3] = '\x07';
  EXPECT_EQ(framed(message), (Framed{ProtobufFrame::lengths, false, kFlow.bare().size()}));
}

TEST(ProtobufFrame, ACutOffMessageKeepsItsFrames) {
  const std::string message = kFlow.framed() + kFlow.framed();
  for (std::size_t size = 2; size < message.size(); ++size) {
    EXPECT_EQ(framed(message.substr(0, size)).frame, ProtobufFrame::lengths) << size;
  }
}

TEST(ProtobufFrame, RecordsOfUnknownTypeHaveFramesToo) {
  const FlowMessage flow = FlowMessage().number(9, 1000).number(14, 1);
  EXPECT_EQ(framed(flow.framed() + flow.framed()).frame, ProtobufFrame::lengths);
  EXPECT_EQ(framed(flow.bare()).frame, ProtobufFrame::bare);
}

TEST(ProtobufFrame, ALengthOfEightIsNotMistakenForATag) {
  // As long as 8 bytes, so that its length reads as the tag of `type`.
  const FlowMessage flow = FlowMessage().number(1, 3).number(9, 1).number(14, 1).number(15, 1);
  ASSERT_EQ(flow.bare().size(), 8U);
  EXPECT_EQ(framed(flow.framed()), (Framed{ProtobufFrame::lengths, true, 8}));
}

TEST(ProtobufFrame, OtherBytesHaveNone) {
  for (const std::string message : {"{\"bytes\": 1}", "rubbish", "\xff\xff\xff"}) {
    EXPECT_EQ(framed(message), (Framed{ProtobufFrame::none, false, 0})) << message;
  }
  EXPECT_EQ(framed(""), (Framed{ProtobufFrame::none, false, 0}));
}

}  // namespace
}  // namespace weir
