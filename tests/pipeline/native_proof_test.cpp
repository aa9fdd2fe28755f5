#include "weir/pipeline/native_proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

NfcapdFlow flow(std::uint64_t bytes) {
  return NfcapdFlow().generic(1, bytes).addresses("192.0.2.1", "198.51.100.2");
}

class NativeProofTest : public testing::Test {
 protected:
  std::optional<WindowRun> open(const std::string& bytes) {
    folder_.put("file", bytes);
    stat_ = {};
    return open_nfcapd_files({folder_.path("file"), folder_.path("file")}, stat_);
  }

  TempFolder folder_;
  NfcapdStat stat_;
};

TEST_F(NativeProofTest, WhatNfcapdWroteDownIsSummedUp) {
  const std::string file = nfcapd_file({nfcapd_block({flow(7).bytes()})}, BlockCompression::none,
                                       {.flows = 1, .bytes = 7, .packets = 1});
  EXPECT_FALSE(open(file));
  EXPECT_EQ(stat_.flows, 2U);
  EXPECT_EQ(stat_.bytes, 14U);
}

TEST_F(NativeProofTest, AFileThatIsNotWholeOrNotClosedFails) {
  const auto reason = [this](const std::string& bytes) {
    const auto run = open(bytes);
    return run ? run->reason : "none";
  };
  const std::vector<std::string> blocks = {nfcapd_block({flow(7).bytes()})};
  const std::string whole = nfcapd_file(blocks);
  EXPECT_EQ(reason(whole), "none");
  EXPECT_EQ(reason(whole.substr(0, whole.find(blocks[0]) + blocks[0].size() / 2)), "damaged_file");
  EXPECT_EQ(reason(nfcapd_file(blocks, BlockCompression::none, {}, false)), "open_file");
  EXPECT_EQ(reason(whole.substr(0, whole.size() - 1)), "damaged_file");
  EXPECT_EQ(reason("rubbish"), "damaged_file");
}

TEST_F(NativeProofTest, SumsOfRowsAreOfBothDirectionsAndRowsThatDoNotSayAreOneFlow) {
  FlowBatch batch;
  for (const std::uint64_t bytes : {5U, 7U}) {
    Flow& row = batch.next();
    set(row, field("total_bytes"), std::uint64_t{bytes});
    set(row, field("bytes"), std::uint64_t{bytes} - 1);
    batch.append();
  }
  set(batch[1], field("flows"), std::uint64_t{10});
  NativeSums sums = sums_of(batch);
  EXPECT_EQ(batch[0].flows, 1U);
  sums.add(sums_of(batch));
  EXPECT_EQ(sums.records, 4U);
  EXPECT_EQ(sums.flows, 22U);
  EXPECT_EQ(sums.bytes, 24U);
  EXPECT_EQ(sums.in_bytes, 20U);
  EXPECT_EQ(sums.packets, 0U);
}

TEST_F(NativeProofTest, WhatWasReadHasToBeWhatWasWritten) {
  const NativeSums read{
      .records = 2, .flows = 5, .bytes = 10, .packets = 3, .in_bytes = 6, .in_packets = 2};
  NfcapdStat stat;
  stat.bytes = 10;
  stat.packets = 3;
  for (const std::uint64_t flows :
       {2U, 5U}) {  // nfcapd counts records, some versions what they say
    stat.flows = flows;
    EXPECT_FALSE(nfcapd_not_whole({}, {}, read, stat)) << flows;
  }
  stat.bytes = 6;
  EXPECT_EQ(nfcapd_not_whole({}, {}, read, stat)->reason, "sums_differ");
  stat.packets = 2;  // of one direction, as some versions
  EXPECT_FALSE(nfcapd_not_whole({}, {}, read, stat));
  stat.bytes = 11;
  EXPECT_EQ(nfcapd_not_whole({}, {}, read, stat)->reason, "sums_differ");
  NfcapdReport lost;
  lost.records.lost = 1;
  EXPECT_EQ(nfcapd_not_whole(lost, {}, read, stat)->reason, "damaged_file");
  EXPECT_THAT(nfcapd_not_whole({}, {"file: is none"}, read, stat)->why, HasSubstr("is none"));
}

}  // namespace
}  // namespace weir
