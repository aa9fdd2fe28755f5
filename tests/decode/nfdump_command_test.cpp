#include "weir/decode/nfdump_command.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

NfdumpOptions options(std::vector<std::string> words) {
  words.insert(words.begin(), "/usr/local/bin/nfdump");
  return nfdump_options(words);
}

TEST(NfdumpCommand, FindsTheOutputHoweverItIsWritten) {
  EXPECT_EQ(options({"-r", "file", "-o", "fmt:%ts"}).output, "fmt:%ts");
  EXPECT_EQ(options({"-ofmt:%ts", "-r", "file"}).output, "fmt:%ts");
  EXPECT_EQ(options({"-6No", "csv"}).output, "csv");
  EXPECT_EQ(options({"-6Nocsv"}).output, "csv");
  EXPECT_EQ(options({"-o", "csv", "src port 53", "-o", "json"}).output, "json");
  EXPECT_EQ(options({"-r", "-o"}).output, "");
  EXPECT_EQ(options({"-o"}).output, "");
  EXPECT_EQ(options({}).output, "");
  EXPECT_EQ(options({"--", "-o", "csv"}).output, "");
}

TEST(NfdumpCommand, ArgumentsOfOtherOptionsAreNoOptions) {
  const NfdumpOptions found = options({"-M", "-q", "-A", "-c", "-t", "-N"});
  EXPECT_FALSE(found.quiet);
  EXPECT_FALSE(found.limited);
  EXPECT_FALSE(found.plain_numbers);
  EXPECT_TRUE(found.aggregated);
}

TEST(NfdumpCommand, KnowsPlainNumbersOfBothPrograms) {
  EXPECT_TRUE(options({"-N"}).plain_numbers);
  EXPECT_TRUE(options({"-6", "--no-scale-number"}).plain_numbers);
  EXPECT_TRUE(options({"-6N"}).full_addresses);
  EXPECT_FALSE(options({"-6"}).plain_numbers);
}

TEST(NfdumpCommand, KnowsWhatLimitsAndWhatGroups) {
  EXPECT_TRUE(options({"-c", "5"}).limited);
  EXPECT_TRUE(options({"-n5"}).limited);
  EXPECT_TRUE(options({"-O", "bytes"}).limited);
  EXPECT_FALSE(options({"-n", "0"}).limited);
  EXPECT_FALSE(options({"-r", "f", "proto tcp"}).limited);
  const NfdumpOptions statistics = options({"-s", "record/bytes"});
  EXPECT_TRUE(statistics.limited && statistics.aggregated);
  EXPECT_EQ(statistics.statistics, "record/bytes");
  EXPECT_TRUE(options({"-b"}).aggregated);
  EXPECT_FALSE(options({"-r", "f"}).aggregated);
}

TEST(NfdumpCommand, KnowsWhatPrintsNoRows) {
  EXPECT_EQ(options({"-w", "out"}).other_task, 'w');
  EXPECT_EQ(options({"-I"}).other_task, 'I');
  EXPECT_EQ(options({"-z", "-r", "f"}).other_task, 0);
}

TEST(NfdumpCommand, WordsBeforeTheProgramAreNotItsOptions) {
  const std::vector<std::string> words = {"nice", "-n", "10", "nfdump", "-o", "csv"};
  EXPECT_FALSE(nfdump_options(words).limited);
  EXPECT_EQ(nfdump_options(words).output, "csv");
  const std::vector<std::string> renamed = {"/opt/flows", "-q", "-o", "csv"};
  EXPECT_TRUE(nfdump_options(renamed).quiet);
  EXPECT_EQ(nfdump_options({}).output, "");
}

}  // namespace
}  // namespace weir
