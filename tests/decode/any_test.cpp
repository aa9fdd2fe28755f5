#include "weir/decode/any.hpp"

#include <gmock/gmock.h>

#include <memory>

#include "tests/support/decode_messages.hpp"
#include "tests/support/flow_message.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string json(int bytes) {
  return fmt::format(R"({{"bytes": {}}})", bytes);
}
std::string protobuf(std::uint64_t bytes) {
  return FlowMessage().number(1, 3).number(9, bytes).framed();
}
/// Up to 23 bytes.
std::string cbor(int bytes) {
  return std::string(
             "\xa1\x65"
             "bytes") +
         static_cast<char>(bytes);
}

Judged decode(const std::vector<std::string>& messages) {
  return judge(
      [](Refusals* refusals) {
        return std::make_unique<AnyDecoder>(DecoderOptions{.refusals = refusals});
      },
      messages);
}

TEST(AnyDecoder, ReadsMessagesOfEveryFormInOrder) {
  const Judged judged =
      decode({json(1), json(2), protobuf(3), cbor(4), cbor(5), json(6), protobuf(7) + protobuf(8),
              FlowMessage().number(1, 1).number(9, 9).bare(), cbor(10), protobuf(11)});
  EXPECT_THAT(judged.rows,
              ElementsAre("bytes=1", "bytes=2", "bytes=3", "bytes=4", "bytes=5", "bytes=6",
                          "bytes=7", "bytes=8", "bytes=9", "bytes=10", "bytes=11"));
  EXPECT_THAT(judged.places, ElementsAre("0.0 12", "1.0 12", "2.0 5", "3.0 8", "4.0 8", "5.0 12",
                                         "6.0 5", "6.1 5", "7.0 4", "8.0 8", "9.0 5"));
  EXPECT_THAT(judged.refused, IsEmpty());
  EXPECT_EQ(judged.records, 11U);
}

TEST(AnyDecoder, RefusesWhatHasNoFormAndGoesOn) {
  const Judged judged = decode({"rubbish", json(1), "\x01\x02", "\x03", protobuf(2), "[1]"});
  EXPECT_THAT(judged.rows, ElementsAre("bytes=1", "bytes=2"));
  EXPECT_THAT(judged.refused, ElementsAre("unknown_format 0.0 7", "unknown_format 2.0 2",
                                          "unknown_format 3.0 1", "unknown_format 5.0 3"));
}

TEST(AnyDecoder, LeavesToEachFormWhatIsWrongInIt) {
  const std::string large = FlowMessage().number(1, 3).bytes(9, "x").framed();
  const Judged judged = decode({"{\"bytes\": ", "{\"bytes\": \"x\"}", large, ""});
  EXPECT_THAT(judged.rows, IsEmpty());
  EXPECT_THAT(judged.refused, ElementsAre("truncated 0.0 9", "wrong_type 1.0 14",
                                          "wrong_type 2.0 6", "empty 3.0 0"));
}

TEST(AnyDecoder, WhatOnlyLooksLikeGoflow2sIsFoundOut) {
  // Lengths and tags are right, and inside is a tag of number 0.
  const std::string broken("\x04\x08\x03\x07\x07");
  // As CBOR a map of 5, were it not for the length that it is as protobuf.
  FlowMessage looks_like_cbor = FlowMessage().number(1, 3).number(9, 7);
  looks_like_cbor.bytes(6, std::string(0xa5 - looks_like_cbor.bare().size() - 3, 'x'));
  ASSERT_EQ(looks_like_cbor.bare().size(), 0xa5U);
  const Judged judged =
      decode({protobuf(1), broken, protobuf(2), looks_like_cbor.framed(), broken, json(3)});
  EXPECT_THAT(judged.rows, ElementsAre("bytes=1", "bytes=2", "bytes=7", "bytes=3"));
  EXPECT_THAT(judged.refused, ElementsAre("unknown_format 1.0 5", "unknown_format 4.0 5"));
}

TEST(AnyDecoder, MessagesThatOnlyLookLikeGoflow2sAreLookedAtOnceEach) {
  // Were each one looked at again after each, they would be 20 billion looks.
  constexpr int kMessages = 200'000;
  PayloadBatch batch;
  for (int i = 0; i < kMessages; ++i) {
    batch.add("\x04\x08\x03\x07\x07", 0);
  }
  batch.add(protobuf(1), 0);
  NotedRows rows;
  Accounts accounts;
  AnyDecoder({}).decode(batch, accounts, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1"));
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::unknown_format)], kMessages);
}

TEST(AnyDecoder, ABareMessageThatLooksLikeAFramedOneIsRead) {
  // Its tag is a length, of what begins with that tag again; but what is inside does not walk.
  const std::string message("\x08\x08\x48\x01\x70\x01\x78\x07\x07", 9);
  EXPECT_THAT(decode({message}).refused, ElementsAre("unknown_format 0.0 9"));
  // type = 8, bytes = 1, and a number that ends only behind the end of the framed reading.
  const std::string bare("\x08\x08\x48\x01\x4a\x03\x07\x07\x07", 9);
  EXPECT_THAT(decode({bare}).refused, ElementsAre("wrong_type 0.0 9"));
}

TEST(AnyDecoder, RefusesWhatTheSourceHadToLeaveOut) {
  PayloadBatch batch;
  batch.add_too_long(1, 5);
  batch.add(protobuf(1), 1, 6);
  NotedRefusals refusals;
  NotedRows rows;
  Accounts accounts;
  AnyDecoder({.refusals = &refusals}).decode(batch, accounts, rows);
  EXPECT_THAT(refusals.noted, ElementsAre("too_long 5.0 0"));
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1"));
  EXPECT_EQ(accounts.origin(1).records, 2U);
}

TEST(AnyDecoder, MappingIsOfJsonAlone) {
  DecoderOptions options;
  options.wanted.add(field("packets"));
  options.mapping.push_back({"$.a.b", field("packets")});
  PayloadBatch batch;
  batch.add(R"({"bytes": 1, "a": {"b": 7}, "packets": 8})", 0);
  batch.add(FlowMessage().number(1, 1).number(10, 8).framed(), 0);
  NotedRows rows;
  Accounts accounts;
  AnyDecoder(options).decode(batch, accounts, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1 packets=7", "bytes=0 packets=8"));
}

}  // namespace
}  // namespace weir
