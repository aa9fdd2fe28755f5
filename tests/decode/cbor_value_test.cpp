#include "weir/decode/cbor_value.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/cbor_bytes.hpp"
#include "tests/support/rows.hpp"

namespace weir {
namespace {

/// A row, and what items are read into it.
struct Reading {
  /// False if it is no CBOR.
  bool read(const JsonTarget& target, std::string_view hex) {
    const std::string& bytes = messages.emplace_back(bytes_of(hex));
    CborCursor cursor(bytes);
    CborHead head;
    const bool read =
        cursor.head(head) && read_cbor_value(cursor, head, target, row, rows.texts(), refused);
    EXPECT_EQ(cursor.ok(), read) << hex;
    EXPECT_EQ(read ? cursor.left() : 0, 0U) << hex;
    return read;
  }

  std::deque<std::string> messages;  // the row's texts point into them
  FlowBatch rows;
  Flow& row = rows.next();
  std::optional<Refused> refused;
};

/// What a row holds after reading an item into a field, "-" if nothing, or why it is refused; "?"
/// if it is no CBOR.
std::string read(FieldId id, std::string_view hex) {
  Reading reading;
  if (!reading.read({id}, hex)) {
    return "?";
  }
  if (reading.refused) {
    return std::string(kRefusedNames[static_cast<std::size_t>(*reading.refused)]);
  }
  const std::string text = row_text(reading.row);
  return text.empty() ? "-" : text;
}

TEST(CborValue, NumbersAreIntegersFloatsOrTexts) {
  EXPECT_EQ(read(field("bytes"), "1bffffffffffffffff"), "bytes=18446744073709551615");
  EXPECT_EQ(read(field("bytes"), "fa47c35000"), "bytes=100000");
  EXPECT_EQ(read(field("bytes"), "6431323334"), "bytes=1234");
  EXPECT_EQ(read(field("bytes"), "66 20203132 2009"), "bytes=12");
  EXPECT_EQ(read(field("bytes"), "20"), "out_of_range");
  EXPECT_EQ(read(field("bytes"), "f93e00"), "wrong_type");
  EXPECT_EQ(read(field("bytes"), "f97c00"), "wrong_type");
  EXPECT_EQ(read(field("bytes"), "f5"), "wrong_type");
  EXPECT_EQ(read(field("bytes"), "65312e32204d"), "wrong_type");
  EXPECT_EQ(read(field("src_port"), "1a00010000"), "out_of_range");
  EXPECT_EQ(read(field("bytes"), "c249010000000000000000"), "out_of_range");
  EXPECT_EQ(read(field("bytes"), "c24105"), "bytes=5");
  EXPECT_EQ(read(field("bytes"), "c24a0000ffffffffffffffff"), "bytes=18446744073709551615");
  EXPECT_EQ(read(field("bytes"), "c240"), "bytes=0");
  EXPECT_EQ(read(field("bytes"), "c34105"), "out_of_range");
  EXPECT_EQ(read(field("src_addr"), "c244c0000201"), "wrong_type");
}

TEST(CborValue, ATextMaySayThatThereIsNoValue) {
  for (const std::string_view hex : {"60", "6120", "612d", "f6", "f7"}) {
    EXPECT_EQ(read(field("bytes"), hex), "-") << hex;
    EXPECT_EQ(read(field("first_seen"), hex), "-") << hex;
  }
  EXPECT_EQ(read(field("label"), "612d"), "label=-");
}

TEST(CborValue, TimesAreTextsOrNumbersWithAndWithoutTag) {
  EXPECT_EQ(read(field("first_seen"), "c1fb41dac0851b16147b"),
            "first_seen=2026-11-21T22:00:12.345Z");
  EXPECT_EQ(read(field("first_seen"), "1a6b02146c"), "first_seen=2026-11-21T22:00:12Z");
  EXPECT_EQ(read(field("first_seen"), "781820323032362d31312d32312032333a30303a31322e333435"),
            "first_seen=2026-11-21T23:00:12.345Z");
  EXPECT_EQ(read(field("first_seen"), "c074323032362d31312d32315432303a34313a30305a"),
            "first_seen=2026-11-21T20:41:00Z");
}

TEST(CborValue, AddressesAreTextsOrBytes) {
  EXPECT_EQ(read(field("src_addr"), "693139322e302e322e31"), "src_addr=192.0.2.1");
  EXPECT_EQ(read(field("src_addr"), "44c0000201"), "src_addr=192.0.2.1");
  EXPECT_EQ(read(field("src_addr"), "d83444c0000201"), "src_addr=192.0.2.1");
  EXPECT_EQ(read(field("src_addr"), "5020010db8000000000000000000000001"), "src_addr=2001:db8::1");
  EXPECT_EQ(read(field("src_addr"), "43c00002"), "wrong_type");
  EXPECT_EQ(read(field("src_mac"), "46010203040506"), "src_mac=01:02:03:04:05:06");
  EXPECT_EQ(read(field("src_port"), "420001"), "wrong_type");
}

TEST(CborValue, TextsAreMadeValid) {
  EXPECT_EQ(read(field("label"), "6462647231"), "label=bdr1");
  EXPECT_EQ(read(field("label"), "64636166e9"), "label=caf\ufffd");
  EXPECT_EQ(read(field("label"), "63610062"),
            "label=a\ufffd"
            "b");
  EXPECT_EQ(read(field("label"), "1818"), "label=24");
  EXPECT_EQ(read(field("label"), "7f6262646172 31ff"), "?");
  EXPECT_EQ(read(field("label"), "7f626264627231ff"), "label=bdr1");
}

TEST(CborValue, ListsAreTextsOrArrays) {
  EXPECT_EQ(read(field("as_path"), "8219fde81a00010000"), "as_path=65000 65536");
  EXPECT_EQ(read(field("communities"), "9f63313a3263333a34ff"), "communities=1:2 3:4");
  EXPECT_EQ(read(field("communities"), "67313a325f333a34"), "communities=1:2 3:4");
  EXPECT_EQ(read(field("communities"), "80"), "communities=");
  EXPECT_EQ(read(field("communities"), "8180"), "wrong_type");
  EXPECT_EQ(read(field("bytes"), "8101"), "wrong_type");
  EXPECT_EQ(read(field("bgp_next_hop"), "80"), "-");
  EXPECT_EQ(read(field("bgp_next_hop"), "9fff"), "-");
  EXPECT_EQ(read(field("bytes"), "80"), "wrong_type");
  EXPECT_EQ(read(field("label"), "a1616101"), "wrong_type");
}

TEST(CborValue, ACountryIsANumberOrLetters) {
  EXPECT_EQ(read(field("dst_country_numeric"), "190348"), "dst_country_numeric=840");
  EXPECT_EQ(read(field("dst_country_numeric"), "63383430"), "dst_country_numeric=840");
  EXPECT_EQ(read(field("dst_country_numeric"), "625553"), "dst_country=US");
  EXPECT_EQ(read(field("dst_country_numeric"), "7f6155 6153ff"), "dst_country=US");
}

TEST(CborValue, WhatIsNoCborIsAFault) {
  for (const std::string_view hex : {"ff", "1c", "81ff", "6261", "c1", "9f01", "f818"}) {
    EXPECT_EQ(read(field("bytes"), hex), "?") << hex;
  }
  std::string tags;
  for (int i = 0; i < 1000; ++i) {
    tags += "c1";
  }
  EXPECT_EQ(read(field("bytes"), tags + "01"), "?");
}

TEST(CborValue, ANullTakesAwayWhatWasThere) {
  Reading reading;
  set(reading.row, field("bytes"), std::uint64_t{1});
  EXPECT_TRUE(reading.read({field("bytes")}, "f6"));
  EXPECT_FALSE(reading.row.present.has(field("bytes")));
}

TEST(CborValue, AZeroThatSaysNothingLeavesWhatWasThere) {
  const JsonTarget millis{field("first_seen"), JsonReading::not_zero};
  for (const std::string_view hex : {"00", "6130"}) {
    Reading reading;
    EXPECT_TRUE(reading.read(millis, hex));
    EXPECT_EQ(row_text(reading.row), "");
    set(reading.row, field("first_seen"), std::uint64_t{1'000'000'000});
    EXPECT_TRUE(reading.read(millis, hex));
    EXPECT_EQ(row_text(reading.row), "first_seen=1970-01-01T00:00:01Z");
    EXPECT_FALSE(reading.refused);
  }
}

TEST(CborValue, ThatARecordIsSampledMayBeTrueOrFalse) {
  EXPECT_EQ(read(field("sampled"), "f5"), "sampled=1");
  EXPECT_EQ(read(field("sampled"), "f4"), "sampled=0");
}

}  // namespace
}  // namespace weir
