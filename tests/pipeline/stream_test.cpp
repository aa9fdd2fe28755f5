#include "weir/pipeline/stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/pipeline/stream_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StreamTest : public StreamFixture {};

TEST_F(StreamTest, BeginsWithTheNewestWindowAndRemembersIt) {
  window("202611212310");
  window("202611212315", 77);
  Stream stream(options(), world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212315"));
  EXPECT_THAT(cluster_.batches[0].values,
              ElementsAre(R"({"first_seen":"2026-11-21T21:25:38.000Z","bytes":77,"flows":1})"));
  EXPECT_EQ(last(), "202611212315");
  EXPECT_EQ(cluster_.ledger->metadata, "window=202611212315 rows=1 skipped=0");
  EXPECT_TRUE(stream.run_once(stop_.get_token())) << "nothing more is due";
  EXPECT_EQ(cluster_.batches.size(), 1U);
}

TEST_F(StreamTest, CatchesUpOldestFirst) {
  last("202611212255");
  for (const char* name : {"202611212300", "202611212305", "202611212310", "202611212315"}) {
    window(name);
  }
  Stream stream(options(), world());
  std::vector<std::pair<std::uint64_t, std::uint64_t>> progress;
  stream.on_progress = [&](const StreamProgress& now) {
    progress.emplace_back(now.windows, now.of);
  };
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212300", "202611212305", "202611212310", "202611212315"));
  EXPECT_EQ(last(), "202611212315");
  EXPECT_EQ(stream.status().windows_sent, 4U);
  EXPECT_EQ(stream.status().lag, 0U);
  EXPECT_THAT(progress, ElementsAre(std::pair(1U, 4U), std::pair(2U, 4U), std::pair(3U, 4U),
                                    std::pair(4U, 4U)));
}

TEST_F(StreamTest, LeavesOutWhatIsBeyondMaxCatchUpAndSaysHowMany) {
  last("202611212000");
  window("202611212310");
  window("202611212315");
  StreamOptions few = options();
  few.max_catch_up = 2;
  Stream stream(few, world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212310", "202611212315"));
  EXPECT_EQ(stream.status().skipped["max_catch_up"], 37U);
}

TEST_F(StreamTest, BelievesTheLedgerWhereItIsAhead) {
  last("202611212305");  // the commit of the next two was the last thing that a crash left
  ledger("202611212315");
  Stream stream(options(), world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(last(), "202611212315");
}

TEST_F(StreamTest, BelievesTheStateFileWhereTheLedgerIsGoneOrBehind) {
  for (const bool gone : {true, false}) {
    cluster_ = {};
    last("202611212310");
    window("202611212315");
    if (!gone) {
      ledger("202611212200");
    }
    Stream stream(options(), world());
    EXPECT_TRUE(stream.run_once(stop_.get_token()));
    EXPECT_THAT(sent(), ElementsAre("202611212315"));
  }
}

TEST_F(StreamTest, RefusesALedgerThatSomebodyElseWrote) {
  cluster_.ledger = KafkaLedgerEntry{12345, ""};
  Stream stream(options(), world());
  try {
    static_cast<void>(stream.run_once(stop_.get_token()));
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("weir-stream.test"));
    EXPECT_THAT(error.what(), HasSubstr("--ledger"));
  }
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(StreamTest, WaitsForAWindowThatIsNearlyThere) {
  last("202611212310");
  now_ = utc("202611212320") + seconds(1);
  int sleeps = 0;
  on_sleep_ = [&] {
    if (++sleeps == 5) {
      window("202611212315");
    }
  };
  Stream stream(options(), world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212315"));
  EXPECT_THAT(stream.status().failures, IsEmpty()) << "waiting is no failure";
}

TEST_F(StreamTest, FailsWhenTheTimeOfGraceIsOver) {
  last("202611212310");
  now_ = utc("202611212320") + seconds(1);
  Stream stream(options(), world());
  EXPECT_FALSE(stream.run_once(stop_.get_token()));
  EXPECT_EQ(now_, utc("202611212320") + seconds(30));
  EXPECT_EQ(stream.status().failures["exit_status"], 1U);
  EXPECT_THAT(stream.status().trouble, HasSubstr("202611212315"));
  EXPECT_EQ(last(), "202611212310");
  window("202611212315");
  EXPECT_TRUE(stream.run_once(stop_.get_token())) << "it is tried again";
  EXPECT_THAT(stream.status().trouble, IsEmpty());
}

TEST_F(StreamTest, SendsNothingOfAWindowThatIsNotWhole) {
  last("202611212310");
  window("202611212315");
  fs::resize_file(folder_ / "nfcapd.202611212315", 120);
  Stream stream(options(), world());
  EXPECT_FALSE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(StreamTest, GivesUpAnOldWindowOnlyOnceALaterOneIsThere) {
  last("202611212200");
  now_ = utc("202611212311");
  for (const char* name : {"202611212210", "202611212215"}) {
    window(name);
  }
  StreamOptions all = options();
  {
    Stream stream(all, world());
    EXPECT_FALSE(stream.run_once(stop_.get_token())) << "22:05 is older, the newest is not there";
    EXPECT_THAT(sent(), IsEmpty());
  }
  window("202611212305");
  Stream stream(all, world());
  EXPECT_FALSE(stream.run_once(stop_.get_token())) << "22:20 is younger than an hour";
  EXPECT_THAT(sent(), ElementsAre("202611212210", "202611212215"));
  EXPECT_EQ(stream.status().skipped["given_up"], 1U);
  EXPECT_EQ(cluster_.ledger->metadata, "window=202611212215 rows=1 skipped=1 202611212205");
}

TEST_F(StreamTest, GoesOnWhenKafkaSaysThatAWindowWasSentBefore) {
  last("202611212305");
  window("202611212310");
  window("202611212315");
  cluster_.sent_before = true;
  Stream stream(options(), world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212315"));
  EXPECT_EQ(last(), "202611212315");
}

TEST_F(StreamTest, GoesOnBehindWhatAnotherInstanceHasSentMeanwhile) {
  last("202611212255");
  for (const char* name : {"202611212300", "202611212305", "202611212310", "202611212315"}) {
    window(name);
  }
  cluster_.sent_before = true;
  cluster_.by_another = entry("202611212310");
  Stream stream(options(), world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212315")) << "none a second time";
  EXPECT_EQ(stream.status().windows_sent, 1U) << "what the other sent is not ours";
  EXPECT_EQ(last(), "202611212315");
}

TEST_F(StreamTest, CountsWhatIsLeftOutAlsoAfterAWindowWasGivenUp) {
  last("202611211900");
  now_ = utc("202611212311");
  window("202611212305");
  StreamOptions few = options();
  few.max_catch_up = 24;  // from 21:10 on
  std::uint64_t given_up = 0;
  {
    Stream stream(few, world());
    EXPECT_FALSE(stream.run_once(stop_.get_token())) << "the last hour is tried again";
    given_up = stream.status().skipped["given_up"];
    EXPECT_EQ(stream.status().skipped["max_catch_up"], 25U);
    now_ += minutes(30);
    window("202611212335");
    EXPECT_FALSE(stream.run_once(stop_.get_token()));
    EXPECT_EQ(stream.status().skipped["max_catch_up"], 25U) << "now few enough are left";
    now_ += std::chrono::hours(5);
    EXPECT_FALSE(stream.run_once(stop_.get_token()));
    EXPECT_EQ(stream.status().skipped["max_catch_up"], 25U + 48U);
  }
  EXPECT_EQ(given_up, 12U);
}

TEST_F(StreamTest, FailsWithoutKafkaAndKeepsItsState) {
  last("202611212310");
  window("202611212315");
  cluster_.away = true;
  Stream stream(options(), world());
  EXPECT_FALSE(stream.run_once(stop_.get_token()));
  EXPECT_EQ(stream.status().trouble, "Kafka is away");
  EXPECT_EQ(last(), "202611212310");
  cluster_.away = false;
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("202611212315"));
}

TEST_F(StreamTest, SendsARangeAgainAndLeavesLedgerAndStateAlone) {
  last("202611212315");
  ledger("202611212315");
  const std::string before = cluster_.ledger->metadata;
  window("202611212300");
  window("202611212310");
  StreamOptions range = options();
  range.since = parse_window("202611212300");
  range.until = parse_window("202611212310");
  Stream stream(range, world());
  EXPECT_FALSE(stream.run_once(stop_.get_token()))
      << "23:05 is not there, and is no reason to stop";
  EXPECT_THAT(sent(), ElementsAre("-", "-"));
  EXPECT_EQ(last(), "202611212315");
  EXPECT_EQ(cluster_.ledger->metadata, before);
}

TEST_F(StreamTest, GivesUpNothingOfARange) {
  last("202611212315");
  ledger("202611212315");
  const std::string before = cluster_.ledger->metadata;
  now_ = utc("202611220111");
  window("202611220105");
  StreamOptions range = options();
  range.since = range.until = parse_window("202611212300");
  Stream stream(range, world());
  EXPECT_FALSE(stream.run_once(stop_.get_token()));
  EXPECT_TRUE(stream.status().skipped.empty());
  EXPECT_EQ(last(), "202611212315");
  EXPECT_EQ(cluster_.ledger->metadata, before);
}

TEST_F(StreamTest, KeepsASecondInstanceOut) {
  Stream first(options(), world());
  EXPECT_EQ(first.locked_out_by(), "");
  Stream second(options(), world());
  EXPECT_THAT(second.locked_out_by(), HasSubstr("process"));
}

TEST_F(StreamTest, FindsRubbishInTheStateFileFirst) {
  last("yesterday");
  EXPECT_THROW(Stream(options(), world()), Error);
  EXPECT_EQ(last(), "yesterday");
  EXPECT_EQ(cluster_.opened, 0U);
}

TEST_F(StreamTest, DryRunTouchesNothing) {
  last("202611212310");
  window("202611212315");
  StreamOptions dry = options();
  dry.dry_run = true;
  Stream stream(dry, world());
  std::vector<std::string> values;
  EXPECT_TRUE(stream.dry_run(
      [&](std::string_view value, const std::string*) { values.emplace_back(value); },
      stop_.get_token()));
  EXPECT_EQ(values.size(), 1U);
  EXPECT_EQ(last(), "202611212310");
  EXPECT_EQ(cluster_.opened, 0U);
  EXPECT_FALSE(fs::exists(folder_ / "last.lock"));
}

TEST_F(StreamTest, FollowsUntilItIsStopped) {
  last("202611212310");
  window("202611212315");
  on_sleep_ = [this] {
    const auto minute = std::chrono::duration_cast<minutes>(now_.time_since_epoch()).count();
    window(window_name({minute - minute % 5}));
    if (now_ >= utc("202611220006")) {
      stop_.request_stop();
    }
  };
  Stream stream(options(), world());
  int alive = 0;
  stream.on_alive = [&] { ++alive; };
  stream.follow(stop_.get_token());
  const auto names = sent();
  ASSERT_GE(names.size(), 9U);
  EXPECT_EQ(names.front(), "202611212315");
  EXPECT_EQ(names.back(), "202611220000");
  EXPECT_EQ(names.size(), 10U) << "each once, over midnight";
  EXPECT_GT(alive, 100);
}

TEST_F(StreamTest, TriesLessOftenWhileItFailsAndSoonWhenThatIsNew) {
  last("202611212310");
  window("202611212315");
  window("202611212320");
  cluster_.away = true;
  std::vector<seconds> slept;
  auto before = now_;
  on_sleep_ = [&] {
    slept.push_back(now_ - before);
    before = now_;
    cluster_.away = slept.size() != 4;  // there for the first window alone
    if (now_ > utc("202611212325") + seconds(5)) {
      stop_.request_stop();
    }
  };
  Stream stream(options(), world());
  stream.follow(stop_.get_token());
  EXPECT_THAT(sent(), ElementsAre("202611212315"));
  ASSERT_GT(slept.size(), 6U);
  EXPECT_THAT(std::vector(slept.begin(), slept.begin() + 4),
              ElementsAre(seconds(5), seconds(10), seconds(20), seconds(20)));
  EXPECT_THAT(std::vector(slept.end() - 2, slept.end()), ElementsAre(seconds(5), seconds(10)));
}

TEST_F(StreamTest, WithoutALedgerTheStateFileMustBeWritten) {
  last("202611212310");
  window("202611212315");
  StreamOptions loose = options();
  loose.kafka.ledger.clear();
  Stream stream(loose, world());
  EXPECT_TRUE(stream.run_once(stop_.get_token()));
  EXPECT_THAT(sent(), ElementsAre("-"));
  EXPECT_EQ(last(), "202611212315");
}

}  // namespace
}  // namespace weir
