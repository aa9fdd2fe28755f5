#include "weir/decode/cbor.hpp"

#include <gmock/gmock.h>

#include "tests/support/cbor_bytes.hpp"
#include "tests/support/decode_json.hpp"
#include "weir/encode/row_encoder.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Decodes the messages, and again over memory that held something else, with what was learnt of
/// them: it must make no difference.
Decoded decode_cbor(const std::vector<std::string>& messages,
                    const FieldSet& wanted = all_fields()) {
  CollectRefusals refusals;
  CborDecoder decoder(DecoderOptions{wanted, {}, &refusals});
  const Decoded decoded = decode_once(decoder, batch_over(" ", messages), &refusals);
  for (const std::string_view stale : {"\xff", "a", "\xa1\x65"}) {
    EXPECT_EQ(decode_once(decoder, batch_over(stale, messages), &refusals), decoded);
  }
  return decoded;
}

std::vector<std::string> rows_of(std::string_view hex) {
  return decode_cbor({bytes_of(hex)}).rows;
}

constexpr std::string_view kBytes1 = "a1 65 6279746573 01";
constexpr std::string_view kBytes2 = "a1 65 6279746573 6132";

std::string message(MessageFormat format, const std::vector<Column>& columns,
                    const std::vector<std::string_view>& row) {
  RowEncoder encoder(format, columns, {}, nullptr);
  std::string value;
  std::string key;
  EXPECT_EQ(encoder.encode(row, value, key), EncodeStatus::encoded);
  return value;
}

TEST(CborDecoder, ReadsTheRowsOfWeirStreamInAllForms) {
  const std::vector<Column> columns = {
      {"first_seen", ColumnKind::time},   {"dst_ctr", ColumnKind::number},
      {"duration", ColumnKind::duration}, {"packets", ColumnKind::number},
      {"bytes", ColumnKind::number},      {"pps", ColumnKind::number},
      {"bps", ColumnKind::number},        {"flows", ColumnKind::number}};
  const std::vector<std::string_view> row = {
      " 2026-11-21 23:00:12.345", "840", "12.500", "1234", "567890", "98", "363449", "17"};
  const std::string expected =
      "bytes=567890 packets=1234 flows=17 first_seen=2026-11-21T23:00:12.345Z "
      "dst_country_numeric=840";
  for (const auto format : {MessageFormat::cbor, MessageFormat::cbor_typed}) {
    EXPECT_THAT(decode_cbor({message(format, columns, row)}).rows, ElementsAre(expected));
  }
  EXPECT_THAT(decode_json({message(MessageFormat::json, columns, row)}).rows,
              ElementsAre(expected));
}

TEST(CborDecoder, ReadsColumnsThatAreNamedAfterFieldsInAllForms) {
  const std::vector<Column> columns = {{"src_addr", ColumnKind::address},
                                       {"dst_port", ColumnKind::port},
                                       {"proto", ColumnKind::text},
                                       {"tcp_flags", ColumnKind::tcp_flags},
                                       {"src_as", ColumnKind::number},
                                       {"dst_country", ColumnKind::text},
                                       {"last_seen", ColumnKind::utc_time},
                                       {"bytes", ColumnKind::number},
                                       {"next_hop", ColumnKind::address},
                                       {"src_mac", ColumnKind::text},
                                       {"in_if_description", ColumnKind::text}};
  const std::vector<std::string_view> row = {"2001:db8::1",
                                             "443",
                                             "tcp",
                                             "...AP.S.",
                                             "64500",
                                             "DE",
                                             "2026-11-21 22:00:12.345",
                                             "18446744073709551615",
                                             "",
                                             "02:00:00:00:00:01",
                                             "uplink größe"};
  const std::string expected =
      "bytes=18446744073709551615 src_as=64500 src_addr=2001:db8::1 dst_port=443 proto=6 "
      "tcp_flags=26 last_seen=2026-11-21T22:00:12.345Z src_mac=02:00:00:00:00:01 dst_country=DE "
      "in_if_description=uplink größe";
  for (const auto format : {MessageFormat::cbor, MessageFormat::cbor_typed}) {
    EXPECT_THAT(decode_cbor({message(format, columns, row)}).rows, ElementsAre(expected));
  }
  EXPECT_THAT(decode_json({message(MessageFormat::json, columns, row)}).rows,
              ElementsAre(expected));
}

TEST(CborDecoder, ReadsOneMapSeveralAndArraysOfThem) {
  const std::string one(kBytes1);
  const std::string two(kBytes2);
  EXPECT_THAT(rows_of(one), ElementsAre("bytes=1"));
  EXPECT_THAT(rows_of(one + two + one), ElementsAre("bytes=1", "bytes=2", "bytes=1"));
  EXPECT_THAT(rows_of("82" + one + two), ElementsAre("bytes=1", "bytes=2"));
  EXPECT_THAT(rows_of("9f" + one + two + "ff" + one), ElementsAre("bytes=1", "bytes=2", "bytes=1"));
  EXPECT_THAT(rows_of("d9d9f7" + one + "d9d9f781" + two), ElementsAre("bytes=1", "bytes=2"));
  EXPECT_THAT(rows_of("bf 65 6279746573 03 ff b90001 7f 62 6279 63746573 ff 04"),
              ElementsAre("bytes=3", "bytes=4"));
}

TEST(CborDecoder, SkipsWhatItDoesNotKnowWhateverItHolds) {
  // {"x": {"a": [false, null]}, 1: "b", [1]: 2, "bytes": 5, "e": (_ "a")}
  EXPECT_THAT(rows_of("a5 6178 a1616182f4f6  01 6162  8101 02  65 6279746573 05  6165 7f6161ff"),
              ElementsAre("bytes=5"));
}

