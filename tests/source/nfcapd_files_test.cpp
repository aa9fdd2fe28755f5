#include "weir/source/nfcapd_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;

TEST(NfcapdFiles, NamesOfFinishedFilesAreKnown) {
  EXPECT_TRUE(is_nfcapd_name("nfcapd.202601020305"));
  EXPECT_TRUE(is_nfcapd_name("nfcapd.20260102030515"));
  EXPECT_TRUE(is_nfcapd_name("nfcapd.202601020305+0100"));
  EXPECT_TRUE(is_nfcapd_name("nfcapd.202601020305-0330"));
  for (const char* const name :
       {"nfcapd.current", "nfcapd.current.4711", "nfcapd.2026010203", "nfcapd.202601020305.gz",
        "nfcapd.20260102030x", "nfcapd.202601020305+01", "nfcapd.202601020305+01x0", "nfcapd",
        "xnfcapd.202601020305", "nfcapd.2026010203051"}) {
    EXPECT_FALSE(is_nfcapd_name(name)) << name;
  }
}

class NfcapdFolder : public ::testing::Test {
 protected:
  NfcapdFolder() {
    std::filesystem::create_directories(folder_.path("2026/01/02"));
    std::filesystem::create_directories(folder_.path("nfcapd.209901010000"));
    for (const char* const name :
         {"nfcapd.202601020310", "2026/01/02/nfcapd.202601020305", "nfcapd.202601020300",
          "nfcapd.current.99", "2026/.nfstat", "notes.txt"}) {
      folder_.put(name, "x");
    }
  }
  TempFolder folder_;
};

TEST_F(NfcapdFolder, AFolderIsItsFinishedFilesInTheOrderOfTheirNames) {
  EXPECT_THAT(nfcapd_files(std::vector{folder_.path()}),
              ElementsAre(folder_.path("nfcapd.202601020300"),
                          folder_.path("2026/01/02/nfcapd.202601020305"),
                          folder_.path("nfcapd.202601020310")));
}

TEST_F(NfcapdFolder, TheFileThatIsBeingWrittenIsLastAndOnlyIfAskedFor) {
  const auto files = nfcapd_files(std::vector{folder_.path()}, true);
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(files.back(), folder_.path("nfcapd.current.99"));
}

TEST_F(NfcapdFolder, LinkedFoldersAreReadAndEachOnce) {
  const TempFolder channel;
  channel.put("nfcapd.202601020315", "x");
  std::filesystem::create_directory_symlink(channel.path(), folder_.path("2026/router"));
  std::filesystem::create_directory_symlink(channel.path(), folder_.path("again"));
  std::filesystem::create_directory_symlink(folder_.path(), folder_.path("2026/circle"));
  std::filesystem::create_symlink(folder_.path("gone"), folder_.path("nfcapd.202601020320"));
  const auto files = nfcapd_files(std::vector{folder_.path()});
  ASSERT_EQ(files.size(), 4U);
  EXPECT_THAT(files.back(), ::testing::EndsWith("/nfcapd.202601020315"));
}

TEST_F(NfcapdFolder, PathsKeepTheirOrderAndFilesMayHaveAnyName) {
  EXPECT_THAT(
      nfcapd_files(std::vector{folder_.path("notes.txt"), folder_.path("2026")}),
      ElementsAre(folder_.path("notes.txt"), folder_.path("2026/01/02/nfcapd.202601020305")));
}

TEST_F(NfcapdFolder, WhatIsNotThereIsAnError) {
  EXPECT_THROW((void)nfcapd_files(std::vector{folder_.path("absent")}), Error);
  const TempFolder empty;
  EXPECT_THROW((void)nfcapd_files(std::vector{empty.path()}), Error);
}

}  // namespace
}  // namespace weir
