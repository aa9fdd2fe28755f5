#include "weir/decode/json_scanner.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

class JsonScannerTest : public testing::Test {
 protected:
  /// The row that the scanner reads at the start of `text`, with `behind` in the memory after it;
  /// "-" when it leaves the text to the reference parser.
  std::string read(std::string_view text, std::string_view behind = "") {
    batch_.clear();
    batch_.add(std::string(text) + std::string(behind) + std::string(100, '\0'), 0);
    Flow& row = rows_.next();
    const std::string_view stored = batch_.text(batch_.payloads().front()).substr(0, text.size());
    length_ = scanner_.read(stored, row, rows_.texts());
    EXPECT_LE(length_, text.size());
    return length_ == 0 ? "-" : row_text(row);
  }

  JsonScanner scanner_{std::make_shared<JsonKeys>(DecoderOptions{all_fields()})};
  PayloadBatch batch_;
  FlowBatch rows_;
  std::size_t length_ = 0;
};

TEST_F(JsonScannerTest, ReadsNothingBeforeItHasLearntSomething) {
  EXPECT_EQ(read(R"({"bytes": 1})"), "-");
}

TEST_F(JsonScannerTest, ReadsOtherValuesInTheSamePlaces) {
  scanner_.learn(R"({"event_type": "purge", "label": "a", "x": -1.5, "as_src": 1, "bytes": 2})");
  EXPECT_EQ(read(R"({"event_type": "purge", "label": "", "x": 7, "as_src": 64510, "bytes": 0})"),
            "bytes=0 src_as=64510 label=");
  EXPECT_EQ(read(R"({"event_type": "purge", "label": "b)" + std::string(99, 'c') +
                 R"(", "x": 0.25, "as_src": 4294967295, "bytes": 9999999999999999999})"),
            "bytes=9999999999999999999 src_as=4294967295 label=b" + std::string(99, 'c'));
  EXPECT_EQ(read("{\"event_type\": \"purge\", \"label\": \"caf\u00e9\", \"x\": 0, \"as_src\": 0, "
                 "\"bytes\": 12345678}"),
            "bytes=12345678 src_as=0 label=caf\u00e9");
}

TEST_F(JsonScannerTest, ReadsFieldsWhoseMeaningIsMoreThanANumberOrText) {
  scanner_.learn(
      R"({"ip_src": "::1", "ip_proto": "tcp", "bytes": "1", "etype": "800", "comms": ""})");
  EXPECT_EQ(
      read(
          R"({"ip_src": "192.0.2.1", "ip_proto": "udp", "bytes": "22", "etype": "86dd", "comms": "1:2_3:4"})"),
      "bytes=22 src_addr=192.0.2.1 proto=17 etype=34525 communities=1:2 3:4");
}

TEST_F(JsonScannerTest, ReadsTimesOfAnyLengthThatItDoesNotStore) {
  FieldSet wanted;
  wanted.add(field("label"));
  scanner_ = JsonScanner(std::make_shared<JsonKeys>(DecoderOptions{wanted}));
  scanner_.learn(R"({"stamp_updated": "2026-11-21 20:41:00", "writer_id": "w/1", "bytes": 1})");
  for (const std::string_view time : {"2026-11-21 20:42:00", "2026-11-21 20:42:00.25", "", "now"}) {
    const std::string start = "{\"stamp_updated\": \"" + std::string(time);
    EXPECT_EQ(read(start + R"(", "writer_id": "w/22", "bytes": 2})"), "bytes=2") << time;
    EXPECT_EQ(read(start + "\\\", \"writer_id\": \"w/2\", \"bytes\": 2}"), "-") << time;
    EXPECT_EQ(read(start + "\n\", \"writer_id\": \"w/2\", \"bytes\": 2}"), "-") << time;
    EXPECT_EQ(read(start + "\xff\", \"writer_id\": \"w/2\", \"bytes\": 2}"), "-") << time;
  }
}

TEST_F(JsonScannerTest, ReadsNanosecondsThatAreOthersInEachRecord) {
  FieldSet wanted;
  wanted.add(field("first_seen"));
  scanner_ = JsonScanner(std::make_shared<JsonKeys>(DecoderOptions{wanted}));
  scanner_.learn(
      R"({"time_received_ns":1795293660000000001,"time_flow_start_ns":1795293660000000000,"bytes":1})");
  EXPECT_EQ(
      read(
          R"({"time_received_ns":1795293661000000002,"time_flow_start_ns":1795293660250000000,"bytes":2})"),
      "bytes=2 first_seen=2026-11-21T20:41:00.250Z");
  EXPECT_EQ(read(R"({"time_received_ns":18446744073709551615,"time_flow_start_ns":5,"bytes":2})"),
            "-");
  EXPECT_EQ(read(R"({"time_received_ns":7,"time_flow_start_ns":5,"bytes":2})"),
            "bytes=2 first_seen=1970-01-01T00:00:00.000000005Z");
}

