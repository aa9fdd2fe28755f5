#include "weir/encode/row_encoder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using Row = std::vector<std::string_view>;

constexpr UnixNanos kHour = 3600 * kNanosPerSecond;

/// An hour east of UTC; its clocks never show the minute 02:30.
std::optional<UnixNanos> zone(UnixNanos shown) {
  constexpr UnixNanos kGap = kHour * 5 / 2;
  const UnixNanos clock = shown % (24 * kHour);
  if (shown < kHour || (clock >= kGap && clock < kGap + kHour / 60)) {
    return std::nullopt;
  }
  return shown - kHour;
}

std::vector<Column> default_columns() {
  return {{"first_seen", ColumnKind::time},   {"dst_ctr", ColumnKind::number},
          {"duration", ColumnKind::duration}, {"packets", ColumnKind::number},
          {"bytes", ColumnKind::number},      {"pps", ColumnKind::number},
          {"bps", ColumnKind::number},        {"flows", ColumnKind::number}};
}
const Row kRow = {
    "2026-11-21 23:00:12.345", "840", "12.500", "1234", "567890", "98", "363449", "17"};

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

struct Message {
  std::string value;
  std::string key;
};

Message encode(RowEncoder& encoder, const Row& row) {
  Message message{"left over", "left over"};
  const EncodeStatus status = encoder.encode(row, message.value, message.key);
  EXPECT_EQ(status, EncodeStatus::encoded) << encoder.explain(status, row);
  return message;
}

std::string value_of(MessageFormat format, std::vector<Column> columns, const Row& row) {
  RowEncoder encoder(format, std::move(columns), {}, zone);
  return encode(encoder, row).value;
}

/// One column called `a`, as JSON, without the braces and the key.
std::string json_of(ColumnKind kind, std::string_view text) {
  const std::string value = value_of(MessageFormat::json, {{"a", kind}}, {text});
  return value.substr(5, value.size() - 6);
}

std::string refusal(ColumnKind kind, std::string_view text) {
  for (const MessageFormat format : {MessageFormat::json, MessageFormat::cbor_typed}) {
    RowEncoder encoder(format, {{"b", ColumnKind::text}, {"a", kind}}, {}, zone);
    const Row row = {"b", text};
    Message message;
    const EncodeStatus status = encoder.encode(row, message.value, message.key);
    EXPECT_NE(status, EncodeStatus::encoded) << text;
    if (format == MessageFormat::cbor_typed) {
      return encoder.explain(status, row);
    }
  }
  return {};
}

