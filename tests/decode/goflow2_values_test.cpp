// Values that goflow2 2.2.6 wrote to Kafka as JSON and as protobuf, of the same flows.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/rows.hpp"
#include "tests/support/shared_data.hpp"
#include "weir/decode/any.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

std::vector<std::string> lines(const std::filesystem::path& path) {
  const std::string text = unpacked_file(path);
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    messages.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return messages;
}

std::vector<std::string> framed(const std::filesystem::path& path) {
  std::string text = unpacked_file(path);
  const std::size_t size = text.size();
  text.append(kProtobufPadding, '\0');
  std::vector<std::string> messages;
  for (const char* at = text.data(); at < text.data() + size;) {
    std::string_view body;
    const char* const next = read_protobuf_bytes(at, text.data() + size, body);
    messages.emplace_back(at, static_cast<std::size_t>(next - at));
    at = next;
  }
  return messages;
}

std::vector<std::string> rows_of(Decoder& decoder, const std::vector<std::string>& messages) {
  CollectRows rows;
  Accounts accounts;
  PayloadBatch batch;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    batch.add(messages[i], 0);
    if (batch.full() || i + 1 == messages.size()) {
      decoder.decode(batch, accounts, rows);
      batch.clear();
    }
  }
  EXPECT_EQ(accounts.refused, decltype(accounts.refused){});
  EXPECT_EQ(accounts.unaccounted(), static_cast<std::int64_t>(rows.rows.size()));
  EXPECT_EQ(rows.rows.size(), messages.size());
  return rows.rows;
}

/// All but the time of receipt, which is each process' own.
FieldSet comparable_fields() {
  FieldSet fields = all_fields();
  fields.remove(field("received"));
  return fields;
}

void remove_field(std::string& row, const std::string& name) {
  const std::size_t at = row.find(' ' + name + '=');
  if (at != std::string::npos) {
    row.erase(at, row.find(' ', at + 1) - at);
  }
}

/// Of a row what can be compared with the other form's.
std::string comparable(std::string row) {
  if (row.find(" proto=253 ") != std::string::npos) {
    remove_field(row, "proto");  // goflow2's JSON says `experimental`, which two numbers are
  }
  // A sampled packet's times are those of its receipt.
  if (row.find(" flow_type=SFLOW_5 ") != std::string::npos) {
    remove_field(row, "first_seen");
    remove_field(row, "last_seen");
  }
  return row;
}

/// The same flows in both forms.
struct Values {
  std::vector<std::string> json;
  std::vector<std::string> protobuf;
};

Values values() {
  return {lines(shared_data() / "goflow2_real/values.jsonl"),
          framed(shared_data() / "goflow2_real/values.delim.bin")};
}

class Goflow2Values : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(shared_data() / "goflow2_real")) {
      GTEST_SKIP() << "no " << shared_data() / "goflow2_real";
    }
  }
};

TEST_F(Goflow2Values, JsonAndProtobufOfTheSameFlowGiveTheSameRow) {
  const DecoderOptions options{.wanted = comparable_fields()};
  const Values flows = values();
  AnyDecoder any(options);
  JsonDecoder json(options);
  ProtobufDecoder protobuf(options);
  ProtobufDecoder version_2(options, ProtobufNumbering::v2);
  const auto expected = rows_of(json, flows.json);
  const auto rows = rows_of(protobuf, flows.protobuf);
  EXPECT_EQ(rows_of(any, flows.json), expected);
  EXPECT_EQ(rows_of(any, flows.protobuf), rows);
  EXPECT_EQ(rows_of(version_2, flows.protobuf), rows);
  ASSERT_EQ(rows.size(), expected.size());
  ASSERT_GT(rows.size(), 1000U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(comparable(rows[i]), comparable(expected[i])) << flows.json[i];
  }
}

TEST_F(Goflow2Values, MixedMessagesGiveTheSameRowsInOrder) {
  const DecoderOptions options{.wanted = comparable_fields()};
  const Values flows = values();
  std::vector<std::string> mixed;
  for (std::size_t i = 0; i < flows.json.size(); ++i) {
    mixed.push_back(i % 7 < 3 ? flows.json[i] : flows.protobuf[i]);
  }
  AnyDecoder any(options);
  JsonDecoder json(options);
  const auto rows = rows_of(any, mixed);
  const auto expected = rows_of(json, flows.json);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(comparable(rows[i]), comparable(expected[i]));
  }
}

TEST_F(Goflow2Values, AValueIsKnownWhateverItsFirstByteLooksLike) {
  const auto messages = framed(shared_data() / "goflow2_real/ambiguous.delim.bin");
  AnyDecoder any({.wanted = all_fields()});
  EXPECT_GT(rows_of(any, messages).size(), 100U);
}

TEST_F(Goflow2Values, WhatAnotherEncoderMadeOfTheSchemaIsReadToo) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared_data() / "goflow2_pb")) {
    if (entry.path().extension() == ".bin") {
      SCOPED_TRACE(entry.path());
      AnyDecoder any({.wanted = all_fields()});
      count += rows_of(any, framed(entry.path())).size();
    }
  }
  EXPECT_GT(count, 2000U);
}

}  // namespace
}  // namespace weir
