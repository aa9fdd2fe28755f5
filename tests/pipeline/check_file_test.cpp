#include "weir/pipeline/check_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "weir/base/error.hpp"
#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using Level = Finding::Level;

class CheckFileTest : public testing::Test {
 protected:
  CheckFileTest() {
    std::filesystem::remove(path_);
    options_.own_systems = {1};
    options_.plan.metrics = as_traffic_metrics({1}, nullptr, 10);
  }
  ~CheckFileTest() override { std::filesystem::remove(path_); }

  Findings check(const std::string& content) {
    std::ofstream(path_) << content;
    return check_input_file(path_, options_);
  }

  const std::string path_ = std::filesystem::temp_directory_path() / "weir-check-file-test";
  JudgeOptions options_;
};

TEST_F(CheckFileTest, TheFirstTenLinesAreJudged) {
  std::string lines;
  for (int n = 0; n < 12; ++n) {
    lines += R"({"as_src": 1, "as_dst": 2, "bytes": 3, "label": "x"})";
    lines += "\n\n";
  }
  const Findings findings = check(lines + "rubbish");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].text, HasSubstr("the first 10 messages with 10 records: 10 counted"));
}

TEST_F(CheckFileTest, AFileOfSomethingElseIsAProblem) {
  const Findings findings = check(std::string("\0\1\2", 3));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].level, Level::problem);
}

TEST_F(CheckFileTest, AnEmptyFileIsAWarning) {
  const Findings findings = check("");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::warning);
}

TEST_F(CheckFileTest, PipesAndStandardInputAreLeftAlone) {
  EXPECT_TRUE(check_input_file("-", options_).empty());
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const Findings findings = check_input_file(path_, options_);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::ok);
}

TEST_F(CheckFileTest, WhatCannotBeReadThrows) {
  EXPECT_THROW(static_cast<void>(check_input_file("/nowhere/at/all", options_)), Error);
  EXPECT_THROW(static_cast<void>(check_input_file("/", options_)), Error);
}

}  // namespace
}  // namespace weir
