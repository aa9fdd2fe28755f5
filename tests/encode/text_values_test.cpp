#include "weir/encode/text_values.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <limits>
#include <random>
#include <string>

#include "weir/encode/json_writer.hpp"

namespace weir {
namespace {

std::string written(const std::function<char*(char*)>& put) {
  std::array<char, kLongestValue> room;
  char* const end = put(room.data());
  return {room.data(), end};
}

std::string number(std::uint64_t value) {
  return written([value](char* to) { return put_number(to, value); });
}
std::string address(const IpAddress& value) {
  return written([&](char* to) { return put_address(to, value); });
}
std::string real(double value) {
  return written([value](char* to) { return put_real(to, value); });
}

TEST(TextValues, NumbersAreExactAtAllLengths) {
  std::uint64_t value = 1;
  for (int digits = 1; digits < 20; ++digits, value *= 10) {
    for (const std::uint64_t near : {value - 1, value, value + 1}) {
      EXPECT_EQ(number(near), std::to_string(near));
    }
  }
  EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(TextValues, AddressesAreWrittenAsEverywhereElse) {
  for (const char* const text :
       {"0.0.0.0", "1.22.133.244", "255.255.255.255", "::", "::1", "1::", "::ffff", "2001:db8::",
        "2001:db8:0:1::2", "1:0:0:2:0:0:0:3", "1:0:0:2:3:0:0:4", "1:0:2:3:4:5:6:7", "fe80::1:0:0",
        "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:0", "0:1:2:3:4:5:6:7", "::192.0.2.1", "::2:0:0"}) {
    const auto parsed = IpAddress::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(address(*parsed), parsed->to_string()) << text;
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    IpAddress any;
    for (std::size_t at = 0; at < any.bytes.size(); at += 2) {
      if (random() % 2 != 0) {  // half of all groups are zeros
        any.bytes[at] = static_cast<std::uint8_t>(random() % 3);
        any.bytes[at + 1] = static_cast<std::uint8_t>(random());
      }
    }
    EXPECT_EQ(address(any), any.to_string());
    const auto v4 = IpAddress::from_ipv4(static_cast<std::uint32_t>(random()));
    EXPECT_EQ(address(v4), v4.to_string());
  }
}

TEST(TextValues, TimesAreThoseOfJsonWhateverTheDay) {
  TimeText times;
  std::mt19937_64 random(2);
  for (int i = 0; i < 10'000; ++i) {
    UnixNanos time = random() % (std::uint64_t{4'000'000'000} * kNanosPerSecond);
    time -= i % 3 == 0 ? time % 1'000'000 : i % 3 == 1 ? time % 1000 : 0;
    std::string json;
    JsonWriter(json).time(time);
    EXPECT_EQ('"' + written([&](char* to) { return times.put(to, time); }) + '"', json);
  }
}

TEST(TextValues, SecondsHaveThreeDecimals) {
  const auto seconds = [](std::uint64_t value) {
    return written([value](char* to) { return put_seconds(to, value); });
  };
  EXPECT_EQ(seconds(0), "0.000");
  EXPECT_EQ(seconds(7), "0.007");
  EXPECT_EQ(seconds(1'234'560), "1234.560");
  EXPECT_EQ(seconds(std::numeric_limits<std::uint64_t>::max()), "18446744073709551.615");
}

TEST(TextValues, RealsStayRealAndNoNumberIsNothing) {
  EXPECT_EQ(real(0), "0.0");
  EXPECT_EQ(real(-12.5), "-12.5");
  EXPECT_EQ(real(1e300), "1e+300");
  EXPECT_EQ(real(-std::numeric_limits<double>::min()), "-2.2250738585072014e-308");
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "");
  EXPECT_EQ(real(std::numeric_limits<double>::infinity()), "");
}

TEST(TextValues, MacAddressesAreWrittenAsEverywhereElse) {
  for (const std::uint64_t mac : {0x0ULL, 0x0200005e10ffULL, 0xffffffffffffULL}) {
    EXPECT_EQ(written([mac](char* to) { return put_mac(to, mac); }), format_mac(mac));
  }
}

TEST(TextBufferTest, KeepsWhatWasWrittenWhenItGrows) {
  TextBuffer buffer;
  std::string same;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece = fmt::format("{};", i);
    if (i % 2 == 0) {
      buffer.append(piece);
    } else {
      char* const to = buffer.room(kLongestValue);
      buffer.end_at(std::copy(piece.begin(), piece.end(), to));
    }
    same += piece;
  }
  EXPECT_EQ(buffer.text(), same);
  buffer.clear();
  EXPECT_EQ(buffer.text(), "");
}

}  // namespace
}  // namespace weir
