#include "weir/decode/nfdump_trailer.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace weir {
namespace {

using Line = NfdumpTrailer::Line;

constexpr std::string_view kSummary =
    "Summary: total flows: 20419, total bytes: 761203311, total packets: 702114, avg bps: "
    "10149377, avg pps: 1170, avg bpp: 1084";
constexpr std::string_view kWindow = "Time window: 2026-03-02 08:10:04 - 2026-03-02 08:20:01";
constexpr std::string_view kUnknownWindow = "Time window: <unknown>";
constexpr std::string_view kFlowmonThird =
    "Total flows processed: 20419, Blocks skipped: 0, Bytes read: 4127904";
constexpr std::string_view kNothingRead =
    "Total flows processed: 0, passed: 0, Blocks skipped: 0, Bytes read: 0";
constexpr std::string_view kSys =
    "Sys: 0.031s flows/second: 612038.0 Wall: 0.013s flows/second: 1488721.5";

NfdumpTrailer read(std::initializer_list<std::string_view> lines) {
  NfdumpTrailer trailer;
  for (const std::string_view line : lines) {
    EXPECT_EQ(trailer.take_text(line), Line::taken) << line;
  }
  return trailer;
}

TEST(NfdumpTrailer, ReadsTheLinesOfFlowmonAnd16) {
  const NfdumpTrailer trailer = read({kSummary, kWindow, kFlowmonThird, kSys});
  EXPECT_TRUE(trailer.complete());
  EXPECT_TRUE(trailer.file_was_read());
  EXPECT_EQ(trailer.summary().flows, (NfdumpAmount{20419, 20419}));
  EXPECT_EQ(trailer.summary().bytes, (NfdumpAmount{761203311, 761203311}));
  EXPECT_EQ(trailer.summary().packets, (NfdumpAmount{702114, 702114}));
}

TEST(NfdumpTrailer, ReadsTheLinesOf17) {
  for (const std::string_view third :
       {"Total flows processed: 937, passed: 937, Blocks skipped: 0, Bytes read: 97800",
        "Total records processed: 937, passed: 937, Blocks skipped: 0, Bytes read: 97800",
        "Records seen: 937"}) {
    const NfdumpTrailer trailer = read(
        {"No matching flows", kSummary,
         "Time window: 2025-11-02 05:34:00.147 - 2025-11-02 05:39:59.550, Duration:00:05:59.403",
         third, "Sys: 0.0022s User: 0.0000s Wall: 0.0013s flows/second: 744753.2 Runtime: 0.0034s",
         ""});
    EXPECT_TRUE(trailer.complete()) << third;
    EXPECT_TRUE(trailer.said_no_flows());
  }
}

TEST(NfdumpTrailer, IsCompleteOnlyWithItsLastLine) {
  EXPECT_FALSE(read({}).complete());
  EXPECT_FALSE(read({kSummary}).complete());
  EXPECT_FALSE(read({kSummary, kWindow}).complete());
  EXPECT_FALSE(read({kSummary, kWindow, kFlowmonThird}).complete());
}

TEST(NfdumpTrailer, TellsAnIdleFileFromOneThatWasNotRead) {
  EXPECT_TRUE(read({kSummary, kWindow, kNothingRead, kSys}).file_was_read());
  EXPECT_TRUE(read({kSummary, kUnknownWindow,
                    "Total flows processed: 0, passed: 0, Blocks skipped: 0, Bytes read: 32", kSys})
                  .file_was_read());
  EXPECT_FALSE(read({kSummary, kUnknownWindow, kNothingRead, kSys}).file_was_read());
}

TEST(NfdumpTrailer, LinesThatDoNotBelongThereAreSeen) {
  NfdumpTrailer trailer;
  EXPECT_EQ(trailer.take_text("2026-03-02 08:14:31.207,1"), Line::none);
  EXPECT_EQ(trailer.take_text("Summary of flows"), Line::none);
  EXPECT_EQ(trailer.take_text(kSummary), Line::taken);
  EXPECT_EQ(trailer.take_text("2026-03-02 08:14:31.207,1"), Line::unexpected);
  NfdumpTrailer done = read({kSummary, kWindow, kFlowmonThird, kSys});
  EXPECT_EQ(done.take_text("more"), Line::unexpected);
  NfdumpTrailer twice = read({kSummary, kWindow});
  EXPECT_EQ(twice.take_text(kFlowmonThird), Line::taken);
  EXPECT_EQ(twice.take_text(kFlowmonThird), Line::unexpected);
  NfdumpTrailer early = read({kSummary, kWindow});
  EXPECT_EQ(early.take_text(kSys), Line::taken);  // as a third line of any name
  EXPECT_FALSE(early.complete());
}

TEST(NfdumpTrailer, ReadsTheSummaryOfCsv) {
  NfdumpTrailer trailer;
  EXPECT_EQ(trailer.take_csv("1,2,3"), Line::none);
  EXPECT_EQ(trailer.take_csv("Summary"), Line::taken);
  EXPECT_EQ(trailer.take_csv("flows,bytes,packets,avg_bps,avg_pps,avg_bpp"), Line::taken);
  EXPECT_FALSE(trailer.complete());
  EXPECT_EQ(trailer.take_csv("937,523142,3882,7093,6,134"), Line::taken);
  EXPECT_TRUE(trailer.complete());
  EXPECT_EQ(trailer.summary().packets, (NfdumpAmount{3882, 3882}));
  EXPECT_EQ(trailer.take_csv("x"), Line::unexpected);
}

TEST(NfdumpAmount, ScaledNumbersAreKnownToADigit) {
  EXPECT_EQ(parse_nfdump_amount(" 12, total"), (NfdumpAmount{12, 12}));
  const auto scaled = parse_nfdump_amount("41.2 T, total packets: 40.0 G");
  ASSERT_TRUE(scaled);
  EXPECT_TRUE(scaled->holds(41'150'000'000'001) && scaled->holds(41'249'999'999'999));
  EXPECT_FALSE(scaled->holds(41'000'000'000'000) || scaled->holds(41'400'000'000'000));
  EXPECT_EQ(parse_nfdump_amount("x"), std::nullopt);
  EXPECT_EQ(parse_nfdump_amount(""), std::nullopt);
  EXPECT_EQ(parse_nfdump_amount("99999999999999999999"), std::nullopt);
}

}  // namespace
}  // namespace weir