std::string usage_error(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(RowEncoder, WritesTextsByteForByteAsPythonsCborPackageDoes) {
  // import cbor; cbor.dumps({'first_seen': ' 2026-11-21 23:00:12.345', 'dst_ctr': '840',
  // 'duration': '12.500', 'packets': '1234', 'bytes': '567890', 'pps': '98', 'bps': '363449',
  // 'flows': '17'})
  Row row = kRow;
  row[0] = " 2026-11-21 23:00:12.345";
  EXPECT_EQ(hex(value_of(MessageFormat::cbor, default_columns(), row)),
            "a86a66697273745f7365656e781820323032362d31312d32312032333a30303a31322e3334356764"
            "73745f63747263383430686475726174696f6e6631322e353030677061636b657473643132333465"
            "6279746573663536373839306370707362393863627073663336333434"
            "3965666c6f7773623137");
}

TEST(RowEncoder, KeepsTextsOfEveryLengthUntouched) {
  const std::string filling(65536, ' ');
  struct Case {
    std::size_t length;
    std::string_view head;
  };
  for (const auto& [length, head] :
       {Case{0, "60"}, Case{1, "61"}, Case{23, "77"}, Case{24, "7818"}, Case{127, "787f"},
        Case{128, "7880"}, Case{255, "78ff"}, Case{256, "790100"}, Case{65535, "79ffff"},
        Case{65536, "7a00010000"}}) {
    const std::string text = filling.substr(0, length);
    const std::string end = "a";
    EXPECT_EQ(
        hex(value_of(MessageFormat::cbor, {{"a"}, {"long_name_of_a_column"}}, {text, end})),
        fmt::format("a26161{}{}756c6f6e675f6e616d655f6f665f615f636f6c756d6e6161", head, hex(text)))
        << length;
  }
}

TEST(RowEncoder, WritesMapsOfMoreThan23Columns) {
  std::vector<Column> columns(24);
  for (int i = 0; i < 24; ++i) {
    columns[static_cast<std::size_t>(i)].name = fmt::format("c{:02}", i);
  }
  const std::string value = value_of(MessageFormat::cbor, columns, Row(24, "x"));
  EXPECT_TRUE(hex(value).starts_with("b8186363303061786363303161"));
  EXPECT_EQ(value.size(), 2U + 24 * 6);
}

TEST(RowEncoder, KeepsUtf8AndMendsWhatIsNot) {
  RowEncoder encoder(MessageFormat::cbor, {{"label"}, {"größe"}},
                     std::vector<std::string>{"label"});
  Message message = encode(encoder, {"Zürich ☃ 😀", "1"});
  EXPECT_EQ(hex(message.value),
            "a2656c6162656c705ac3bc7269636820e2988320f09f9880676772c3b6c39f656131");
  EXPECT_EQ(encoder.mended(), 0U);
  message = encode(encoder, {"Z\xfcrich", "\xff"});
  EXPECT_EQ(hex(message.value), "a2656c6162656c685aefbfbd72696368676772c3b6c39f6563efbfbd");
  EXPECT_EQ(message.key, "Z\xEF\xBF\xBDrich");
  EXPECT_EQ(encoder.mended(), 2U);
}

TEST(RowEncoder, LengthsAndStrayBytesDoNotMakeUpCharacters) {
  // The length 0xc3 = 195 and a stray 0xa9 behind it would be a character, taken together.
  const std::string text = "\xa9" + std::string(194, 'x');
  RowEncoder encoder(MessageFormat::cbor, {{"a"}}, {});
  EXPECT_EQ(hex(encode(encoder, {text}).value).substr(0, 16), "a1616178c5efbfbd");
  EXPECT_EQ(encoder.mended(), 1U);
}

TEST(RowEncoder, WritesTypedCborAsPythonsCbor2Does) {
  // import cbor2; cbor2.dumps({'first_seen': cbor2.CBORTag(1, 1795298412.345), 'dst_ctr': 840,
  // 'duration': 12.5, 'packets': 1234, 'bytes': 567890, 'pps': 98, 'bps': 363449, 'flows': 17})
  EXPECT_EQ(hex(value_of(MessageFormat::cbor_typed, default_columns(), kRow)),
            "a86a66697273745f7365656ec1fb41dac0851b16147b676473745f637472190348686475726174696f"
            "6efb4029000000000000677061636b6574731904d26562797465731a0008aa52637070731862636270"
            "731a00058bb965666c6f777311");
}

TEST(RowEncoder, WritesJsonObjects) {
  EXPECT_EQ(value_of(MessageFormat::json, default_columns(), kRow),
            R"({"first_seen":"2026-11-21T22:00:12.345Z","dst_ctr":840,"duration":12.5,)"
            R"("packets":1234,"bytes":567890,"pps":98,"bps":363449,"flows":17})");
}

TEST(RowEncoder, TypedValuesDropTheBlanksAroundThem) {
  Row row = kRow;
  const std::string padded = "   1234 ";
  const std::string time = " 2026-11-21 23:00:12.345";
  row[0] = time;
  row[3] = padded;
  for (const MessageFormat format : {MessageFormat::json, MessageFormat::cbor_typed}) {
    EXPECT_EQ(value_of(format, default_columns(), row), value_of(format, default_columns(), kRow));
  }
  EXPECT_EQ(json_of(ColumnKind::text, "  a b "), "\"a b\"");
}

TEST(RowEncoder, WritesEachKindAsItsType) {
  EXPECT_EQ(json_of(ColumnKind::number, "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(json_of(ColumnKind::port, "8.0"), "2048");
  EXPECT_EQ(json_of(ColumnKind::real, "0.125"), "0.125");
  EXPECT_EQ(json_of(ColumnKind::duration, "1d 02:03:04.567"), "93784.567");
  EXPECT_EQ(json_of(ColumnKind::tcp_flags, "...AP.S."), "26");
  EXPECT_EQ(json_of(ColumnKind::tcp_flags, "........"), "0");
  EXPECT_EQ(json_of(ColumnKind::address, "2001:db8::1"), "\"2001:db8::1\"");
  EXPECT_EQ(json_of(ColumnKind::address, "10.0.0.0/8"), "\"10.0.0.0/8\"");
  EXPECT_EQ(json_of(ColumnKind::text, "TCP"), "\"TCP\"");
  EXPECT_EQ(json_of(ColumnKind::text, "a\"b\n"), R"("a\"b\n")");
}

TEST(RowEncoder, TakesTimesOutOfTheirZone) {
  EXPECT_EQ(json_of(ColumnKind::time, "2026-01-01 00:30:00.000"), "\"2025-12-31T23:30:00.000Z\"");
  EXPECT_EQ(json_of(ColumnKind::time, "2026-01-01T00:30:00Z"), "\"2026-01-01T00:30:00.000Z\"");
  EXPECT_EQ(json_of(ColumnKind::time, "1795298412.345"), "\"2026-11-21T22:00:12.345Z\"");
  EXPECT_EQ(json_of(ColumnKind::utc_time, "2026-01-01 00:30:00.000"),
            "\"2026-01-01T00:30:00.000Z\"");
  RowEncoder utc(MessageFormat::json, {{"a", ColumnKind::time}}, {});
  EXPECT_EQ(encode(utc, {"2026-01-01 02:30:00.001"}).value, R"({"a":"2026-01-01T02:30:00.001Z"})");
}

TEST(RowEncoder, WritesNullWhereThereIsNoValue) {
  for (const ColumnKind kind :
       {ColumnKind::number, ColumnKind::port, ColumnKind::real, ColumnKind::duration,
        ColumnKind::time, ColumnKind::utc_time, ColumnKind::address, ColumnKind::tcp_flags}) {
    EXPECT_EQ(json_of(kind, ""), "null");
    EXPECT_EQ(json_of(kind, "  "), "null");
    EXPECT_EQ(json_of(kind, " - "), "null");
  }
  EXPECT_EQ(hex(value_of(MessageFormat::cbor, {{"a"}}, {std::string_view()})), "a1616160");
  EXPECT_EQ(json_of(ColumnKind::time, "0000-00-00 00:00:00.000"), "null");
  EXPECT_EQ(json_of(ColumnKind::time, "1969-12-31 19:00:00.000"), "null");
  EXPECT_EQ(json_of(ColumnKind::time, "1970-01-01 01:00:00.000"), "null");
  EXPECT_EQ(json_of(ColumnKind::text, ""), "\"\"");
  EXPECT_EQ(json_of(ColumnKind::text, "-"), "\"-\"");
  EXPECT_EQ(hex(value_of(MessageFormat::cbor_typed, {{"a", ColumnKind::number}}, {"-"})),
            "a16161f6");
}

TEST(RowEncoder, SaysWhyARowIsRefusedAndWhatToDo) {
  EXPECT_EQ(
      refusal(ColumnKind::number, " 1.2 M"),
      "column a: \"1.2 M\" is a number without its last digits; add -N to the nfdump command");
  EXPECT_THAT(refusal(ColumnKind::real, "1.2 M"), HasSubstr("add -N"));
  EXPECT_THAT(refusal(ColumnKind::number, "18446744073709551616"), HasSubstr("larger than 2^64-1"));
  EXPECT_THAT(refusal(ColumnKind::number, "-1"), HasSubstr("not an unsigned integer"));
  EXPECT_THAT(refusal(ColumnKind::port, "https"), HasSubstr("not an unsigned integer"));
  EXPECT_THAT(refusal(ColumnKind::real, "nan"), HasSubstr("not a number"));
  EXPECT_THAT(refusal(ColumnKind::duration, "soon"), HasSubstr("not a duration"));
  EXPECT_THAT(refusal(ColumnKind::time, "soon"), HasSubstr("not a time"));
  EXPECT_THAT(refusal(ColumnKind::time, "2026-03-29 02:30:00.000"), HasSubstr("--timezone"));
  EXPECT_THAT(refusal(ColumnKind::address, "2001:db8..:1"), HasSubstr("add -6"));
  EXPECT_THAT(refusal(ColumnKind::address, "example.org"), HasSubstr("not an address"));
  EXPECT_THAT(refusal(ColumnKind::tcp_flags, "XYZ"), HasSubstr("not TCP flags"));
  EXPECT_EQ(refusal(ColumnKind::duration, "\xff\n" + std::string(80, 'x')),
            "column a: \"\xEF\xBF\xBD\n" + std::string(58, 'x') + "…\" is not a duration");
}

TEST(RowEncoder, RefusesRowsOfAnotherWidth) {
  RowEncoder encoder(MessageFormat::cbor, default_columns(), {});
  Message message;
  for (const std::size_t width : {0U, 7U, 9U}) {
    const Row row(width, "1");
    const EncodeStatus status = encoder.encode(row, message.value, message.key);
    EXPECT_EQ(status, EncodeStatus::wrong_width);
    EXPECT_EQ(encoder.explain(status, row),
              fmt::format("a row has {} values for 8 columns", width));
  }
  EXPECT_FALSE(encode(encoder, kRow).value.empty());
}

TEST(RowEncoder, GoesOnAfterARefusedRow) {
  RowEncoder encoder(MessageFormat::json, {{"a", ColumnKind::number}}, {});
  Message message;
  EXPECT_EQ(encoder.encode(Row{"x"}, message.value, message.key), EncodeStatus::bad_value);
  EXPECT_EQ(encode(encoder, {"1"}).value, R"({"a":1})");
}

TEST(RowEncoder, MakesKeysOfColumnsTexts) {
  const Row row = {" a ", "b|c", ""};
  const auto key = [&row](const std::vector<std::string>& names, MessageFormat format) {
    RowEncoder encoder(format, {{"x"}, {"y"}, {"z"}}, names);
    EXPECT_EQ(encoder.has_key(), !names.empty());
    return encode(encoder, row).key;
  };
  for (const MessageFormat format :
       {MessageFormat::cbor, MessageFormat::cbor_typed, MessageFormat::json}) {
    EXPECT_EQ(key({}, format), "");
    EXPECT_EQ(key({"x"}, format), "a");
    EXPECT_EQ(key({"z"}, format), "");
    EXPECT_EQ(key({"y", "x", "z"}, format), "b|c|a|");
  }
}

TEST(RowEncoder, RefusesNamesThatCannotBe) {
  const auto made = [](std::vector<Column> columns, std::vector<std::string> key) {
    return usage_error([&] { RowEncoder(MessageFormat::cbor, std::move(columns), key); });
  };
  EXPECT_THAT(made({}, {}), HasSubstr("at least one column"));
  EXPECT_THAT(made({{"a"}, {""}}, {}), HasSubstr("needs a name"));
  EXPECT_THAT(made({{"\xff"}}, {}), HasSubstr("UTF-8"));
  EXPECT_THAT(made({{"bytes"}, {"a"}, {"bytes"}}, {}), HasSubstr("two columns are called bytes"));
  EXPECT_EQ(made({{"bytes"}, {"packets"}}, {"bytes", "packet"}),
            "no column for the message key is called 'packet'; there are bytes, packets. Did you "
            "mean packets?");
}

/// The text between two lines of the documentation, without blanks and newlines.
std::string example(const std::string& document, const std::string& start) {
  const std::size_t from = document.find(start);
  EXPECT_NE(from, std::string::npos) << start;
  const std::size_t code = document.find("```\n", document.find("```", from) + 3);
  const std::size_t begin = document.find('\n', document.find("```", from)) + 1;
  std::string text = document.substr(begin, code - begin);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

TEST(StreamRecords, DocumentationShowsWhatTheEncoderMakes) {
  std::ifstream file(std::string(WEIR_SOURCE_DIR) + "/docs/stream-records.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  Row row = kRow;
  row[0] = " 2026-11-21 23:00:12.345";
  EXPECT_EQ(example(document, "## cbor\n"),
            hex(value_of(MessageFormat::cbor, default_columns(), row)));
  EXPECT_EQ(example(document, "## cbor-typed\n"),
            hex(value_of(MessageFormat::cbor_typed, default_columns(), row)));
  EXPECT_EQ(example(document, "## json\n"), value_of(MessageFormat::json, default_columns(), row));
}

}  // namespace
}  // namespace weir
