#include "weir/state/ledger_note.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

Window window(std::string_view name) {
  return parse_window(name).value();
}

TEST(LedgerNote, IsReadAsItWasWritten) {
  LedgerNote note{window("202611212305"), 1234, 0, {}};
  EXPECT_EQ(write_ledger_note(note), "window=202611212305 rows=1234 skipped=0");
  EXPECT_EQ(read_ledger_note(write_ledger_note(note)), note);
  note.skip(window("202611212255"));
  note.skip(window("202611212300"));
  EXPECT_EQ(write_ledger_note(note),
            "window=202611212305 rows=1234 skipped=2 202611212255 202611212300");
  EXPECT_EQ(read_ledger_note(write_ledger_note(note)), note);
}

TEST(LedgerNote, KeepsTheNewestNamesWithinWhatABrokerTakes) {
  LedgerNote note{window("202611212305"), 18'446'744'073'709'551'615U, 0, {}};
  const Window first = window("202601010000");
  for (int i = 0; i < 5'000; ++i) {
    note.skip({first.minute + i});
  }
  EXPECT_EQ(note.skipped, 5'000U);
  ASSERT_EQ(note.newest_skipped.size(), LedgerNote::kMaxNames);
  EXPECT_EQ(note.newest_skipped.back().minute, first.minute + 4'999);
  const std::string text = write_ledger_note(note);
  EXPECT_LT(text.size(), 4'096U);
  EXPECT_EQ(read_ledger_note(text), note);
}

TEST(LedgerNote, TakesWhatItUnderstandsOfAnything) {
  EXPECT_EQ(read_ledger_note(""), LedgerNote{});
  EXPECT_EQ(read_ledger_note("= == a=b \n rows=x skipped=-1 window=2026 999999999999"),
            LedgerNote{});
  const LedgerNote note = read_ledger_note("by=hand rows=7  202611212255 skipped=99");
  EXPECT_EQ(note.rows, 7U);
  EXPECT_EQ(note.skipped, 99U);
  EXPECT_EQ(note.newest_skipped, std::vector{window("202611212255")});
}

}  // namespace
}  // namespace weir
