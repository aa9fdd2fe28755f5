#include "weir/decode/nfcapd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/rows.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FieldSet fields(std::initializer_list<FieldId> ids) {
  FieldSet set;
  for (const FieldId id : ids) {
    set.add(id);
  }
  return set;
}

class NfcapdDecoderTest : public ::testing::Test {
 protected:
  /// Rows of one block of these records.
  std::vector<std::string> decode(const std::vector<std::string>& records) {
    bytes_ = fmt::format("{}", fmt::join(records, ""));
    CollectRows rows;
    counts_ = {};
    decoder_.decode({.bytes = bytes_, .records = static_cast<std::uint32_t>(records.size())},
                    counts_, rows);
    return rows.rows;
  }

  const FieldSet wanted_ =
      fields({field("bytes"), field("flows"), field("src_as"), field("exporter")});
  NfcapdDecoder decoder_{wanted_};
  NfcapdCounts counts_;
  std::string bytes_;
  const std::string flow_ = NfcapdFlow(0, 1).generic(3, 400).as(64500, 64501).bytes();
};

TEST_F(NfcapdDecoderTest, FillsTheWantedFieldsOnly) {
  EXPECT_THAT(decode({flow_}), ElementsAre("bytes=400 flows=1 src_as=64500"));
  EXPECT_EQ(counts_, (NfcapdCounts{.flows = 1}));
}

TEST_F(NfcapdDecoderTest, FlowsOfBothLayoutsMayStandInOneBlock) {
  EXPECT_THAT(
      decode({nfcapd_map(7, {7}),
              nfcapd_flow1(10, 0, 7, NfcapdBytes().u64(0).u32(5).u32(600).u32(1).u32(2)),
              nfcapd_flow1(1, 0, 7, NfcapdBytes().u64(0).u32(6).u32(700).u32(8).u32(9)), flow_}),
      ElementsAre("bytes=600 flows=1 src_as=1", "bytes=700 flows=1 src_as=8",
                  "bytes=400 flows=1 src_as=64500"));
  EXPECT_EQ(counts_, (NfcapdCounts{.flows = 3, .others = 1}));
}

TEST_F(NfcapdDecoderTest, WhatOneRecordExplainsHoldsForThoseBehindItAndUntilTheNextFile) {
  EXPECT_THAT(decode({flow_, nfcapd_exporter(1, "192.0.2.1", 0), flow_}),
              ElementsAre("bytes=400 flows=1 src_as=64500",
                          "bytes=400 flows=1 src_as=64500 exporter=192.0.2.1"));
  EXPECT_THAT(decode({flow_}), ElementsAre(HasSubstr("exporter=192.0.2.1")));
  decoder_.begin_file(false);
  EXPECT_THAT(decode({flow_}), ElementsAre("bytes=400 flows=1 src_as=64500"));
}

TEST_F(NfcapdDecoderTest, RowsComeInBatchesThatAreNeverTooLarge) {
  EXPECT_EQ(decode(std::vector<std::string>(1000, flow_)).size(), 1000U);
  EXPECT_EQ(counts_.flows, 1000U);
}

TEST_F(NfcapdDecoderTest, ARecordThatContradictsItselfIsRefusedAlone) {
  std::string torn = flow_;
  torn[12 + 2] = '\x7f';  // its first element would reach behind it
  EXPECT_THAT(decode({flow_, torn, flow_}).size(), 2U);
  EXPECT_EQ(counts_, (NfcapdCounts{.flows = 2, .refused = 1}));
  EXPECT_THAT(decode({nfcapd_flow1(10, 0, 9, NfcapdBytes().u64(0).u64(0))}), IsEmpty());
  EXPECT_EQ(counts_, (NfcapdCounts{.refused = 1})) << "there is no extension map 9";
}

TEST_F(NfcapdDecoderTest, TypesThatAreNoFlowsAreOthersAndUnknownOnesRefused) {
  EXPECT_THAT(decode({nfcapd_record(8, NfcapdBytes().u32(0)), nfcapd_record(14, {}),
                      nfcapd_record(0x8001, {}), nfcapd_record(16, NfcapdBytes().u64(0))}),
              IsEmpty());
  EXPECT_EQ(counts_, (NfcapdCounts{.others = 3, .refused = 1}));
}

TEST_F(NfcapdDecoderTest, BehindARecordWithoutSizeAllIsLost) {
  std::string broken = flow_;
  broken.replace(2, 2, std::string(2, '\0'));
  EXPECT_EQ(decode({flow_, broken, flow_, flow_}).size(), 1U);
  EXPECT_EQ(counts_, (NfcapdCounts{.flows = 1, .lost = 3}));
}

TEST_F(NfcapdDecoderTest, OfABlockThatIsCutOffWholeRecordsAreKept) {
  for (std::size_t size = 0; size <= 3 * flow_.size(); ++size) {
    const std::string bytes = (flow_ + flow_ + flow_).substr(0, size);
    CollectRows rows;
    NfcapdCounts counts;
    decoder_.decode({.bytes = bytes, .records = 3}, counts, rows);
    EXPECT_EQ(counts.flows, size / flow_.size());
    EXPECT_EQ(counts.flows + counts.lost, 3U) << size;
    EXPECT_EQ(rows.rows.size(), counts.flows);
  }
}

TEST_F(NfcapdDecoderTest, BytesBehindTheLastRecordAreOneLoss) {
  const std::string bytes = flow_ + "xy";
  CollectRows rows;
  decoder_.decode({.bytes = bytes, .records = 1}, counts_, rows);
  EXPECT_EQ(counts_, (NfcapdCounts{.flows = 1, .lost = 1}));
}

TEST(NfcapdDecoder, OrderMattersForLayoutOneAndForWhatOtherRecordsExplain) {
  const FieldSet plain = fields({field("bytes"), field("src_addr")});
  EXPECT_FALSE(NfcapdDecoder::needs_order(plain, 2));
  EXPECT_TRUE(NfcapdDecoder::needs_order(plain, 1));
  for (const FieldId id :
       {field("exporter"), field("sampling_rate"), field("in_if_name"), field("out_if_name"),
        field("application"), field("observation_domain")}) {
    EXPECT_TRUE(NfcapdDecoder::needs_order(fields({id}), 2)) << info(id).name;
  }
}

}  // namespace
}  // namespace weir
