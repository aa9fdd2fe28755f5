#include "weir/decode/protobuf_wire.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <limits>
#include <protozero/pbf_reader.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/flow_message.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string varint(std::uint64_t value) {
  std::string bytes;
  protozero::write_varint(std::back_inserter(bytes), value);
  return bytes;
}

struct Walked {
  ProtobufEnd end;
  std::vector<std::string> fields;  ///< `number=value`, `number="bytes"`
};

/// Over bytes that `stale` follows.
Walked walk(std::string body, char stale) {
  const std::size_t size = body.size();
  body.append(kProtobufPadding, stale);
  Walked walked;
  walked.end = walk_protobuf({body.data(), size}, [&](const ProtobufField& field) {
    std::string text = std::to_string(field.number);
    if (field.wire == ProtobufWire::varint) {
      text += '=' + std::to_string(varint_value(field.value, field.size));
    } else {
      text += "=\"" + std::string(field.value, field.size) + '"';
    }
    walked.fields.push_back(text);
  });
  return walked;
}

Walked walk(const std::string& body) {
  Walked walked = walk(body, '\0');
  for (const char stale : {'\xff', '\x80', '\x01'}) {
    const Walked again = walk(body, stale);
    EXPECT_EQ(again.end, walked.end);
    if (walked.end == ProtobufEnd::whole) {
      EXPECT_EQ(again.fields, walked.fields);
    }
  }
  return walked;
}

TEST(ProtobufWire, NumbersOfEveryLengthAreRead) {
  for (unsigned bits = 0; bits <= 64; ++bits) {
    for (const std::uint64_t value :
         {bits == 64 ? std::uint64_t{0} : std::uint64_t{1} << bits,
          bits == 0 ? 0 : std::numeric_limits<std::uint64_t>::max() >> (64 - bits)}) {
      std::string bytes = varint(value);
      const std::size_t size = bytes.size();
      bytes.append(kProtobufPadding, '\xff');
      std::uint64_t read = 0;
      EXPECT_EQ(read_varint(bytes.data(), read), bytes.data() + size);
      EXPECT_EQ(read, value);
      EXPECT_EQ(varint_value(bytes.data(), size), value);
    }
  }
}

TEST(ProtobufWire, NumbersOfMoreThan64BitsAreNone) {
  std::uint64_t value = 0;
  const std::string eleven = std::string(10, '\xff') + std::string(kProtobufPadding, '\0');
  EXPECT_EQ(read_varint(eleven.data(), value), nullptr);
  const std::string two_bits =
      std::string(9, '\xff') + '\x02' + std::string(kProtobufPadding, '\0');
  EXPECT_EQ(read_varint(two_bits.data(), value), nullptr);
  EXPECT_EQ(walk("\x08" + std::string(10, '\xff') + "\x01").end, ProtobufEnd::malformed);
  EXPECT_EQ(walk("\x08" + std::string(9, '\xff') + "\x02").end, ProtobufEnd::malformed);
  EXPECT_THAT(walk("\x08" + std::string(9, '\xff') + "\x01").fields,
              ElementsAre("1=18446744073709551615"));
}

TEST(ProtobufWire, FieldsOfEveryWireTypeAreFound) {
  std::string body = FlowMessage().number(1, 300).bytes(16, "abc").number(2047, 1).bare();
  body += FlowMessage().number(2048, 2).number(536870911, 3).bytes(20, "").bare();
  body +=
      "\x0d"
      "1234"
      "\x11"
      "12345678";
  EXPECT_THAT(walk(body).fields,
              ElementsAre("1=300", "16=\"abc\"", "2047=1", "2048=2", "536870911=3", "20=\"\"",
                          "1=\"1234\"", "2=\"12345678\""));
}

TEST(ProtobufWire, LongMessagesAreWalkedToTheirEnd) {
  FlowMessage message;
  std::vector<std::string> expected;
  for (std::uint32_t i = 1; i < 300; ++i) {
    message.number(i, std::uint64_t{i} << (i % 60));
    expected.push_back(std::to_string(i) + '=' + std::to_string(std::uint64_t{i} << (i % 60)));
    const std::string text(i % 150, 'x');
    message.bytes(i, text);
    expected.push_back(std::to_string(i) + "=\"" + text + '"');
  }
  const Walked walked = walk(message.bare());
  EXPECT_EQ(walked.end, ProtobufEnd::whole);
  EXPECT_EQ(walked.fields, expected);
}

