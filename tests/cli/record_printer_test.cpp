#include "cli/record_printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

std::string encoded(MessageFormat format, const std::vector<std::string_view>& row) {
  RowEncoder encoder(format, {{"first_seen", ColumnKind::text}, {"flows", ColumnKind::text}}, {});
  std::string value;
  std::string key;
  EXPECT_EQ(encoder.encode(row, value, key), EncodeStatus::encoded);
  return value;
}

TEST(RecordPrinterTest, TextsOfACborMapBecomeJsonStrings) {
  std::string out = "before ";
  EXPECT_TRUE(append_json_of_texts(encoded(MessageFormat::cbor, {" 2026-11-21", "1\"7"}), out));
  EXPECT_EQ(out, R"(before {"first_seen":" 2026-11-21","flows":"1\"7"})");
}

TEST(RecordPrinterTest, TextsOfAnyLengthAreRead) {
  for (const std::size_t length : {0U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
    const std::string text(length, 'x');
    std::string out;
    EXPECT_TRUE(append_json_of_texts(encoded(MessageFormat::cbor, {text, ""}), out));
    EXPECT_EQ(out, R"({"first_seen":")" + text + R"(","flows":""})");
  }
}

TEST(RecordPrinterTest, AnythingElseIsRefusedAndLeavesNoTrace) {
  const std::string good = encoded(MessageFormat::cbor, {"a", "b"});
  std::vector<std::string> bad = {good + "x",
                                  "\xa1\x01\x02",
                                  "\xbf\xff",
                                  "\xff",
                                  "{}",
                                  std::string("\xbb\xff\xff\xff\xff\xff\xff\xff\xff", 9),
                                  std::string("\xa1\x7b\xff\xff\xff\xff\xff\xff\xff\xff", 10)};
  for (std::size_t size = 0; size < good.size(); ++size) {
    bad.push_back(good.substr(0, size));
  }
  for (const std::string& bytes : bad) {
    std::string out = "before";
    EXPECT_FALSE(append_json_of_texts(bytes, out));
    EXPECT_EQ(out, "before");
  }
}

TEST(RecordPrinterTest, EachMessageIsALine) {
  for (const MessageFormat format : {MessageFormat::cbor, MessageFormat::json}) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* const out = ::open_memstream(&text, &size);
    RecordPrinter printer(format, out);
    EXPECT_TRUE(printer.print(encoded(format, {"a", "b"})));
    EXPECT_TRUE(printer.print(encoded(format, {"c", "d"})));
    EXPECT_TRUE(printer.finish());
    EXPECT_EQ(std::string(text, size),
              "{\"first_seen\":\"a\",\"flows\":\"b\"}\n{\"first_seen\":\"c\",\"flows\":\"d\"}\n");
    std::fclose(out);
    std::free(text);
  }
}

TEST(RecordPrinterTest, WhenNobodyReadsAnyMoreItSaysSo) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  std::FILE* const out = ::fdopen(ends[1], "w");
  RecordPrinter printer(MessageFormat::json, out);
  static_cast<void>(printer.print("{}"));
  EXPECT_FALSE(printer.finish());
  EXPECT_FALSE(printer.print("{}"));
  EXPECT_FALSE(printer.finish());
  std::fclose(out);
}

TEST(RecordPrinterTest, AFullDiskIsAnError) {
  std::FILE* const out = std::fopen("/dev/full", "w");
  RecordPrinter printer(MessageFormat::json, out);
  static_cast<void>(printer.print("{}"));
  try {
    static_cast<void>(printer.finish());
    ADD_FAILURE() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("standard output"));
  }
  std::fclose(out);
}

}  // namespace
}  // namespace weir
