#include "weir/state/commit_recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/commit_history.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/state/log_writer.hpp"
#include "weir/state/snapshot_writer.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Folders made by hand: commit N has the text "N".
class CommitRecoveryTest : public testing::Test {
 protected:
  void SetUp() override { log::to_file(logged_.path("log"), "--log-file", "weir"); }
  void TearDown() override { log::to_stderr(); }
  /// What was logged so far.
  [[nodiscard]] std::string logged() const { return logged_.get("log"); }

  static std::string text(std::uint64_t number) { return std::to_string(number); }

  void put_log(std::uint64_t generation, std::uint64_t first, std::uint64_t last,
               bool anew = false) const {
    CommitFileHeader header;
    header.base = first - 1;
    header.anew = anew || first == 1;
    header.about = "about " + std::to_string(generation);
    LogWriter log;
    ASSERT_EQ(log.begin(files_.path(FileKind::log, generation), header, text(first)), "");
    for (std::uint64_t number = first + 1; number <= last; ++number) {
      ASSERT_EQ(log.append(number, text(number)), "");
    }
  }
  void put_snapshot(std::uint64_t generation, std::uint64_t last) const {
    SnapshotWriter writer(files_.path(FileKind::snapshot, generation),
                          "about " + std::to_string(generation));
    for (std::uint64_t number = 1; number <= last; ++number) {
      writer.put(text(number));
    }
    ASSERT_EQ(writer.finish(last), "");
  }
  /// Changes a byte, counted from the end if below 0.
  void damage(const std::string& name, std::ptrdiff_t at) const {
    std::string bytes = folder_.get(name);
    char& byte = bytes.at(
        static_cast<std::size_t>(at < 0 ? static_cast<std::ptrdiff_t>(bytes.size()) + at : at));
    byte = static_cast<char>(byte ^ 0x10);
    folder_.put(name, bytes);
  }
  void expect(std::uint64_t last, std::vector<std::string> set_aside, bool lost) {
    CommitReading reading = read_commits(folder_.path());
    std::vector<std::string> texts;
    for (std::uint64_t number = 1; number <= last; ++number) {
      texts.push_back(text(number));
    }
    EXPECT_EQ(reading.history.texts, texts);
    EXPECT_TRUE(reading.history.in_order);
    EXPECT_EQ(reading.recovery.number, last);
    EXPECT_EQ(reading.recovery.lost, lost);
    ASSERT_EQ(reading.recovery.set_aside.size(), set_aside.size());
    for (std::size_t i = 0; i < set_aside.size(); ++i) {
      EXPECT_THAT(reading.recovery.set_aside[i], StartsWith(folder_.path(set_aside[i])));
      EXPECT_TRUE(fs::exists(reading.recovery.set_aside[i]));
    }
    // Reading again finds the same, and nothing that is wrong any more.
    CommitReading again = read_commits(folder_.path());
    EXPECT_EQ(again.history.texts, texts);
    EXPECT_EQ(again.recovery.number, last);
    EXPECT_EQ(again.recovery.cut_bytes, 0U);
    EXPECT_TRUE(again.recovery.set_aside.empty());
    // And commits from here on are found.
    {
      CommitKeeper keeper({.folder = folder_.path()});
      EXPECT_TRUE(keeper.commit("more"));
    }
    texts.emplace_back("more");
    again = read_commits(folder_.path());
    EXPECT_EQ(again.history.texts, texts);
    EXPECT_FALSE(again.recovery.lost);
  }
  [[nodiscard]] bool has(const std::string& name) const { return fs::exists(folder_.path(name)); }

  static constexpr std::ptrdiff_t kFirstFrame = 64 + 7;  // behind the header and "about 1"
  static constexpr auto kHead = static_cast<std::ptrdiff_t>(FrameHeader::kBytes);
  static constexpr std::ptrdiff_t kFrame = kHead + 1;  // of a commit below 10

  TempFolder logged_;
  TempFolder folder_;
  CommitFiles files_{folder_.path()};
};

// ---- a crash between any two steps
// ----------------------------------------------------------------

