#include "weir/decode/nfdump_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/support/flowmon_output.hpp"
#include "tests/support/read_nfdump.hpp"
#include "tests/support/shared_data.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;
using Words = std::vector<std::string>;

TEST(NfdumpText, NothingIsReadAfterAFailure) {
  const std::vector<std::string> words = {"nfdump", "-o", "fmt:%ts,%fl"};
  NfdumpText reader(nfdump_format(words));
  KeptNfdumpRows kept;
  reader.feed("Date first seen Flows\na,1\nb\nc,1\n", kept);
  EXPECT_TRUE(reader.failed());
  reader.feed("d,1\n", kept);
  EXPECT_EQ(kept.rows, (Rows{{"a", "1"}}));
}

TEST(NfdumpText, TheCommandsEndCounts) {
  EXPECT_EQ(read_nfdump(kFlowmonCommand, flowmon_output(), {1, "", false}).verdict.detail,
            "the command ended with status 1");
  EXPECT_EQ(read_nfdump(kFlowmonCommand, flowmon_output(), {-9, "", false}).verdict.detail,
            "the command was killed by signal 9");
  const NfdumpVerdict verdict =
      read_nfdump(kFlowmonCommand, flowmon_output(), {0, "\nShort read\nmore", false}).verdict;
  EXPECT_EQ(verdict.trouble, NfdumpTrouble::error_output);
  EXPECT_EQ(verdict.detail, "the command wrote to stderr: 'Short read'");
  EXPECT_TRUE(read_nfdump(kFlowmonCommand, flowmon_output(), {0, " \n", true}).verdict.whole());
  EXPECT_THAT(
      read_nfdump(kFlowmonCommand, "usage nfdump\nx\n", {0, "bad option", false}).verdict.detail,
      HasSubstr("its stderr: 'bad option'"));
}

TEST(NfdumpText, WhatTheReceiverThrowsPassesThrough) {
  class Throwing final : public RowReceiver {
    void columns(std::span<const NfdumpColumn> /*columns*/) override {}
    void row(std::span<const std::string_view> /*texts*/) override {
      throw std::runtime_error("full");
    }
  };
  const std::vector<std::string> words = {"nfdump", "-o", "fmt:%ts,%fl"};
  NfdumpText reader(nfdump_format(words));
  Throwing rows;
  EXPECT_THROW(reader.feed("Date first seen Flows\na,1\n", rows), std::runtime_error);
}

// What nfdump 1.7.1 printed for real captures.
TEST(NfdumpText, RealOutputIsWholeAndCutInHalfItIsNot) {
  const auto folder = shared_data() / "nfdump_text";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << folder << " is not there";
  }
  const std::string line = "fmt:%ts %td %pr %sap -> %dap %pkt %byt %fl";
  const std::pair<std::string_view, Words> commands[] = {
      {".o_csv.txt", {"-c", "300", "-o", "csv"}},
      {".agg_as_csv.txt", {"-A", "srcas,dstas", "-o", "csv"}},
      {".empty.txt", {"-o", "csv"}},
      {".o_json.txt", {"-o", "json"}},
      {".o_line.txt", {"-c", "300", "-o", line}},
      {".plain_N.txt", {"-c", "300", "-N", "-o", line}},
      {".filtered.txt", {"-o", line}},
  };
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    for (const auto& [ending, command] : commands) {
      if (!entry.path().string().ends_with(ending)) {
        continue;
      }
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      const NfdumpVerdict verdict = read_nfdump(command, text, {}, 65536).verdict;
      EXPECT_TRUE(verdict.whole()) << entry.path() << ": " << verdict.detail;
      EXPECT_FALSE(read_nfdump(command, text.substr(0, text.size() / 2)).verdict.whole())
          << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 0U);
}

}  // namespace
}  // namespace weir
