#include "weir/pipeline/export_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/sink/sink_fixture.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NullReader final : public CommitReader {
 public:
  void begin() override {}
  bool snapshot(std::string_view /*piece*/) override { return true; }
  bool commit(std::uint64_t /*number*/, std::string_view /*bytes*/) override { return true; }
};

/// One process after the other, with the same folder.
class ExportStateTest : public testing::Test {
 protected:
  void start(const Metric& metric = by_as(), bool restart = false) {
    end();
    sink.emplace(PrometheusSinkOptions{.metrics = {metric}});
    state.emplace(ExportStateOptions{folder(), restart}, *sink);
  }
  void end() {
    state.reset();
    sink.reset();
  }
  void count(std::uint64_t bytes, std::int64_t next) {
    Checkpoint checkpoint{{{{"flows", "0", "id", next, 90, 4}}, {}, {}},
                          state->checkpoint().accounts};
    write_flow(*sink, checkpoint.accounts, 1, 2, "", bytes);
    ASSERT_TRUE(sink->commit(checkpoint));
  }
  static Metric by_as() { return simple_metric({{"as", field("src_as"), {}}}); }
  static Metric of_own(const std::string& own) {
    Metric metric = by_as();
    metric.where_text = "src_as in [" + own + "]";
    return metric;
  }
  [[nodiscard]] std::string folder() const { return temp.path() + "/flows"; }
  [[nodiscard]] std::uint64_t shown() const {
    const auto samples = samples_of(*sink);
    return samples.empty() ? 0 : samples.begin()->second;
  }
  std::string refused(const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TempFolder temp;
  std::optional<PrometheusSink> sink;
  std::optional<ExportState> state;
};

TEST_F(ExportStateTest, BeginsWithNothingAndGoesOnWhereTheLastProcessEnded) {
  start();
  EXPECT_FALSE(state->restored());
  EXPECT_TRUE(state->checkpoint().source.origins.empty());
  count(10, 5);
  start();
  EXPECT_TRUE(state->restored());
  EXPECT_EQ(shown(), 10U);
  ASSERT_EQ(state->checkpoint().source.origins.size(), 1U);
  EXPECT_EQ(state->checkpoint().source.origins[0], (OriginState{"flows", "0", "id", 5, 90, 4}));
  EXPECT_EQ(state->checkpoint().accounts.counted, 1U);
  count(7, 6);
  start();
  EXPECT_EQ(shown(), 17U);
  EXPECT_EQ(state->checkpoint().accounts.counted, 2U);
}

TEST_F(ExportStateTest, TwoProcessesCannotHaveOneFolder) {
  start();
  PrometheusSink other(PrometheusSinkOptions{.metrics = {by_as()}});
  EXPECT_THAT(refused([&] { ExportState second({folder(), false}, other); }),
              AllOf(HasSubstr(folder()), HasSubstr("give this one another --state-dir")));
}

TEST_F(ExportStateTest, RefusesCountersThatMeanSomethingElse) {
  start(of_own("64500"));
  count(10, 5);
  EXPECT_THAT(refused([&] { start(of_own("64501")); }),
              AllOf(HasSubstr("m_total was bytes by as=\"src_as\":4 where src_as in [64500] and is "
                              "bytes by as=\"src_as\":4 where src_as in [64501]"),
                    HasSubstr("--on-config-change")));
  EXPECT_THAT(refused([&] { start(simple_metric({{"as", field("dst_as"), {}}})); }),
              HasSubstr("m_total was bytes by "));
  start(of_own("64500"));
  EXPECT_EQ(shown(), 10U) << "nothing was changed by that";
}

TEST_F(ExportStateTest, CanBeginCountersAnewAndReadOn) {
  start(of_own("64500"));
  count(10, 5);
  start(of_own("64501"), true);
  EXPECT_EQ(shown(), 0U);
  EXPECT_EQ(state->checkpoint().source.origins.at(0), (OriginState{"flows", "0", "id", 5, 90, 4}));
  EXPECT_EQ(state->checkpoint().accounts.counted, 1U) << "that is about records, not metrics";
  end();
  EXPECT_THAT(refused([&] { start(of_own("64501")); }), HasSubstr("src_as in [64500]"))
      << "nothing was committed, so the old state is what there is";
  start(of_own("64501"), true);
  count(3, 6);
  start(of_own("64501"));
  EXPECT_EQ(shown(), 3U);
  EXPECT_EQ(state->checkpoint().source.origins.at(0).next, 6);
}

TEST_F(ExportStateTest, AMetricMayComeAndAnotherMayGo) {
  start();
  count(10, 5);
  Metric other = by_as();
  other.name = "other_total";
  start(other);
  EXPECT_EQ(shown(), 0U);
  count(3, 6);
  start(other);
  EXPECT_EQ(shown(), 3U);
}

TEST_F(ExportStateTest, AChangeOfMeaningIsNoneWhereNothingChanged) {
  start();
  count(10, 5);
  start(by_as(), true);
  EXPECT_TRUE(state->restored());
  EXPECT_EQ(shown(), 10U);
}

TEST_F(ExportStateTest, DoesNotTouchWhatAnotherVersionHasKept) {
  {
    ASSERT_EQ(cannot_keep_state(folder()), "");
    CommitLog log(CommitLog::Options{.folder = folder()});
    NullReader reader;
    static_cast<void>(log.load(reader));
    log.open("weir export 1", [](const CommitStore::Put&) { return std::uint64_t{0}; });
    ASSERT_EQ(log.append("x"), 1U);
    log.close();
  }
  EXPECT_THAT(refused([&] { start(); }), HasSubstr("another version of weir"));
}

TEST(StateFolder, IsNamedAfterTheTopicsWhateverIsInTheirNames) {
  EXPECT_EQ(state_folder("d", {"pmacct.acct"}), "d/pmacct.acct");
  EXPECT_EQ(state_folder("d", {"a", "b-2_c"}), "d/a+b-2_c");
  EXPECT_EQ(state_folder("d", {"b", "a", "b"}), "d/a+b") << "the same topics";
  EXPECT_EQ(state_folder("d", {".."}), "d/%2E.");
  EXPECT_EQ(state_folder("d", {"file:/x y+"}), "d/file%3A%2Fx%20y%2B");
  const std::string a = state_folder("d", {std::string(300, 'a')});
  const std::string b = state_folder("d", {std::string(300, 'a') + "b"});
  EXPECT_LT(a.size(), 230U);
  EXPECT_NE(a, b);
}

TEST(CannotKeepState, MakesTheFolderAndSaysWhyItCannot) {
  const TempFolder temp;
  EXPECT_EQ(cannot_keep_state(temp.path() + "/a/b"), "");
  EXPECT_TRUE(std::filesystem::is_directory(temp.path() + "/a/b"));
  std::ofstream(temp.path() + "/file").put('x');
  EXPECT_THAT(cannot_keep_state(temp.path() + "/file/b"),
              AllOf(HasSubstr("/file/b"), HasSubstr("cannot be made")));
}

}  // namespace
}  // namespace weir
