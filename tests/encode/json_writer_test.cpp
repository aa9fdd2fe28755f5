#include "weir/encode/json_writer.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <bit>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace weir {
namespace {

std::string written(const std::function<void(JsonWriter&)>& write) {
  std::string out;
  JsonWriter writer(out);
  write(writer);
  return out;
}
std::string text(std::string_view value) {
  return written([value](JsonWriter& writer) { writer.text(value); });
}
std::string integer(std::uint64_t value) {
  return written([value](JsonWriter& writer) { writer.integer(value); });
}
std::string real(double value) {
  return written([value](JsonWriter& writer) { writer.real(value); });
}
std::string time(UnixNanos value) {
  return written([value](JsonWriter& writer) { writer.time(value); });
}

TEST(JsonWriter, WritesIntegersExactly) {
  EXPECT_EQ(integer(0), "0");
  EXPECT_EQ(integer(9007199254740993), "9007199254740993");
  EXPECT_EQ(integer(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(JsonWriter, WritesRealsSoThatTheyStayReal) {
  EXPECT_EQ(real(0), "0.0");
  EXPECT_EQ(real(0.123), "0.123");
  EXPECT_EQ(real(-12.5), "-12.5");
  EXPECT_EQ(real(100000), "100000.0");
  EXPECT_EQ(real(1e300), "1e+300");
  EXPECT_EQ(real(5e-324), "5e-324");
  EXPECT_EQ(real(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
}

TEST(JsonWriter, HasNoNumberThatJsonHasNot) {
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(real(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(real(-std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriter, WritesTimesInUtcToTheMillisecondOrCloser) {
  EXPECT_EQ(time(0), "\"1970-01-01T00:00:00.000Z\"");
  EXPECT_EQ(time(1'795'298'412'345'000'000), "\"2026-11-21T22:00:12.345Z\"");
  EXPECT_EQ(time(1'795'298'412'000'000'000), "\"2026-11-21T22:00:12.000Z\"");
  EXPECT_EQ(time(1'795'298'412'000'010'000), "\"2026-11-21T22:00:12.000010Z\"");
  EXPECT_EQ(time(1'795'298'412'345'678'901), "\"2026-11-21T22:00:12.345678901Z\"");
  EXPECT_EQ(time(1'709'251'199'999'000'000), "\"2024-02-29T23:59:59.999Z\"");
  EXPECT_EQ(time(std::numeric_limits<UnixNanos>::max()), "\"2554-07-21T23:34:33.709551615Z\"");
}

TEST(JsonWriter, EscapesWhatJsonWantsEscaped) {
  EXPECT_EQ(text(""), R"("")");
  EXPECT_EQ(text("Zürich ☃ 😀 \x7f/"), "\"Zürich ☃ 😀 \x7f/\"");
  EXPECT_EQ(text("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(text("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(text(std::string_view("\0\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
}

TEST(JsonWriter, TellsOfTextThatIsNotUtf8AndMendsIt) {
  std::string out;
  JsonWriter writer(out);
  EXPECT_FALSE(writer.text("Z\xfcrich\""));
  EXPECT_EQ(out, "\"Z\xEF\xBF\xBDrich\\\"\"");
  EXPECT_TRUE(writer.text("Zürich"));
}

TEST(JsonWriter, SeparatesEntriesAlsoOfMapsWithinMaps) {
  EXPECT_EQ(written([](JsonWriter& writer) {
              writer.begin_map(3);
              writer.key("a");
              writer.null();
              writer.key("{");
              writer.begin_map(1);
              writer.key("c\"");
              writer.text("{");
              writer.end_map();
              writer.key("d");
              writer.integer(1);
              writer.end_map();
            }),
            R"({"a":null,"{":{"c\"":"{"},"d":1})");
}

TEST(JsonWriter, WritesTextsAndRealsThatSimdjsonReadsBack) {
  simdjson::dom::parser parser;
  for (int byte = 0; byte < 128; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "z";
    const std::string document = text(value);
    std::string_view read;
    ASSERT_EQ(parser.parse(document).get(read), simdjson::SUCCESS) << byte;
    EXPECT_EQ(read, value);
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::bit_cast<double>(random());
    const std::string document = real(value);
    double read = 0;
    if (document != "null") {
      ASSERT_EQ(parser.parse(document).get(read), simdjson::SUCCESS) << document;
      EXPECT_EQ(read, value);
    }
  }
}

}  // namespace
}  // namespace weir