TEST(ProtobufWire, AMessageCutOffAnywhereIsTruncatedUnlessAFieldEndsThere) {
  const std::string body = FlowMessage()
                               .number(1, 3)
                               .bytes(6, "abcd")
                               .number(110, 1'795'000'000'000'000'000)
                               .number(3000, 7)
                               .bare();
  std::vector<std::size_t> whole;
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const ProtobufEnd end = walk(body.substr(0, size)).end;
    if (end == ProtobufEnd::whole) {
      whole.push_back(size);
    } else {
      EXPECT_EQ(end, ProtobufEnd::truncated) << size;
    }
  }
  EXPECT_THAT(whole, ElementsAre(0, 2, 8, 19, body.size()));
}

TEST(ProtobufWire, WhatIsNoFieldIsMalformed) {
  for (const std::string& body :
       {std::string("\x00\x01", 2), std::string("\x07\x01"), std::string("\x0b\x0c"),
        std::string("\x0e\x01"), std::string("\x80\x00\x01", 3),
        std::string("\x88\x80\x80\x80\x10\x01"), std::string("\xff\xff\xff\xff\xff\x01\x01")}) {
    EXPECT_EQ(walk(body).end, ProtobufEnd::malformed) << testing::PrintToString(body);
  }
}

TEST(ProtobufWire, ALengthBeyondTheEndIsTruncatedHoweverLarge) {
  for (const std::uint64_t length : {std::uint64_t{2}, std::uint64_t{127}, std::uint64_t{1} << 32,
                                     std::numeric_limits<std::uint64_t>::max()}) {
    const Walked walked = walk("\x32" + varint(length) + "a");
    EXPECT_EQ(walked.end, ProtobufEnd::truncated) << length;
    EXPECT_THAT(walked.fields, IsEmpty());
  }
}

/// What protozero makes of the same bytes; nothing if it takes them for broken.
std::optional<std::vector<std::string>> read_by_protozero(const std::string& body) {
  std::vector<std::string> fields;
  try {
    protozero::pbf_reader reader(body);
    while (reader.next()) {
      std::string text = std::to_string(reader.tag());
      if (reader.wire_type() == protozero::pbf_wire_type::varint) {
        text += '=' + std::to_string(reader.get_uint64());
      } else if (reader.wire_type() == protozero::pbf_wire_type::length_delimited) {
        text += "=\"" + reader.get_bytes() + '"';
      } else {
        const std::size_t size = reader.wire_type() == protozero::pbf_wire_type::fixed64 ? 8 : 4;
        const auto left = reader.data();
        if (left.size() < size) {
          return std::nullopt;
        }
        text += "=\"" + std::string(left.data(), size) + '"';
        reader.skip();
      }
      fields.push_back(text);
    }
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  return fields;
}

TEST(ProtobufWire, FindsWhatProtozeroFindsInMessagesWithFlippedBits) {
  std::mt19937_64 random(7);
  std::size_t whole = 0;
  std::size_t broken = 0;
  for (int i = 0; i < 20000; ++i) {
    FlowMessage message;
    for (std::uint64_t fields = random() % 12; fields > 0; --fields) {
      const auto number = static_cast<std::uint32_t>(1 + random() % 130);
      if (random() % 3 == 0) {
        message.bytes(number, std::string(random() % 40, static_cast<char>(random())));
      } else {
        message.number(number, random() >> (random() % 64));
      }
    }
    std::string body = message.bare();
    for (std::uint64_t flips = random() % 3; flips > 0 && !body.empty(); --flips) {
      char& byte = body[random() % body.size()];
      byte = static_cast<char>(byte ^ 1 << random() % 8);
    }
    const auto expected = read_by_protozero(body);
    const Walked walked = walk(body);
    // protozero takes numbers above 2^64 modulo 2^64, and does not look at tags of that size.
    if (!expected) {
      EXPECT_NE(walked.end, ProtobufEnd::whole);
      ++broken;
    } else if (walked.end == ProtobufEnd::whole) {
      EXPECT_EQ(walked.fields, *expected);
      ++whole;
    }
  }
  EXPECT_GT(whole, 10000U);
  EXPECT_GT(broken, 1000U);
}

}  // namespace
}  // namespace weir
