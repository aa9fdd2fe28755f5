#include "weir/pipeline/window_rows.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

/// Two rows, of which one has a key, and then what it was told.
class Fake final : public WindowRows {
 public:
  explicit Fake(WindowRun result) : result_(std::move(result)) {}
  using WindowRows::run;
  WindowRun run(Window /*window*/, const Take& take, const std::stop_token& /*stop*/) override {
    const std::string key = "k";
    take("one", &key);
    take("two", nullptr);
    return result_;
  }

 private:
  WindowRun result_;
};

TEST(WindowRows, TheSpoolHoldsTheRowsOfThisRunAlone) {
  const TempFolder folder;
  SpoolFile spool(folder.path());
  spool.append(std::nullopt, "of a run before");
  WindowRun whole;
  whole.end = WindowRun::End::whole;
  EXPECT_EQ(Fake(whole).run({}, spool, {}).end, WindowRun::End::whole);
  ASSERT_EQ(spool.records(), 2U);
  SpoolRecord record;
  ASSERT_TRUE(spool.next(record));
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "one");
  ASSERT_TRUE(spool.next(record));
  EXPECT_EQ(record.key, std::nullopt);
}

TEST(WindowRows, OfAWindowThatIsNotWholeTheSpoolHoldsNothing) {
  const TempFolder folder;
  SpoolFile spool(folder.path());
  const WindowRun run = Fake(failed_window("no_file", "it is away")).run({}, spool, {});
  EXPECT_EQ(run.end, WindowRun::End::failed);
  EXPECT_EQ(run.reason, "no_file");
  EXPECT_EQ(run.why, "it is away");
  EXPECT_EQ(spool.records(), 0U);
}

}  // namespace
}  // namespace weir
