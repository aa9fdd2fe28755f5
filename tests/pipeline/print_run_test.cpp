#include "weir/pipeline/print_run.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::string flow(std::uint64_t bytes, unsigned as) {
  return NfcapdFlow()
      .generic(2, bytes, 1024, 443)
      .addresses("192.0.2.1", "192.0.2.2")
      .as(as, 1)
      .bytes();
}

class PrintRunTest : public testing::Test {
 protected:
  PrintRunTest() {
    folder_.put("a", nfcapd_file({nfcapd_block({flow(10, 1), flow(20, 2)}),
                                  nfcapd_block({flow(30, 3), flow(40, 1)})}));
    folder_.put("b.json", "{\"bytes\": 5, \"packets\": 1, \"as_src\": 3}\n");
    options_.input.sources = {folder_.path("a"), folder_.path("b.json")};
    options_.fields = "src_as,bytes";
    options_.format = PrintFormat::csv;
    options_.spill_folder = folder_.path();
  }

  std::vector<std::string> lines() {
    const Fd file(::open(folder_.path("out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    TextOutput out(file.get(), "a file");
    PrintRun run(options_);
    int read = 0;
    run.on_read = [&] {
      ++read;
      EXPECT_EQ(options_.by ? folder_.get("out") : "", "");
    };
    report_ = run.run(out);
    EXPECT_EQ(read, 1);
    if (options_.input.count == 0) {
      EXPECT_EQ(run.read_bytes(), run.total_bytes());
    }
    std::vector<std::string> found;
    std::istringstream text(folder_.get("out"));
    for (std::string line; std::getline(text, line);) {
      found.push_back(line);
    }
    return found;
  }
  std::string refused() {
    return usage_error([this] { PrintRun{options_}; });
  }

  TempFolder folder_;
  PrintOptions options_;
  PrintReport report_;
};

TEST_F(PrintRunTest, WithoutAKeyEachRecordIsARowInItsOrder) {
  EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "1,10", "2,20", "3,30", "1,40", "3,5"));
  EXPECT_EQ(report_.records, 5U);
  EXPECT_EQ(report_.bytes, 105U);
  EXPECT_EQ(report_.packets, 9U);
  EXPECT_EQ(report_.files, 2U);
  EXPECT_THAT(report_.damage, IsEmpty());
}

TEST_F(PrintRunTest, GroupsAreTheSameWhateverThreadsAndMemory) {
  options_.by = "src_as";
  for (const unsigned threads : {1U, 3U}) {
    for (const std::size_t memory : {std::size_t{0}, std::size_t{1}}) {
      options_.threads = threads;
      options_.max_memory = memory;
      EXPECT_THAT(lines(), UnorderedElementsAre("src_as,bytes", "1,50", "2,20", "3,35"));
      EXPECT_EQ(report_.groups, 3U);
    }
  }
}

TEST_F(PrintRunTest, TheFilterIsAskedBeforeAnythingElse) {
  options_.by = "src_as";
  options_.input.where = "bytes >= 20";
  EXPECT_THAT(lines(), UnorderedElementsAre("src_as,bytes", "1,40", "2,20", "3,30"));
  EXPECT_EQ(report_.flows, 3U);
  EXPECT_EQ(report_.bytes, 90U);
}

TEST_F(PrintRunTest, TheGreatestComeFirstAndTheOthersLast) {
  options_.by = "src_as";
  options_.top = 1;
  EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "1,50", "other,55"));
  options_.top = 3;
  options_.order = "bytes:asc";
  EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "2,20", "3,35", "1,50"));
}

TEST_F(PrintRunTest, ATableIsSortedByWhatMattersMost) {
  options_.by = "src_as";
  options_.format = PrintFormat::table;
  EXPECT_THAT(lines(),
              ElementsAre("src_as  bytes", "     1     50", "     3     35", "     2     20"));
}

TEST_F(PrintRunTest, WhatIsDamagedIsToldAndTheRestIsPrinted) {
  const std::string whole = folder_.get("a");
  folder_.put("cut", nfcapd_file({nfcapd_block({flow(1, 1)}), nfcapd_block({flow(2, 1)})},
                                 BlockCompression::none, {}, false));
  const std::string bytes = folder_.get("cut");
  folder_.put("cut", bytes.substr(0, bytes.size() - 3));
  folder_.put("b.json", "{\"bytes\": 5}\nrubbish\n{\"bytes\": 6}\n");
  options_.input.sources.push_back(folder_.path("cut"));
  options_.fields = "bytes";
  EXPECT_THAT(lines(), UnorderedElementsAre("bytes", "10", "20", "30", "40", "1", "5", "6"));
  ASSERT_THAT(report_.damage, SizeIs(2));
  EXPECT_THAT(report_.damage, testing::Contains(HasSubstr("not_json")));
  EXPECT_THAT(report_.damage, testing::Contains(HasSubstr(folder_.path("cut"))));
}

