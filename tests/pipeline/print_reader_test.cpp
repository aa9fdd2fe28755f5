#include "weir/pipeline/print_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/rows.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Collected final : public PrintSink {
 public:
  void operator()(FlowBatch& batch) override { collect(batch); }

  CollectRows collect;
};

FieldSet port() {
  FieldSet wanted;
  wanted.add(field("src_port"));
  return wanted;
}

class PrintReaderTest : public testing::Test {
 protected:
  std::vector<std::string> read() {
    PrintReader reader(input_, port());
    Collected rows;
    reader.read(rows, report_);
    EXPECT_EQ(reader.read_bytes(), reader.total_bytes());
    return rows.collect.rows;
  }

  TempFolder folder_;
  PrintInput input_;
  PrintReport report_;
};

TEST_F(PrintReaderTest, FilesComeOneAfterAnother) {
  folder_.put("a", "{\"src_port\": 1, \"bytes\": 7}\n");
  folder_.put("b", "{\"src_port\": 2, \"bytes\": 9}\nrubbish\n");
  input_.sources = {folder_.path("a"), folder_.path("b")};
  input_.where = "bytes > 1";
  EXPECT_THAT(read(), ElementsAre("bytes=7 src_port=1", "bytes=9 src_port=2"));
  EXPECT_EQ(report_.files, 2U);
  EXPECT_EQ(report_.bytes, 16U);
  EXPECT_THAT(report_.damage, ElementsAre(folder_.path("b") + ": records are refused: 1 not_json"));
}

TEST_F(PrintReaderTest, WhatThreadsHaveReadIsAddedUp) {
  PrintReport one;
  one.records = 1;
  one.bytes = 10;
  one.kafka = true;
  one.messages = 3;
  one.accounts.refuse(Refused::not_json);
  one.add_damage("a");
  PrintReport other = one;
  other.files = 2;
  one.add(other);
  EXPECT_EQ(one.records, 2U);
  EXPECT_EQ(one.bytes, 20U);
  EXPECT_TRUE(one.kafka);
  EXPECT_EQ(one.messages, 6U);
  EXPECT_EQ(one.files, 2U);
  EXPECT_EQ(one.accounts.refused[static_cast<std::size_t>(Refused::not_json)], 2U);
  EXPECT_THAT(one.damage, ElementsAre("a", "a"));
}

TEST_F(PrintReaderTest, OfVeryMuchDamageTheFirstIsTold) {
  for (int i = 0; i < 1000; ++i) {
    report_.add_damage(std::to_string(i));
  }
  EXPECT_EQ(report_.damage.size(), 100U);
  EXPECT_EQ(report_.damage.front(), "0");
}

TEST_F(PrintReaderTest, WhatIsLookedUpCanBeFilteredBy) {
  folder_.put("a", R"({"src_port": 1, "bytes": 1, "ip_dst": "192.0.2.1"})"
                   "\n"
                   R"({"src_port": 2, "bytes": 2, "ip_dst": "192.0.2.129"})"
                   "\n");
  input_.sources = {folder_.path("a")};
  input_.enrich.geo = {WEIR_SOURCE_DIR "/tests/data/country.mmdb"};
  input_.enrich.check = std::chrono::milliseconds(0);
  input_.where = "dst_country_numeric == 203";
  const auto rows = read();
  ASSERT_THAT(rows, testing::SizeIs(1));
  EXPECT_THAT(rows[0], HasSubstr("src_port=2"));
  EXPECT_THAT(rows[0], HasSubstr("dst_country_numeric=203"));
}

TEST_F(PrintReaderTest, AStopEndsReading) {
  folder_.put("a", "{\"src_port\": 1, \"bytes\": 7}\n");
  input_.sources = {folder_.path("a")};
  PrintReader reader(input_, port());
  reader.stop();
  Collected rows;
  reader.read(rows, report_);
  EXPECT_THAT(rows.collect.rows, IsEmpty());
  EXPECT_EQ(report_.files, 0U);
}

TEST_F(PrintReaderTest, WhatCannotBeReadIsRefusedAtTheStart) {
  const auto refused = [this] { return usage_error([this] { PrintReader{input_, port()}; }); };
  input_.sources = {folder_.path("none")};
  EXPECT_THAT(refused(), HasSubstr("none"));
  input_.sources.clear();
  input_.where = "byts > 1";
  EXPECT_THAT(refused(), HasSubstr("bytes"));
  input_.where.clear();
  input_.enrich.geo = {folder_.path("none.mmdb")};
  EXPECT_THAT(refused(), HasSubstr("none.mmdb"));
  input_.enrich.geo.clear();
  input_.kafka = KafkaSourceOptions{};
  EXPECT_THAT(refused(), HasSubstr("--brokers is missing"));
  input_.kafka->brokers = "k1:9092";
  EXPECT_THAT(refused(), HasSubstr("--topic is missing"));
}

}  // namespace
}  // namespace weir