TEST(CborDecoder, ARecordWithoutBytesIsAnEvent) {
  const Decoded decoded = decode_cbor(
      {bytes_of("a0"), bytes_of("a1 65 6279746573 f6"), bytes_of("a1 67 7061636b657473 01")});
  EXPECT_THAT(decoded.others, ElementsAre(Pair("event", 3U)));
  EXPECT_EQ(decoded.records, 3U);
}

TEST(CborDecoder, JudgesEachRecordAlone) {
  const std::string bad = "a1 65 6279746573 6178";
  const Decoded decoded = decode_cbor(
      {bytes_of(std::string(kBytes1) + bad + std::string(kBytes2) + "05"),
       bytes_of("84" + std::string(kBytes1) + "80" + bad + std::string(kBytes2)), bytes_of("80")});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=2", "bytes=1", "bytes=2"));
  EXPECT_THAT(decoded.places,
              ElementsAre("100/0 " + bytes_of(kBytes1), "100/2 " + bytes_of(kBytes2),
                          "101/0 " + bytes_of(kBytes1), "101/3 " + bytes_of(kBytes2)));
  EXPECT_THAT(decoded.refusals,
              ElementsAre("wrong_type 100/1 " + bytes_of(bad), "not_object 100/3 \x05",
                          "not_object 101/1 \x80", "wrong_type 101/2 " + bytes_of(bad),
                          "not_object 102/0 \x80"));
}

TEST(CborDecoder, ReadsARecordToItsEndAfterAValueThatIsRefused) {
  EXPECT_THAT(rows_of("a2 65 6279746573 6178 61 78 820102" + std::string(kBytes1)),
              ElementsAre("bytes=1"));
}

TEST(CborDecoder, BehindWhatIsNoCborNothingIsRead) {
  const std::string one(kBytes1);
  const Decoded decoded =
      decode_cbor({bytes_of(one + "ff" + one), bytes_of("82" + one + "1c" + one),
                   bytes_of("a1 1c 01" + one), bytes_of("a1 6161 ff" + one), bytes_of("c6ff")});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1", "bytes=1"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("not_cbor", 5U)));
  EXPECT_EQ(decoded.refusals.front(), "not_cbor 100/1 " + bytes_of("ff" + one));
}

TEST(CborDecoder, ARecordCutOffAnywhereIsOneRefusal) {
  const std::string whole = bytes_of(
      "a4 6178 8201 a16161f6  656c6162656c 6462647231  65 6279746573 1904d2 6179 "
      "fb3ff199999999999a");
  EXPECT_THAT(decode_cbor({whole}).rows, ElementsAre("bytes=1234 label=bdr1"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Decoded decoded = decode_cbor({whole + whole.substr(0, size), whole});
    EXPECT_EQ(decoded.rows.size(), 2U) << size;
    if (size > 0) {
      EXPECT_THAT(decoded.others, ElementsAre(Pair("truncated", 1U))) << size;
    }
  }
  // Between the items of an array as well: then it is the message.
  const Decoded decoded =
      decode_cbor({bytes_of("83" + std::string(kBytes1)), bytes_of("9f" + std::string(kBytes1))});
  EXPECT_THAT(decoded.refusals,
              ElementsAre("truncated 100/1 " + bytes_of("83" + std::string(kBytes1)),
                          "truncated 101/1 " + bytes_of("9f" + std::string(kBytes1))));
}

TEST(CborDecoder, RefusesEmptyAndLongMessages) {
  PayloadBatch batch;
  batch.add("", 2);
  batch.add(std::string(CborDecoder::kMaxMessage + 1, '\0'), 2);
  batch.add_too_long(2);
  batch.add(bytes_of(kBytes1), 2);
  CborDecoder decoder(DecoderOptions{all_fields()});
  Accounts accounts;
  CollectRows rows;
  decoder.decode(batch, accounts, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1"));
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::empty)], 1U);
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::too_long)], 2U);
  EXPECT_EQ(accounts.origin(2).messages, 4U);
  EXPECT_EQ(accounts.origin(2).records, 4U);
}

TEST(CborDecoder, DoesNotJudgeFieldsThatNobodyWants) {
  FieldSet wanted;
  wanted.add(field("packets"));
  EXPECT_THAT(
      decode_cbor({bytes_of("a3 656c6162656c 80 65 6279746573 01 677061636b657473 02")}, wanted)
          .rows,
      ElementsAre("bytes=1 packets=2"));
}

TEST(CborDecoder, KeysMayChangePlacesFromRecordToRecord) {
  std::string hex;
  std::vector<std::string> expected;
  for (int i = 0; i < 600; ++i) {
    hex += i % 3 == 0 ? "a2 65 6279746573 05 656c6162656c 6161"
                      : "a2 656c6162656c 6162 65 6279746573 06";
    expected.emplace_back(i % 3 == 0 ? "bytes=5 label=a" : "bytes=6 label=b");
  }
  EXPECT_EQ(rows_of(hex), expected);
}

TEST(CborDecoder, RefusesDepthBombs) {
  for (const char nesting : {'\x81', '\xc6', '\x9f', '\xa1'}) {
    const Decoded decoded = decode_cbor({std::string(100'000, nesting)});
    EXPECT_EQ(decoded.records, 1U);
    EXPECT_THAT(decoded.others, ElementsAre(Pair("not_cbor", 1U)));
  }
}

}  // namespace
}  // namespace weir