TEST_F(JsonScannerTest, LeavesToTheReferenceWhateverIsNotPlain) {
  scanner_.learn(R"({"label": "a", "x": 1, "y": 1.5, "z": "s", "as_src": 1, "bytes": 2})");
  const std::string good = R"({"label": "a", "x": 1, "y": 1.5, "z": "s", "as_src": 1, "bytes": 2})";
  ASSERT_EQ(read(good), "bytes=2 src_as=1 label=a");
  struct Change {
    std::string_view from;
    std::string_view to;
  };
  for (const Change change : std::initializer_list<Change>{
           {"\"a\"", "\"a\\n\""},
           {"\"a\"", "\"\x01\""},
           {"\"a\"", "\"\xe9\""},
           {"\"a\"", "null"},
           {"\"a\"", "1"},
           {"\"x\": 1", "\"x\": 01"},
           {"\"x\": 1", "\"x\": -1"},
           {"\"x\": 1", "\"x\": 1.5"},
           {"\"x\": 1", "\"x\": 1e5"},
           {"\"x\": 1", "\"x\": "},
           {"\"x\": 1", "\"x\": 12345678901234567890"},
           {"1.5", "01.5"},
           {"1.5", "1."},
           {"1.5", ".5"},
           {"1.5", "-"},
           {"1.5", "1.5e3"},
           {"1.5", "1.5.5"},
           {"1.5", "12345678901234567"},
           {"1.5", "0.12345678901234567"},
           {"\"s\"", "\"\\\"\""},
           {"\"s\"", "\"\xff\""},
           {"\"as_src\": 1", "\"as_src\": 4294967296"},
           {"\"as_src\": 1", "\"as_src\": \"1\""},
           {"\"as_src\"", "\"as_dst\""},
           {"\"bytes\": 2", "\"bytes\": 20000000000000000000"},
           {"\"bytes\": 2", "\"bytes\": 00000000"},
           {"\"bytes\": 2", "\"bytes\":2"},
           {"\"bytes\": 2}", "\"bytes\": 2 }"},
           {"\"bytes\": 2}", "\"bytes\": 2, \"bytes\": 3}"},
       }) {
    std::string text = good;
    text.replace(text.find(change.from), change.from.size(), change.to);
    EXPECT_EQ(read(text), "-") << text;
    EXPECT_EQ(read(good), "bytes=2 src_as=1 label=a");
  }
}

TEST_F(JsonScannerTest, NeverReadsBeyondTheText) {
  const std::string record =
      R"({"event_type": "purge", "nested": [1, 2, {"a": "bcdefghijklmnopqrstuvwxyz"}], "label": "abc", )"
      R"("stamp_inserted": "2026-11-21 20:41:00", "y": -1.25, "as_src": 64510, "bytes": 123456789})";
  scanner_.learn(record);
  ASSERT_NE(read(record), "-");
  EXPECT_EQ(length_, record.size());
  for (std::size_t size = 0; size < record.size(); ++size) {
    // What follows is what would make it whole.
    EXPECT_EQ(read(record.substr(0, size), record.substr(size)), "-") << size;
    EXPECT_EQ(read(record.substr(0, size), "\"}}}}}}"), "-") << size;
    EXPECT_EQ(read(record.substr(0, size), "0123456789"), "-") << size;
  }
}

TEST_F(JsonScannerTest, ReadsOnlyTheFirstOfSeveralRecords) {
  scanner_.learn(R"({"bytes": 1})");
  EXPECT_EQ(read("{\"bytes\": 22}\n{\"bytes\": 33}"), "bytes=22");
  EXPECT_EQ(length_, 13U);
}

TEST_F(JsonScannerTest, KnowsSeveralWritersAtOnce) {
  for (const char key : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'}) {
    scanner_.learn(std::string("{\"") + key + "\": 0, \"bytes\": 1}");
  }
  for (const char key : {'c', 'j', 'd', 'd', 'e'}) {
    EXPECT_EQ(read(std::string("{\"") + key + "\": 0, \"bytes\": 5}"), "bytes=5") << key;
  }
  EXPECT_EQ(read(R"({"a": 0, "bytes": 5})"), "-");  // the oldest are forgotten
}

TEST_F(JsonScannerTest, LearningTheSameAgainForgetsNothing) {
  scanner_.learn(R"({"a": 0, "bytes": 1})");
  for (int i = 0; i < 20; ++i) {
    scanner_.learn(R"({"bytes": 1})");
  }
  EXPECT_EQ(read(R"({"a": 0, "bytes": 5})"), "bytes=5");
}

TEST_F(JsonScannerTest, StopsLearningForAWhileWhenItDoesNotPay) {
  for (int i = 0; i < 40; ++i) {
    scanner_.learn("{\"key" + std::to_string(i) + "\": 0, \"bytes\": 1}");
  }
  EXPECT_EQ(read(R"({"key39": 0, "bytes": 5})"), "-");
  for (int i = 0; i < 5000; ++i) {
    scanner_.learn(R"({"latest": 0, "bytes": 1})");
  }
  EXPECT_EQ(read(R"({"latest": 0, "bytes": 5})"), "bytes=5");
}

}  // namespace
}  // namespace weir