TEST_F(CommitRecoveryTest, GoesOverWhatWasNeverFinished) {
  put_log(1, 1, 3);
  folder_.put("log-2.tmp", folder_.get("log-1").substr(0, 50));
  folder_.put("snapshot-2.tmp", "weirsnap");
  expect(3, {}, false);
  EXPECT_FALSE(has("log-2.tmp"));
  EXPECT_FALSE(has("snapshot-2.tmp"));
}

TEST_F(CommitRecoveryTest, ReadsALogThatWasEndedBeforeThereWasASnapshot) {
  put_log(1, 1, 3);
  put_log(2, 4, 5);
  expect(5, {}, false);
}

TEST_F(CommitRecoveryTest, ReadsASnapshotBeforeItsLogWasBegun) {
  put_log(1, 1, 3);
  put_snapshot(2, 3);
  expect(3, {}, false);
}

TEST_F(CommitRecoveryTest, GoesOverCommitsThatTheSnapshotHas) {
  put_log(1, 1, 3);
  put_log(2, 4, 8);
  put_snapshot(2, 6);
  expect(8, {}, false);
}

TEST_F(CommitRecoveryTest, NeedsNoFilesBeforeTheSnapshot) {
  put_log(2, 4, 8);
  put_snapshot(2, 6);
  expect(8, {}, false);
}

TEST_F(CommitRecoveryTest, IsNotDisturbedByOldFilesThatAreNotAllRemoved) {
  put_snapshot(2, 3);
  put_log(3, 7, 8);
  put_log(4, 9, 12);
  put_snapshot(4, 10);
  expect(12, {}, false);
}

TEST_F(CommitRecoveryTest, ReadsTheNewestLogThatBeginsAnewAndNothingBeforeIt) {
  put_log(1, 1, 3);
  put_snapshot(1, 2);
  put_log(2, 4, 5, true);
  CommitReading reading = read_commits(folder_.path());
  EXPECT_THAT(reading.history.texts, ElementsAre("4", "5"));
  EXPECT_EQ(reading.recovery.number, 5U);
  EXPECT_EQ(reading.recovery.about, "about 2");
  put_log(3, 6, 7);
  put_snapshot(3, 6);
  reading = read_commits(folder_.path());
  EXPECT_THAT(reading.history.texts, ElementsAre("1", "2", "3", "4", "5", "6", "7"));
}

TEST_F(CommitRecoveryTest, TakesOfTwoCommitsWithOneNumberTheLaterLogs) {
  // Commit 3 was written, its fsync failed, and a new log began with another commit 3.
  put_log(1, 1, 3);
  put_log(2, 3, 4);
  CommitReading reading = read_commits(folder_.path());
  EXPECT_TRUE(reading.history.in_order);
  EXPECT_THAT(reading.history.texts, ElementsAre("1", "2", "3", "4"));
  // The same, with the first of them half written.
  damage("log-1", -1);
  expect(4, {}, false);
}

TEST_F(CommitRecoveryTest, LetsTheLastLogOverruleSeveralBeforeIt) {
  put_log(1, 1, 9);
  put_log(2, 6, 8);
  put_log(3, 4, 5);
  expect(5, {}, false);
}

// ---- damage
// ---------------------------------------------------------------------------------------

TEST_F(CommitRecoveryTest, CutsOffACommitThatWasNotFinished) {
  put_log(1, 1, 3);
  const std::string whole = folder_.get("log-1");
  const std::size_t last = whole.size() - kFrame;
  for (std::size_t size = last + 1; size < whole.size(); ++size) {
    folder_.put("log-1", whole.substr(0, size));
    const CommitReading reading = read_commits(folder_.path());
    EXPECT_THAT(reading.history.texts, ElementsAre("1", "2"));
    EXPECT_EQ(reading.recovery.cut_bytes, size - last);
    EXPECT_FALSE(reading.recovery.lost);
    EXPECT_EQ(folder_.get("log-1"), whole.substr(0, last));
  }
  EXPECT_THAT(logged(), HasSubstr("INFO : the last commit was not finished"));
  EXPECT_THAT(logged(), testing::Not(HasSubstr("ERROR")));
  folder_.put("log-1", whole + std::string(5000, '\0'));
  EXPECT_EQ(read_commits(folder_.path()).recovery.cut_bytes, 5000U);
  expect(3, {}, false);
}

