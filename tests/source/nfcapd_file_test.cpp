#include "weir/source/nfcapd_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NfcapdFileTest : public ::testing::Test {
 protected:
  NfcapdFile open(const std::string& bytes) {
    folder_.put("file", bytes);
    return NfcapdFile(folder_.path("file"));
  }
  std::string error_of(const std::string& bytes) {
    try {
      open(bytes);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      return error.what();
    }
    return "opened";
  }
  NfcapdBlock read(const NfcapdFile& file, std::size_t index) {
    return file.read_block(index, buffer_, trouble_);
  }

  TempFolder folder_;
  NfcapdBuffer buffer_;
  std::string trouble_;
  const std::string one_ = NfcapdFlow().generic(1, 100).bytes();
  const std::string two_ = NfcapdFlow().generic(2, 200).as(1, 2).bytes();
};

TEST_F(NfcapdFileTest, BlocksOfEveryCompressionComeOutAsTheyWere) {
  for (const auto compression :
       {BlockCompression::none, BlockCompression::lzo, BlockCompression::bzip2,
        BlockCompression::lz4, BlockCompression::zstd}) {
    const NfcapdFile file = open(
        nfcapd_file({nfcapd_block({one_, two_}, compression), nfcapd_block({two_}, compression)},
                    compression, {.flows = 3, .bytes = 500, .packets = 5}));
    EXPECT_EQ(file.header().layout, 2U);
    EXPECT_EQ(file.header().nfdump_version, 0x01070101U);
    EXPECT_EQ(file.header().created, 1'700'000'000);
    EXPECT_EQ(file.header().compression, compression);
    EXPECT_EQ(file.header().ident, "made up");
    EXPECT_TRUE(file.header().closed);
    EXPECT_EQ(file.header().stat.flows, 3U);
    EXPECT_EQ(file.header().stat.bytes, 500U);
    EXPECT_EQ(file.header().stat.packets, 5U);
    EXPECT_EQ(file.header().stat.sequence_failures, 5U);
    EXPECT_THAT(file.damage(), IsEmpty());
    ASSERT_EQ(file.blocks(), 2U);
    EXPECT_EQ(read(file, 0).bytes, one_ + two_);
    EXPECT_EQ(read(file, 0).records, 2U);
    EXPECT_EQ(read(file, 1).bytes, two_);
    EXPECT_THAT(trouble_, IsEmpty());
  }
}

TEST_F(NfcapdFileTest, LayoutOneHasItsStatInFront) {
  const NfcapdFile file = open(nfcapd_file1({nfcapd_block({one_}, BlockCompression::lz4, 2, 2)},
                                            0x12, {.flows = 1, .bytes = 100, .packets = 1}));
  EXPECT_EQ(file.header().layout, 1U);
  EXPECT_EQ(file.header().compression, BlockCompression::lz4);
  EXPECT_TRUE(file.header().anonymized);
  EXPECT_EQ(file.header().ident, "made up");
  EXPECT_EQ(file.header().stat.bytes, 100U);
  EXPECT_EQ(file.header().stat.sequence_failures, 5U);
  EXPECT_EQ(read(file, 0).bytes, one_);
  EXPECT_THAT(file.damage(), IsEmpty());
}

TEST_F(NfcapdFileTest, ABlockMayBeExemptFromCompression) {
  const NfcapdFile file = open(
      nfcapd_file({nfcapd_block({one_}, BlockCompression::none, 3, 1)}, BlockCompression::lz4));
  EXPECT_EQ(read(file, 0).bytes, one_);
  EXPECT_THAT(trouble_, IsEmpty());
}

TEST_F(NfcapdFileTest, WhatItDoesNotReadIsRefusedWithAReason) {
  const std::string good = nfcapd_file({});
  const auto with = [&](std::size_t at, std::string_view bytes) {
    std::string changed = good;
    return changed.replace(at, bytes.size(), bytes);
  };
  EXPECT_THAT(error_of(with(0, "\xa5\x0c")), HasSubstr("other byte order"));
  EXPECT_THAT(error_of(with(2, "\x03")), HasSubstr("layout 3 (nfdump 1.8)"));
  EXPECT_THAT(error_of(with(2, "\x07")), HasSubstr("layout 7; known are 1 and 2"));
  EXPECT_THAT(error_of(with(16, "\x05")), HasSubstr("compression 5 (byte 16)"));
  EXPECT_THAT(error_of(with(17, "\x01")), HasSubstr("encrypted"));
  EXPECT_THAT(error_of("hello, world"), HasSubstr("begins with 68 65, not with 0c a5"));
  EXPECT_THAT(error_of(""), HasSubstr("no nfcapd file: it has 0 bytes"));
  EXPECT_THAT(error_of(good.substr(0, 39)), HasSubstr("after 39 of 40 bytes"));
  EXPECT_THAT(error_of(nfcapd_file1({}).substr(0, 275)), HasSubstr("after 275 of 276 bytes"));
}

TEST_F(NfcapdFileTest, OnlyRegularFilesAreOpened) {
  EXPECT_THROW(NfcapdFile(folder_.path("absent")), Error);
  EXPECT_THROW(NfcapdFile(folder_.path()), Error);
  ASSERT_EQ(::mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  EXPECT_THROW(NfcapdFile(folder_.path("pipe")), Error);
}

TEST_F(NfcapdFileTest, WhatNfcapdHasWrittenSoFarIsNoDamage) {
  const NfcapdFile file = open(
      nfcapd_file({nfcapd_block({one_}), nfcapd_block({two_})}, BlockCompression::none, {}, false));
  EXPECT_FALSE(file.header().closed);
  EXPECT_EQ(file.blocks(), 2U);
  EXPECT_THAT(file.damage(), IsEmpty());
}

TEST_F(NfcapdFileTest, OfABlockThatIsCutOffTheBeginningIsThere) {
  const std::string whole = nfcapd_file({nfcapd_block({one_, two_})});
  const NfcapdFile file = open(whole.substr(0, 40 + 12 + one_.size() + 5));
  EXPECT_THAT(file.damage(), HasSubstr("ends within block 0 (byte 40)"));
  EXPECT_EQ(read(file, 0).bytes.substr(0, one_.size()), one_);
  EXPECT_EQ(read(file, 0).records, 2U);
  EXPECT_THAT(trouble_, HasSubstr("cut off"));
}

TEST_F(NfcapdFileTest, OfAPackedBlockThatIsCutOffNothingIsThere) {
  const std::string whole = nfcapd_file(
      {nfcapd_block({one_}, BlockCompression::lz4), nfcapd_block({two_}, BlockCompression::lz4)},
      BlockCompression::lz4);
  const std::string first = nfcapd_block({one_}, BlockCompression::lz4);
  const NfcapdFile file = open(whole.substr(0, 40 + first.size() + 20));
  ASSERT_EQ(file.blocks(), 2U);
  EXPECT_EQ(read(file, 0).bytes, one_);
  EXPECT_THAT(read(file, 1).bytes, IsEmpty());
  EXPECT_EQ(read(file, 1).records, 1U);
  EXPECT_THAT(trouble_, HasSubstr("block 1"));
}

TEST_F(NfcapdFileTest, ADamagedBlockDoesNotHideTheNext) {
  std::string whole = nfcapd_file(
      {nfcapd_block({one_}, BlockCompression::zstd), nfcapd_block({two_}, BlockCompression::zstd)},
      BlockCompression::zstd);
  whole[40 + 12] = '!';
  const NfcapdFile file = open(whole);
  EXPECT_THAT(read(file, 0).bytes, IsEmpty());
  EXPECT_THAT(trouble_, HasSubstr("block 0 (byte 40) cannot be unpacked (ZSTD"));
  EXPECT_EQ(read(file, 1).bytes, two_);
  EXPECT_THAT(trouble_, IsEmpty());
}

TEST_F(NfcapdFileTest, ASizeThatCannotBeEndsTheFileAndIsTold) {
  std::string whole = nfcapd_file({nfcapd_block({one_}), nfcapd_block({two_})});
  const std::size_t second = 40 + 12 + one_.size();
  whole.replace(second + 4, 4, "\xff\xff\xff\x7f");
  const NfcapdFile file = open(whole);
  EXPECT_EQ(file.blocks(), 1U);
  EXPECT_THAT(file.damage(), HasSubstr(fmt::format("block 1 (byte {})", second)));
  EXPECT_EQ(file.lost_bytes(), 12 + two_.size());
}

TEST_F(NfcapdFileTest, BlocksThatAreMissingAtTheEndAreTold) {
  const std::string whole = nfcapd_file({nfcapd_block({one_}), nfcapd_block({two_})});
  const NfcapdFile file = open(whole.substr(0, 40 + 12 + one_.size()));
  EXPECT_EQ(file.blocks(), 1U);
  EXPECT_THAT(file.damage(), HasSubstr("its header says that its data ends at byte"));
  std::string first = nfcapd_file1({nfcapd_block({one_}, BlockCompression::none, 2)});
  first[8] = 2;
  EXPECT_THAT(open(first).damage(), HasSubstr("has 1 of the 2 blocks that its header counts"));
}

TEST_F(NfcapdFileTest, TheAppendixMayBeAmongTheBlocksThatTheHeaderCounts) {
  std::string whole = nfcapd_file({nfcapd_block({one_}), nfcapd_block({two_})});
  constexpr std::size_t kBlocks = 36;
  whole[kBlocks] = 3;
  EXPECT_THAT(open(whole).damage(), IsEmpty());
  whole[kBlocks] = 4;
  EXPECT_THAT(open(whole).damage(), HasSubstr("has 2 of the 4 blocks that its header counts"));
}

TEST_F(NfcapdFileTest, TheStatMayHaveTheSizeThatItHasInLayoutOne) {
  std::string whole = nfcapd_file({}, BlockCompression::none, {.flows = 3});
  const std::size_t stat = whole.find("\x02\x80");
  ASSERT_NE(stat, std::string::npos);
  whole[stat + 2] = static_cast<char>(4 + 136);
  whole[stat + 4 + 132] = 7;
  EXPECT_EQ(open(whole).header().stat.flows, 3U);
  EXPECT_EQ(open(whole).header().stat.sequence_failures, 7U);
}

TEST_F(NfcapdFileTest, AFileThatShrinksWhileItIsReadIsTroubleAndNoCrash) {
  const NfcapdFile file = open(nfcapd_file({nfcapd_block({one_, two_})}));
  std::filesystem::resize_file(folder_.path("file"), 40 + 12 + 10);
  EXPECT_EQ(read(file, 0).bytes.size(), 10U);
  EXPECT_THAT(trouble_, HasSubstr("cut off after 10 bytes"));
}

TEST_F(NfcapdFileTest, BlocksOfOtherKindsHaveNoFlows) {
  const NfcapdFile file = open(nfcapd_file({nfcapd_block({one_}, BlockCompression::none, 1),
                                            nfcapd_block({one_}, BlockCompression::none, 4)}));
  EXPECT_THAT(read(file, 0).bytes, IsEmpty());
  EXPECT_EQ(read(file, 0).records, 1U);
  EXPECT_THAT(trouble_, HasSubstr("nfdump 1.5"));
  EXPECT_EQ(read(file, 1).records, 0U);
  EXPECT_THAT(trouble_, IsEmpty());
}

}  // namespace
}  // namespace weir
