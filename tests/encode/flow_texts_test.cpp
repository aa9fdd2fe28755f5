#include "weir/encode/flow_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/support/scoped_variable.hpp"

namespace weir {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr UnixNanos kTime = 1'763'766'302'113'456'789;  // 2025-11-21T23:05:02.113456789Z

std::vector<RowColumn> columns(std::initializer_list<FieldId> ids) {
  std::vector<RowColumn> made;
  for (const FieldId id : ids) {
    made.push_back({.name = std::string(info(id).name), .field = id});
  }
  return made;
}

std::vector<std::string> texts(FlowTexts& of, const Flow& row) {
  const auto made = of.of(row);
  return {made.begin(), made.end()};
}

TEST(FlowTexts, EachKindHasItsForm) {
  Flow row;
  row.present.clear();
  set(row, field("bytes"), std::numeric_limits<std::uint64_t>::max());
  set(row, field("proto"), std::uint64_t{6});
  set(row, field("tcp_flags"), std::uint64_t{0x1b});
  set(row, field("src_addr"), *IpAddress::parse("192.0.2.1"));
  set(row, field("dst_addr"), *IpAddress::parse("2001:db8::1"));
  set(row, field("src_mac"), std::uint64_t{0x020000000001});
  set(row, field("etype"), std::uint64_t{0x800});
  set(row, field("dst_lat"), 50.5);
  set(row, field("as_path"), std::string_view("1 2"));
  FlowTexts plain(columns({field("bytes"), field("proto"), field("tcp_flags"), field("src_addr"),
                           field("dst_addr"), field("src_mac"), field("etype"), field("dst_lat"),
                           field("as_path")}),
                  TimeZone());
  EXPECT_THAT(texts(plain, row),
              ElementsAre("18446744073709551615", "tcp", "...AP.SF", "192.0.2.1", "2001:db8::1",
                          "02:00:00:00:00:01", "0x0800", "50.5", "1 2"));
  set(row, field("proto"), std::uint64_t{253});
  set(row, field("tcp_flags"), std::uint64_t{0x102});
  EXPECT_EQ(texts(plain, row)[1], "253");
  EXPECT_EQ(texts(plain, row)[2], "0x102") << "NS has no letter of nfdump's";
}

TEST(FlowTexts, TimesAreOfTheZoneWhateverTheZoneOfTheProcess) {
  Flow row;
  row.present.clear();
  set(row, field("first_seen"), kTime);
  FlowTexts prague(columns({field("first_seen")}), TimeZone::load("Europe/Prague"));
  const ScopedVariable variable("TZ", "Pacific/Apia");
  EXPECT_EQ(texts(prague, row)[0], "2025-11-22 00:05:02.113");
}

TEST(FlowTexts, TimesAreOfTheZoneInMillisecondsOrExact) {
  Flow row;
  row.present.clear();
  set(row, field("first_seen"), kTime);
  set(row, field("last_seen"), kTime - kTime % kNanosPerSecond);
  const auto both = columns({field("first_seen"), field("last_seen")});
  FlowTexts prague(both, TimeZone::load("Europe/Prague"));
  EXPECT_THAT(texts(prague, row),
              ElementsAre("2025-11-22 00:05:02.113", "2025-11-22 00:05:02.000"));
  set(row, field("first_seen"), kTime - 183 * 86'400 * kNanosPerSecond);
  EXPECT_EQ(texts(prague, row)[0], "2025-05-23 01:05:02.113") << "an hour more in summer";
  set(row, field("first_seen"), kTime);
  FlowTexts exact(both, std::nullopt);
  EXPECT_THAT(texts(exact, row),
              ElementsAre("2025-11-21T23:05:02.113456789Z", "2025-11-21T23:05:02.000Z"));
}

TEST(FlowTexts, WhatIsAbsentIsNothingOrZero) {
  Flow row;
  row.present.clear();
  FlowTexts nothing(columns({field("first_seen"), field("src_addr"), field("label")}), TimeZone());
  EXPECT_THAT(texts(nothing, row), Each(""));
  FlowTexts zero(columns({field("src_as"), field("dst_lat")}), TimeZone());
  EXPECT_THAT(texts(zero, row), ElementsAre("0", "0.0"));
}

TEST(FlowTexts, ComputedColumnsAreNumbersOrSeconds) {
  Flow row;
  row.present.clear();
  set(row, field("bytes"), std::uint64_t{12'034});
  const auto bytes = [](const Flow& of) { return get_integer(of, field("bytes")); };
  FlowTexts both(
      {{.name = "n", .compute = bytes}, {.name = "s", .compute = bytes, .milliseconds = true}},
      TimeZone());
  EXPECT_THAT(texts(both, row), ElementsAre("12034", "12.034"));
}

TEST(FlowTexts, EveryFieldsTextIsOfItsColumnsType) {
  Flow row;
  row.present.clear();
  std::vector<RowColumn> all;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    all.push_back({.name = std::string(info(id).name), .field = id});
    switch (storage_of(info(id).kind)) {
      case Storage::integer:
        set(row, id, info(id).kind == Kind::time ? kTime : std::uint64_t{7});
        break;
      case Storage::real:
        set(row, id, 1.5);
        break;
      case Storage::address:
        set(row, id, *IpAddress::parse("2001:db8::1"));
        break;
      case Storage::text:
        set(row, id, std::string_view("text"));
    }
  }
  FlowTexts texts_of(all, std::nullopt);
  RowEncoder encoder(MessageFormat::json, texts_of.columns(), {});
  std::string value;
  std::string key;
  for (const bool present : {true, false}) {
    if (!present) {
      row.present.clear();
    }
    const auto made = texts_of.of(row);
    const EncodeStatus status = encoder.encode(made, value, key);
    EXPECT_EQ(status, EncodeStatus::encoded) << encoder.explain(status, made);
  }
}

}  // namespace
}  // namespace weir
