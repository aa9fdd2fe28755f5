#include "weir/pipeline/check_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Level = Finding::Level;
using namespace std::chrono_literals;

class CheckNamesTest : public testing::Test {
 protected:
  CheckNamesTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~CheckNamesTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& content) {
    const std::string path = folder_ / "asn.txt";
    std::ofstream(path) << content;
    return path;
  }
  /// What is said of a URL that answers with this.
  Findings fetched(const HttpFetchResult& answer) {
    NamesCheck check;
    check.source = "http://user:hunter2@names.invalid/asn.txt";
    check.own_systems = {64500, 64501};
    check.fetch = true;
    check.cache_folder = (folder_ / "cache").string();
    check.get = [answer](const std::string&, const std::stop_token&) { return answer; };
    return check_as_names(check);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / "weir-check-names-test";
};

TEST_F(CheckNamesTest, NoNamesAreFine) {
  for (const char* source : {"", "none"}) {
    NamesCheck check;
    check.source = source;
    const Findings findings = check_as_names(check);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].level, Level::ok);
  }
}

TEST_F(CheckNamesTest, AFileIsReadAlsoWithoutAsking) {
  NamesCheck check;
  check.source = file("64500 EXAMPLE, DE\n15169 GOOGLE, US\nrubbish\n");
  check.own_systems = {64500, 7};
  for (const char* prefix : {"", "file://"}) {
    check.source.insert(0, prefix);
    const Findings findings = check_as_names(check);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].level, Level::ok);
    EXPECT_THAT(findings[0].text, AllOf(HasSubstr("2 names"), HasSubstr("changed just now"),
                                        HasSubstr("1 line not understood")));
    EXPECT_EQ(findings[1].level, Level::warning);
    EXPECT_THAT(findings[1].text, AllOf(HasSubstr("AS 7"), Not(HasSubstr("64500"))));
  }
}

TEST_F(CheckNamesTest, AnOldFileIsAWarning) {
  NamesCheck check;
  check.source = file("64500 EXAMPLE, DE\n");
  std::filesystem::last_write_time(check.source,
                                   std::filesystem::file_time_type::clock::now() - 24h * 400);
  const Findings findings = check_as_names(check);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].level, Level::warning);
  EXPECT_THAT(findings[1].text, HasSubstr("400 days ago"));
}

TEST_F(CheckNamesTest, WhatTheExporterRefusesThrows) {
  for (const std::string& source :
       {std::string("/nowhere/at/all"), std::string("ftp://x/y"), file("<html>")}) {
    NamesCheck check;
    check.source = source;
    try {
      static_cast<void>(check_as_names(check));
      ADD_FAILURE() << source;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      EXPECT_THAT(error.what(), HasSubstr("--as-names"));
    }
  }
}

TEST_F(CheckNamesTest, AUrlIsFetchedWithoutLeavingAnythingBehind) {
  const Findings findings = fetched({200, "64500 EXAMPLE, DE\n", ""});
  ASSERT_EQ(findings.size(), 4U);
  EXPECT_THAT(findings[0].text, AllOf(HasSubstr("1 name in http://names.invalid/asn.txt"),
                                      HasSubstr("fetched now"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(findings[1].text, HasSubstr("none of AS 64501"));
  EXPECT_THAT(findings[2].text, HasSubstr("none are cached"));
  EXPECT_THAT(findings[3].text, HasSubstr("which will be made"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cache"));
}

TEST_F(CheckNamesTest, AUrlThatGivesNoNamesIsAWarningWithTheReason) {
  EXPECT_THAT(fetched({404, "", ""})[0].text, HasSubstr("HTTP status 404"));
  EXPECT_THAT(fetched({0, "", "no route to host"})[0].text, HasSubstr("no route to host"));
  const Finding page = fetched({200, "<html>\n<body>\n", ""})[0];
  EXPECT_EQ(page.level, Level::warning);
  EXPECT_THAT(page.text, AllOf(HasSubstr("no list of AS names"), Not(HasSubstr("hunter2"))));
}

TEST_F(CheckNamesTest, WithoutFetchingNobodyIsAsked) {
  NamesCheck check;
  check.source = "http://names.invalid/asn.txt";
  check.cache_folder = "";
  check.get = [](const std::string&, const std::stop_token&) -> HttpFetchResult {
    ADD_FAILURE() << "asked";
    return {};
  };
  const Findings findings = check_as_names(check);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].level, Level::warning);  // nowhere to keep them
}

TEST_F(CheckNamesTest, AgesAreInTheLargestUnit) {
  EXPECT_EQ(ago(-1s), "in the future");
  EXPECT_EQ(ago(59s), "just now");
  EXPECT_EQ(ago(60s), "1 minute ago");
  EXPECT_EQ(ago(3599s), "59 minutes ago");
  EXPECT_EQ(ago(25h), "1 day ago");
  EXPECT_EQ(ago(24h * 30), "30 days ago");
}

}  // namespace
}  // namespace weir
