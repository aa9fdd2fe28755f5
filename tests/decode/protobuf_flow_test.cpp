#include "weir/decode/protobuf_flow.hpp"

#include <gmock/gmock.h>

#include <memory>

#include "tests/support/decode_messages.hpp"
#include "tests/support/flow_message.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const FlowMessage kFirst = FlowMessage().number(1, 3).number(9, 1500).number(14, 1);
const FlowMessage kSecond = FlowMessage().number(1, 3).number(9, 40).number(14, 2);

std::unique_ptr<Decoder> decoder(Refusals* refusals,
                                 ProtobufNumbering numbering = ProtobufNumbering::by_record) {
  DecoderOptions options;
  options.wanted.add(field("src_as"));
  options.refusals = refusals;
  return std::make_unique<ProtobufDecoder>(options, numbering);
}

Judged decode(const std::vector<std::string>& messages) {
  return judge([](Refusals* refusals) { return decoder(refusals); }, messages);
}

TEST(ProtobufDecoder, ReadsRecordsBehindLengthsAndWithout) {
  const Judged judged = decode(
      {kFirst.framed(), kFirst.framed() + kSecond.framed() + kFirst.framed(), kSecond.bare()});
  EXPECT_THAT(judged.rows,
              ElementsAre("bytes=1500 src_as=1", "bytes=1500 src_as=1", "bytes=40 src_as=2",
                          "bytes=1500 src_as=1", "bytes=40 src_as=2"));
  EXPECT_THAT(judged.places, ElementsAre("0.0 8", "1.0 8", "1.1 7", "1.2 8", "2.0 6"));
  EXPECT_THAT(judged.refused, IsEmpty());
}

TEST(ProtobufDecoder, JudgesEachRecordAlone) {
  std::string broken = kFirst.framed();
  broken[3] = '\x07';
  const std::string large = FlowMessage().number(1, 3).number(14, 1ULL << 32).framed();
  const Judged judged = decode({kFirst.framed() + broken + large + kSecond.framed()});
  EXPECT_THAT(judged.rows, ElementsAre("bytes=1500 src_as=1", "bytes=40 src_as=2"));
  EXPECT_THAT(judged.places, ElementsAre("0.0 8", "0.3 7"));
  EXPECT_THAT(judged.refused, ElementsAre("not_protobuf 0.1 8", "out_of_range 0.2 9"));
  EXPECT_EQ(judged.records, 4U);
}

TEST(ProtobufDecoder, ARecordCutOffIsTruncatedAndCostsNoOther) {
  const std::string message = kFirst.framed() + kSecond.framed();
  for (std::size_t size = kFirst.framed().size() + 1; size < message.size(); ++size) {
    const Judged judged = decode({message.substr(0, size)});
    EXPECT_THAT(judged.rows, ElementsAre("bytes=1500 src_as=1"));
    EXPECT_THAT(judged.refused, ElementsAre("truncated 0.1 " + std::to_string(size - 8)));
  }
  EXPECT_THAT(decode({kFirst.bare().substr(0, 3)}).refused, ElementsAre("truncated 0.0 3"));
}

TEST(ProtobufDecoder, AFieldThatLeavesARecordOfKnownLengthIsNotProtobuf) {
  std::string body = kFirst.bare();
  body.pop_back();
  EXPECT_THAT(decode({static_cast<char>(body.size()) + body}).refused,
              ElementsAre("not_protobuf 0.0 7"));
}

TEST(ProtobufDecoder, RefusesWhatIsNoProtobuf) {
  EXPECT_THAT(
      decode({"", "rubbish", "{\"bytes\": 1}", std::string("\0\0", 2), "\xff\xff\xff"}).refused,
      ElementsAre("empty 0.0 0", "not_protobuf 1.0 7", "not_protobuf 2.0 12", "empty 3.0 1",
                  "empty 3.1 1", "not_protobuf 4.0 3"));
}

TEST(ProtobufDecoder, RefusesRecordsThatAreTooLong) {
  const std::string large =
      FlowMessage().number(1, 3).bytes(99, std::string(ProtobufDecoder::kMaxRecord, 'x')).framed();
  const Judged judged =
      judge([](Refusals* refusals) { return decoder(refusals); }, {large + kFirst.framed()}, 'x');
  EXPECT_THAT(judged.rows, ElementsAre("bytes=1500 src_as=1"));
  EXPECT_THAT(judged.refused, ElementsAre("too_long 0.0 " + std::to_string(large.size())));
}

TEST(ProtobufDecoder, RefusesWhatTheSourceHadToLeaveOut) {
  PayloadBatch batch;
  batch.add_too_long(2, 17);
  NotedRefusals refusals;
  NotedRows rows;
  Accounts accounts;
  decoder(&refusals)->decode(batch, accounts, rows);
  EXPECT_THAT(refusals.noted, ElementsAre("too_long 17.0 0"));
  EXPECT_EQ(accounts.origin(2).records, 1U);
  EXPECT_EQ(accounts.unaccounted(), 0);
}

TEST(ProtobufDecoder, EmitsFullBatches) {
  const std::size_t count = 2 * FlowBatch::kCapacity + 1;
  std::string message;
  for (std::size_t i = 0; i < count; ++i) {
    message += kFirst.framed();
  }
  PayloadBatch batch;
  batch.add(message, 0);
  NotedRows rows;
  Accounts accounts;
  decoder(nullptr)->decode(batch, accounts, rows);
  EXPECT_EQ(rows.rows, std::vector<std::string>(count, "bytes=1500 src_as=1"));
  EXPECT_EQ(rows.batches, 3U);
}

TEST(ProtobufDecoder, PresumedMessagesAreDecodedUntilOneIsNoProtobuf) {
  std::string broken = kFirst.framed();
  broken[3] = '\x07';
  PayloadBatch batch;
  for (const std::string& message : {kFirst.framed(), kFirst.framed() + kSecond.framed(),
                                     kSecond.bare(), broken, kSecond.framed()}) {
    batch.add(message, 0);
  }
  NotedRefusals refusals;
  ProtobufDecoder protobuf({.refusals = &refusals});
  NotedRows rows;
  Accounts accounts;
  EXPECT_EQ(protobuf.decode_presumed(batch, batch.payloads(), accounts, rows), 3U);
  EXPECT_EQ(accounts.origin(0).messages, 3U);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1500", "bytes=1500", "bytes=40", "bytes=40"));
  EXPECT_EQ(protobuf.decode_presumed(batch, batch.payloads().subspan(4), accounts, rows), 1U);
  EXPECT_EQ(accounts.unaccounted(), 5);
  EXPECT_THAT(refusals.noted, IsEmpty());
}

}  // namespace
}  // namespace weir
