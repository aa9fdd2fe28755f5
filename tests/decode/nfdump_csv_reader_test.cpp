// make_nfdump_csv_reader
#include <gtest/gtest.h>

#include "tests/support/read_nfdump.hpp"

namespace weir {
namespace {

using Texts = std::vector<std::string>;

const Texts kCsv = {"-o", "csv"};

TEST(NfdumpCsvReader, ReadsTheHeaderAndTheSummaryBefore175) {
  constexpr std::string_view kText =
      "ts,te,td,sa,ipkt,ibyt,opkt,obyt,exid,tr\n"
      "2026-11-21 21:26:33,2026-11-21 21:26:34,1.553,10.0.2.15,3,156,0,0,1,2026-11-21 "
      "18:33:32.691\n"
      "2026-11-21 21:26:36,2026-11-21 21:26:38,    2.381,10.0.2.15,1,40,2,80,1,x\n"
      "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,276,6,5634,4,170\n";
  const NfdumpOutcome found = read_nfdump(kCsv, kText);
  EXPECT_TRUE(found.verdict.whole()) << found.verdict.detail;
  EXPECT_EQ(found.names,
            (Texts{"first_seen", "last_seen", "duration", "src_addr", "in_packets", "in_bytes",
                   "out_packets", "out_bytes", "exporter_id", "received"}));
  EXPECT_EQ(found.rows.back()[2], "2.381");
  for (std::size_t size = 0; size < kText.size(); ++size) {
    EXPECT_FALSE(read_nfdump(kCsv, kText.substr(0, size)).verdict.whole()) << size;
  }
}

TEST(NfdumpCsvReader, SumsAreCompared) {
  constexpr std::string_view kText =
      "ts,ibyt,obyt\n2026-11-21 21:26:33,156,0\n"
      "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,276,6,5634,4,170\n";
  EXPECT_EQ(read_nfdump(kCsv, kText).verdict.trouble, NfdumpTrouble::sums_differ);
  EXPECT_TRUE(read_nfdump({"-c", "1", "-o", "csv"}, kText).verdict.whole());
}

TEST(NfdumpCsvReader, ReadsTheHeaderSince175) {
  const NfdumpOutcome found = read_nfdump(
      kCsv, "firstSeen,duration,srcAddr,bytes,flows\n2026-11-21 21:26:33.000,1.5,::1,7,1\n");
  EXPECT_TRUE(found.verdict.whole()) << found.verdict.detail;
  EXPECT_EQ(found.names, (Texts{"first_seen", "duration", "src_addr", "bytes", "flows"}));
}

TEST(NfdumpCsvReader, ColumnsOfTheCommandGoBeforeTheHeader) {
  const NfdumpOutcome found =
      read_nfdump({"-o", "csv:%tsr,%byt"}, "firstSeen,bytes\n1795296338.895,7\n");
  EXPECT_EQ(found.names, (Texts{"first_seen_unix", "bytes"}));
  EXPECT_EQ(read_nfdump({"-o", "csv:%tsr,%byt"}, "firstSeen\n").verdict.trouble,
            NfdumpTrouble::unexpected_line);
}

TEST(NfdumpCsvReader, LinesThatAreNoRowsAreFailures) {
  EXPECT_EQ(read_nfdump(kCsv, "usage nfdump\n").verdict.trouble, NfdumpTrouble::unexpected_line);
  EXPECT_EQ(read_nfdump(kCsv, "").verdict.trouble, NfdumpTrouble::no_trailer);
  EXPECT_EQ(read_nfdump(kCsv, "firstSeen,bytes\n1,2,3\n").verdict.trouble,
            NfdumpTrouble::wrong_columns);
  EXPECT_EQ(read_nfdump(kCsv, "firstSeen,bytes\n1,x\n").verdict.trouble, NfdumpTrouble::bad_number);
}

TEST(NfdumpCsvReader, NoRowsAreBelievedOnlyOfASilentCommand) {
  constexpr std::string_view kText =
      "ts,ibyt\nNo matching flows\nSummary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n"
      "0,0,0,0,0,0\n";
  EXPECT_TRUE(read_nfdump(kCsv, kText).verdict.whole());
  EXPECT_EQ(read_nfdump(kCsv, kText, {0, "", true}).verdict.trouble, NfdumpTrouble::nothing_read);
}

}  // namespace
}  // namespace weir