TEST_F(CommitRecoveryTest, SetsADamagedLogAsideAndUsesWhatIsBeforeTheDamage) {
  put_log(1, 1, 9);
  const std::string whole = folder_.get("log-1");
  damage("log-1", kFirstFrame + 3 * kFrame + kHead);
  const std::string damaged = folder_.get("log-1");
  CommitReading reading = read_commits(folder_.path());
  ASSERT_EQ(reading.recovery.set_aside.size(), 1U);
  const std::string aside = fs::path(reading.recovery.set_aside[0]).filename();
  EXPECT_THAT(aside, StartsWith("log-1.damaged-2"));
  EXPECT_EQ(folder_.get(aside), damaged);
  EXPECT_EQ(folder_.get("log-1"), whole.substr(0, kFirstFrame + 3 * kFrame));
  EXPECT_TRUE(reading.recovery.lost);
  EXPECT_EQ(reading.recovery.cut_bytes, 0U);
  EXPECT_THAT(logged(), HasSubstr("ERROR : a file of the saved state is damaged and was set aside; "
                                  "reading goes on where commit 3 left off; counters may have been "
                                  "shown higher than they are now file=" +
                                  folder_.path("log-1") + " offset=170 "));
  expect(3, {}, false);
}

TEST_F(CommitRecoveryTest, SetsLogsAsideThatDoNotConnect) {
  put_log(1, 1, 3);
  put_log(2, 6, 7);
  put_log(3, 8, 9);
  expect(3, {"log-2.damaged-", "log-3.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, TakesADamageBeforeALaterLogForNoUnfinishedCommit) {
  put_log(1, 1, 3);
  damage("log-1", -1);
  put_log(2, 4, 5);
  expect(2, {"log-1.damaged-", "log-2.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, TakesADamagedFirstCommitForNoUnfinishedOne) {
  put_log(1, 1, 3);
  put_log(2, 4, 4);
  damage("log-2", -1);
  expect(3, {"log-2.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, SetsALogWithoutAHeaderAside) {
  put_log(1, 1, 3);
  put_log(2, 4, 5);
  damage("log-2", 30);
  expect(3, {"log-2.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, LosesNothingByADamagedSnapshotWithOneBeforeIt) {
  put_log(1, 1, 3);
  put_log(2, 4, 6);
  put_snapshot(2, 4);
  put_log(3, 7, 9);
  put_snapshot(3, 8);
  damage("snapshot-3", -50);
  expect(9, {"snapshot-3.damaged-"}, false);
  EXPECT_THAT(logged(), HasSubstr("nothing is lost, as older files hold the same"));
}

TEST_F(CommitRecoveryTest, LosesNothingByADamagedSnapshotWithTheFirstLogBeforeIt) {
  put_log(1, 1, 3);
  put_log(2, 4, 6);
  put_snapshot(2, 4);
  damage("snapshot-2", 3);
  expect(6, {"snapshot-2.damaged-"}, false);
}

TEST_F(CommitRecoveryTest, HasNothingWhereNoBeginningIsLeft) {
  put_log(3, 7, 9);
  put_snapshot(3, 8);
  damage("snapshot-3", 100);
  expect(0, {"snapshot-3.damaged-", "log-3.damaged-"}, true);
  EXPECT_THAT(logged(), HasSubstr("nothing could be read: counters begin at 0"));
}

TEST_F(CommitRecoveryTest, SaysThatSomethingIsLostWithTheOnlyFile) {
  put_snapshot(3, 8);
  damage("snapshot-3", 100);
  expect(0, {"snapshot-3.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, KeepsTheSnapshotWhereTheLogBehindItIsDamaged) {
  put_log(3, 7, 9);
  put_snapshot(3, 8);
  damage("log-3", kFirstFrame + kHead);
  expect(8, {"log-3.damaged-"}, true);
}

TEST_F(CommitRecoveryTest, NeverReadsWrongBytesWhateverBitIsChanged) {
  put_log(1, 1, 2);
  put_log(2, 3, 5);
  put_snapshot(2, 4);
  const std::vector<std::string> all = {"1", "2", "3", "4", "5"};
  for (const std::string name : {"log-1", "log-2", "snapshot-2"}) {
    const std::string whole = folder_.get(name);
    for (std::size_t bit = 0; bit < whole.size() * 8; bit += 5) {  // one or two of each byte
      std::string bytes = whole;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
      const TempFolder copy;
      for (const std::string file : {"log-1", "log-2", "snapshot-2"}) {
        copy.put(file, file == name ? bytes : folder_.get(file));
      }
      const CommitReading reading = read_commits(copy.path());
      const auto& texts = reading.history.texts;
      const bool prefix =
          texts.size() <= all.size() && std::equal(texts.begin(), texts.end(), all.begin());
      ASSERT_TRUE(prefix && reading.recovery.number == texts.size()) << name << " bit " << bit;
      if (name == "log-2") {
        ASSERT_GE(texts.size(), 4U) << name << " bit " << bit;
        ASSERT_TRUE(texts.size() == 5 || reading.recovery.lost || reading.recovery.cut_bytes > 0);
      } else {
        ASSERT_EQ(texts.size(), 5U) << name << " bit " << bit;
        ASSERT_EQ(reading.recovery.set_aside.size(), name == "log-1" ? 0U : 1U);
      }
    }
  }
}

TEST_F(CommitRecoveryTest, NeverReadsWrongBytesWhereverAFileIsCut) {
  put_log(1, 1, 2);
  put_log(2, 3, 5);
  put_snapshot(2, 4);
  for (const std::string name : {"log-2", "snapshot-2"}) {
    const std::string whole = folder_.get(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const TempFolder copy;
      for (const std::string file : {"log-1", "log-2", "snapshot-2"}) {
        copy.put(file, folder_.get(file).substr(0, file == name ? size : std::string::npos));
      }
      const CommitReading reading = read_commits(copy.path());
      ASSERT_TRUE(reading.history.in_order);
      ASSERT_EQ(reading.recovery.number, name == "snapshot-2" ? 5U : 4U) << name << " " << size;
      ASSERT_EQ(reading.history.texts.size(), reading.recovery.number);
    }
  }
}

// ---- what somebody has to see to
// ------------------------------------------------------------------

/// Understands so many pieces and commits.
class ShortReader final : public CommitReader {
 public:
  explicit ShortReader(int understood) : left_(understood) {}
  void begin() override {}
  bool snapshot(std::string_view /*piece*/) override { return left_-- > 0; }
  bool commit(std::uint64_t /*number*/, std::string_view /*bytes*/) override { return left_-- > 0; }

 private:
  int left_;
};

std::string refusal(const std::string& folder, int understood) {
  try {
    ShortReader reader(understood);
    static_cast<void>(CommitLog({.folder = folder}).load(reader));
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return {};
}

TEST_F(CommitRecoveryTest, RefusesWhatIsWholeAndMakesNoSense) {
  put_log(1, 1, 3);
  put_log(2, 4, 6);
  put_snapshot(2, 5);
  EXPECT_EQ(refusal(folder_.path(), 6), "");
  EXPECT_THAT(refusal(folder_.path(), 5), HasSubstr(folder_.path("log-2") + ": what weir"));
  EXPECT_THAT(refusal(folder_.path(), 4), HasSubstr(folder_.path("snapshot-2") + ": what weir"));
  EXPECT_EQ(folder_.entries(), 3);
}

TEST_F(CommitRecoveryTest, RefusesWhatIsNoFile) {
  fs::create_directory(folder_.path("log-4"));
  EXPECT_THAT(refusal(folder_.path(), 9),
              HasSubstr("--state-dir: " + folder_.path("log-4") + ": cannot read it"));
  fs::remove(folder_.path("log-4"));
  fs::create_directory(folder_.path("snapshot-4"));
  EXPECT_THAT(refusal(folder_.path(), 9), HasSubstr("cannot read it: it is not a regular file"));
}

TEST_F(CommitRecoveryTest, KnowsWhatTheNewestFileIsAbout) {
  EXPECT_EQ(newest_about(files_), std::nullopt);
  put_log(1, 1, 3);
  EXPECT_EQ(newest_about(files_), "about 1");
  put_snapshot(2, 3);
  EXPECT_EQ(newest_about(files_), "about 2");
  put_log(3, 4, 4);
  EXPECT_EQ(newest_about(files_), "about 3");
  damage("log-3", 20);
  EXPECT_EQ(newest_about(files_), "about 2");
}

}  // namespace
}  // namespace weir
