#include "weir/decode/json_reference.hpp"

#include <gmock/gmock.h>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

using testing::ElementsAre;

/// Keeps a line for each record: its row, or its verdict.
class Records final : public JsonRecords {
 public:
  Flow& row() override {
    row_ = &rows_.next();
    return *row_;
  }
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict verdict, std::string_view bytes) override {
    pieces.emplace_back(bytes);
    switch (verdict.kind) {
      case JsonVerdict::Kind::flow:
        lines.push_back(row_text(*row_));
        break;
      case JsonVerdict::Kind::marker:
        lines.emplace_back("marker");
        break;
      case JsonVerdict::Kind::event:
        lines.emplace_back("event");
        break;
      case JsonVerdict::Kind::refused:
        lines.emplace_back(kRefusedNames[static_cast<std::size_t>(verdict.reason)]);
        break;
    }
  }
  std::vector<std::string> lines;
  std::vector<std::string> pieces;

 private:
  FlowBatch rows_;
  Flow* row_ = nullptr;
};

/// The records' lines; "no JSON" if there are none.
std::vector<std::string> read(JsonReference& reference, std::string_view text) {
  PayloadBatch batch;
  batch.add(text, 0);
  Records records;
  if (!reference.read(batch.text(batch.payloads().front()), records)) {
    EXPECT_TRUE(records.lines.empty());
    return {"no JSON"};
  }
  return records.lines;
}

std::vector<std::string> read(std::string_view text) {
  JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{all_fields()}));
  return read(reference, text);
}

TEST(JsonReference, ReadsOneObject) {
  EXPECT_THAT(read(R"({"bytes": 1, "label": "x"})"), ElementsAre("bytes=1 label=x"));
  EXPECT_THAT(read(R"({"event_type": "purge_close"})"), ElementsAre("marker"));
  EXPECT_THAT(read(R"({"packets": 1})"), ElementsAre("event"));
  EXPECT_THAT(read(R"({"bytes": []})"), ElementsAre("wrong_type"));
  EXPECT_THAT(read("17"), ElementsAre("not_object"));
}

TEST(JsonReference, ReadsAnArrayRecordByRecord) {
  EXPECT_THAT(read(R"([{"bytes": 1}, {"bytes": -1}, "x", {}, {"bytes": 2}])"),
              ElementsAre("bytes=1", "out_of_range", "not_object", "event", "bytes=2"));
  EXPECT_THAT(read("[]"), ElementsAre("not_object"));
}

TEST(JsonReference, SaysWhichBytesARecordIs) {
  JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{all_fields()}));
  const auto pieces = [&reference](std::string_view text) {
    PayloadBatch batch;
    batch.add(text, 0);
    Records records;
    reference.read(batch.text(batch.payloads().front()), records);
    return records.pieces;
  };
  EXPECT_THAT(pieces(R"({"bytes": 1})"), ElementsAre(R"({"bytes": 1})"));
  EXPECT_THAT(pieces(R"([{"bytes": 1}, {"bytes": "]"} ,5, [{}]])"),
              ElementsAre(R"({"bytes": 1})", R"({"bytes": "]"})", "5", "[{}]"));
  EXPECT_THAT(pieces("[{\"label\": \"\xff\", \"bytes\": 1},{}]"),
              ElementsAre("{\"label\": \"\xff\", \"bytes\": 1}", "{}"));
  EXPECT_THAT(pieces("[]"), ElementsAre("[]"));
}

TEST(JsonReference, GivesNoRecordForWhatIsNoJson) {
  for (const std::string_view text :
       {"", " ", "x", "{", "{}{}", "{\"bytes\": 1} x", "[{\"bytes\": 1}, ]"}) {
    EXPECT_THAT(read(text), ElementsAre("no JSON")) << text;
  }
}

TEST(JsonReference, MendsATextThatIsRefusedAndReadsItAgain) {
  EXPECT_THAT(read("{\"bytes\": 1, \"label\": \"caf\xe9\x01\"}"),
              ElementsAre("bytes=1 label=caf\ufffd\x01"));
  EXPECT_THAT(read("{\"bytes\": 99999999999999999999}"), ElementsAre("out_of_range"));
  EXPECT_THAT(read("{\"x\": 99999999999999999999, \"bytes\": 1}"), ElementsAre("bytes=1"));
}

TEST(JsonReference, IsAsGoodAfterALargeOrBrokenMessageAsBefore) {
  JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{all_fields()}));
  const std::string small = R"({"bytes": 1, "label": "x"})";
  const std::string large =
      R"({"label": ")" + std::string(3'000'000, 'y') + R"(", "bytes": 2, "packets": 3})";
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(read(reference, small), ElementsAre("bytes=1 label=x"));
    EXPECT_EQ(read(reference, large).front().size(), 3'000'000 + sizeof "bytes=2 packets=3 label");
    EXPECT_THAT(read(reference, large.substr(0, 2'000'000)), ElementsAre("no JSON"));
    EXPECT_THAT(read(reference, "{\"bytes\": 1, \"label\": \"\xff\"}"),
                ElementsAre("bytes=1 label=\ufffd"));
  }
}

TEST(JsonReference, AlwaysReadsBytes) {
  JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{}));
  EXPECT_THAT(read(reference, R"({"bytes": 1, "label": []})"), ElementsAre("bytes=1"));
}

}  // namespace
}  // namespace weir
