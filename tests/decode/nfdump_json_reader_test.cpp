// make_nfdump_json_reader
#include <gtest/gtest.h>

#include "tests/support/read_nfdump.hpp"

namespace weir {
namespace {

using Texts = std::vector<std::string>;

const Texts kJson = {"-o", "json"};
const Texts kNdjson = {"-o", "ndjson"};

TEST(NfdumpJsonReader, ReadsAnArrayThatIsClosed) {
  constexpr std::string_view kText =
      "[\n{\n\t\"type\" : \"FLOW\",\n\t\"in_bytes\" : 156,\n\t\"label\" : \"<none>\"\n},\n"
      "{\n\t\"type\" : \"FLOW\",\n\t\"in_bytes\" : 40,\n\t\"label\" : \"}],[{\"\n}]\n";
  const NfdumpOutcome found = read_nfdump(kJson, kText);
  EXPECT_TRUE(found.verdict.whole()) << found.verdict.detail;
  EXPECT_EQ(found.verdict.rows, 2U);
  EXPECT_EQ(found.names, (Texts{"type", "in_bytes", "label"}));
  EXPECT_EQ(found.rows.back(), (Texts{"FLOW", "40", "}],[{"}));
  for (std::size_t size = 0; size + 1 < kText.size(); ++size) {
    EXPECT_FALSE(read_nfdump(kJson, kText.substr(0, size)).verdict.whole()) << size;
  }
}

TEST(NfdumpJsonReader, NoRowsAreBelievedOnlyOfASilentCommand) {
  for (const std::string_view text : {"[\nNo matching flows\n]\n", "[]", "[\n]\n"}) {
    EXPECT_TRUE(read_nfdump(kJson, text).verdict.whole()) << text;
    EXPECT_EQ(read_nfdump(kJson, text, {0, "", true}).verdict.trouble, NfdumpTrouble::nothing_read);
  }
  EXPECT_EQ(read_nfdump(kJson, "").verdict.trouble, NfdumpTrouble::no_trailer);
}

TEST(NfdumpJsonReader, WhatIsNoArrayOfObjectsIsAFailure) {
  for (const std::string_view text :
       {"{}", "[1]", "[{\"a\":1}{\"a\":1}]", "[{\"a\":1}]]", "[,]", "[{\"a\":}]", "usage", "[{}]",
        "[{\"a\":1},]", "[{\"a\":\"x\ny\"}]"}) {
    const NfdumpVerdict verdict = read_nfdump(kJson, text, {}, 64).verdict;
    EXPECT_EQ(verdict.trouble, NfdumpTrouble::unexpected_line) << text;
  }
}

TEST(NfdumpJsonReader, RecordsHaveALimit) {
  const std::string most = "[{\"a\":\"" + std::string(kMaxNfdumpLine - 8, 'x') + "\"}]";
  EXPECT_TRUE(read_nfdump(kJson, most, {}, 4096).verdict.whole());
  const std::string more = "[{\"a\":\"" + std::string(kMaxNfdumpLine - 7, 'x') + "\"}]";
  EXPECT_EQ(read_nfdump(kJson, more, {}, 4096).verdict.trouble, NfdumpTrouble::line_too_long);
  EXPECT_EQ(read_nfdump(kJson, more, {}, more.size()).verdict.trouble,
            NfdumpTrouble::line_too_long);
}

TEST(NfdumpNdjsonReader, ReadsALineForEachRecord) {
  const NfdumpOutcome found =
      read_nfdump(kNdjson, "{\"cnt\":1,\"in_bytes\":5}\n{\"cnt\":2,\"x\":1}\n");
  EXPECT_TRUE(found.verdict.whole()) << found.verdict.detail;
  EXPECT_EQ(found.names, (Texts{"count", "in_bytes"}));
  EXPECT_EQ(found.rows.back(), (Texts{"2", ""}));
  EXPECT_EQ(found.verdict.left_out, 1U);
  EXPECT_EQ(read_nfdump(kNdjson, "{\"cnt\":1}\n{\"cnt\":2").verdict.trouble,
            NfdumpTrouble::cut_off);
  EXPECT_EQ(read_nfdump(kNdjson, "{\"cnt\":1}\nx\n").verdict.trouble,
            NfdumpTrouble::unexpected_line);
  EXPECT_TRUE(read_nfdump(kNdjson, "No matching flows\n").verdict.whole());
}

}  // namespace
}  // namespace weir