TEST_F(PrintRunTest, TheGreatestRecordsComeFirstAndTheOthersLast) {
  options_.top = 2;
  for (const unsigned threads : {1U, 3U}) {
    options_.threads = threads;
    EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "1,40", "3,30", "other,35"));
  }
  EXPECT_EQ(report_.groups, 0U);
  options_.order = "src_as:desc";
  EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "3,5", "3,30", "other,70"));
  options_.format = PrintFormat::json;
  options_.top = 4;
  options_.order = "bytes:asc";
  EXPECT_THAT(lines(), ElementsAre(R"({"src_as":3,"bytes":5})", R"({"src_as":1,"bytes":10})",
                                   R"({"src_as":2,"bytes":20})", R"({"src_as":3,"bytes":30})",
                                   R"({"other":1,"bytes":40})"));
}

TEST_F(PrintRunTest, ATableOfTheGreatestRecordsIsInTheirOrder) {
  options_.top = 1;
  options_.format = PrintFormat::table;
  EXPECT_THAT(lines(), ElementsAre("   src_as  bytes", "        1     40", "other (4)     65"));
}

TEST_F(PrintRunTest, CountEndsReading) {
  options_.input.count = 3;
  options_.input.where = "src_as != 2";
  EXPECT_THAT(lines(), ElementsAre("src_as,bytes", "1,10", "3,30", "1,40"));
  EXPECT_EQ(report_.records, 3U);
}

TEST_F(PrintRunTest, TotalsAreOfBothDirectionsInAllSources) {
  folder_.put("b.json", "{\"bytes\": 5, \"out_bytes\": 2}\n{\"bytes\": 1}\n");
  options_.fields = "bytes,total_bytes";
  options_.input.sources = {folder_.path("b.json")};
  EXPECT_THAT(lines(), ElementsAre("bytes,total_bytes", "5,7", "1,1"));
  options_.by = "";
  options_.input.where = "total_bytes > 6";
  EXPECT_THAT(lines(), ElementsAre("bytes,total_bytes", "5,7"));
}

TEST_F(PrintRunTest, FieldsOfTheUsersOwnAreLikeAnyOther) {
  folder_.put("b.json", R"({"meta": {"site": "north"}, "octets": 5, "bytes": 1})"
                        "\n"
                        R"({"meta": {"site": "south"}, "octets": 7, "bytes": 1})"
                        "\n");
  options_.input.sources = {folder_.path("b.json")};
  const FieldId site = options_.input.names.add("site", Kind::text);
  options_.input.mapping = {{"$.meta.site", site}, {"$.octets", field("bytes")}};
  options_.fields = "site,bytes";
  EXPECT_THAT(lines(), ElementsAre("site,bytes", "north,5", "south,7"));
  options_.by = "site";
  options_.fields = "";
  options_.input.where = "site != 'south'";
  EXPECT_THAT(lines(), ElementsAre("site,flows,packets,bytes", "north,1,0,5"));
  options_.by = "sit";
  EXPECT_THAT(refused(), HasSubstr("site"));
}

TEST_F(PrintRunTest, OptionsThatMakeNoSenseAreRefused) {
  options_.order = "bytes";
  EXPECT_THAT(refused(), HasSubstr("give --by or --top"));
  options_.order = "";
  options_.top = 5;
  options_.fields = "src_as";
  EXPECT_THAT(refused(), HasSubstr("give --order COLUMN"));
  options_.top = 0;
  options_.fields = "src_as,bytes";
  options_.order = "byts";
  options_.by = "src_as";
  EXPECT_THAT(refused(), HasSubstr("bytes"));
  options_.order = "";
  options_.input.where = "byts > 1";
  EXPECT_THAT(refused(), HasSubstr("bytes"));
  options_.input.where = "";
  options_.fields = "src_as,dst_as";
  EXPECT_THAT(refused(), HasSubstr("dst_as"));
}

}  // namespace
}  // namespace weir
