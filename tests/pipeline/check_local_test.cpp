#include "weir/pipeline/check_local.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "weir/base/error.hpp"
#include "weir/io/listen_socket.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Level = Finding::Level;

TEST(CheckFolderTest, AFolderIsThereOrWillBeMadeAndNothingIsMade) {
  const auto base = std::filesystem::temp_directory_path() / "weir-check-folder-test";
  std::filesystem::remove_all(base);
  const Finding missing = check_folder("cache", base / "a" / "b");
  EXPECT_EQ(missing.level, Level::ok);
  EXPECT_THAT(missing.text, HasSubstr("which will be made"));
  EXPECT_FALSE(std::filesystem::exists(base));
  std::filesystem::create_directories(base);
  EXPECT_THAT(check_folder("cache", base).text, HasSubstr("which can be written to"));
  EXPECT_EQ(check_folder("cache", "relative/not/there").level, Level::ok);
  std::ofstream(base / "file") << "x";
  for (const char* inside : {"file", "file/below"}) {
    const Finding finding = check_folder("cache", base / inside);
    EXPECT_EQ(finding.level, Level::warning) << inside;
    EXPECT_THAT(finding.advice, HasSubstr("without cache"));
  }
  std::filesystem::remove_all(base);
}

TEST(CheckListeningTest, AFreeAddressIsFineAndATakenOneAWarning) {
  const ListenSocket taken = listen_on("--web.listen-address", "127.0.0.1:0");
  const Findings findings = check_listening({"127.0.0.1:0", taken.address}, false);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].level, Level::ok);
  EXPECT_EQ(findings[1].level, Level::warning);
  EXPECT_THAT(findings[1].text, HasSubstr(taken.address));
  EXPECT_THAT(findings[1].advice, HasSubstr("weir"));
}

TEST(CheckListeningTest, OneAddressTwiceIsAWarning) {
  const std::string address = listen_on("--web.listen-address", "127.0.0.1:0").address;
  const Findings findings = check_listening({address, address}, false);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].level, Level::warning);
}

TEST(CheckListeningTest, NamesAreLookedUpOnlyWhenAsked) {
  const Findings findings = check_listening({"no-such-host.invalid:9590"}, false);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::ok);
  EXPECT_THROW(static_cast<void>(check_listening({"no-such-host.invalid:9590"}, true)), Error);
}

TEST(CheckListeningTest, WhatIsNoAddressThrowsNamingIt) {
  for (const char* address : {"nonsense", "host.example:99999", "host.example:", "a:b:1", "::1:1",
                              "host.example", "", "127.0.0.1:-1"}) {
    try {
      static_cast<void>(check_listening({address}, false));
      ADD_FAILURE() << address;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage) << address;
      EXPECT_THAT(error.what(), HasSubstr(address));
    }
  }
}

TEST(UsableMemoryTest, ThereIsSome) {
  EXPECT_GT(usable_memory(), 1'000'000U);
}

}  // namespace
}  // namespace weir
