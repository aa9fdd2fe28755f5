#include "weir/enrich/as_name_updater.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kLong = seconds(60);  // only a fault waits that long

/// Comes back when `holds` does; a fault ends in the test runner's own time limit.
template <typename Condition>
void await(const Condition& holds) {
  while (!holds()) {
    std::this_thread::sleep_for(milliseconds(2));
  }
}

class AsNameUpdaterTest : public testing::Test {
 protected:
  AsNameUpdaterTest() {
    std::string pattern = (fs::temp_directory_path() / "weir-as-names-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~AsNameUpdaterTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  void put(const std::string& name, const std::string& text) const {
    ASSERT_EQ(write_file_atomically(path(name), text), "");
  }

  /// A URL whose answers are those of `answers_`, the last one for ever.
  AsNameOptions url() {
    AsNameOptions options;
    options.source = "http://user:secret@names.example/asn.txt";
    options.cache_folder = path("cache/deep");
    options.retry_first = milliseconds(1);
    options.retry_max = milliseconds(4);
    options.fetch = [this](const std::string&, const std::stop_token&) {
      const std::size_t at = fetches_.fetch_add(1);
      return answers_[std::min(at, answers_.size() - 1)];
    };
    return options;
  }

  AsNameOptions file() const {
    AsNameOptions options;
    options.source = path("asn.txt");
    options.file_check = milliseconds(2);
    return options;
  }

  static HttpFetchResult good(const std::string& text) {
    return {.status = 200, .body = text, .error = {}};
  }
  static HttpFetchResult bad(const std::string& why) {
    return {.status = 0, .body = {}, .error = why};
  }

  fs::path folder_;
  std::vector<HttpFetchResult> answers_;
  std::atomic<std::size_t> fetches_{0};
};

TEST_F(AsNameUpdaterTest, WithoutASourceThereIsNothingToWaitFor) {
  const AsNameUpdater updater({.source = "none"});
  EXPECT_TRUE(updater.wait_first(milliseconds(0)));
  ASSERT_NE(updater.current(), nullptr);
  EXPECT_EQ(updater.current()->size(), 0U);
  EXPECT_EQ(updater.generation(), 0U);
  EXPECT_EQ(updater.loaded_at().time_since_epoch().count(), 0);
}

TEST_F(AsNameUpdaterTest, NamesOfAUrlAreFetchedAndPublished) {
  answers_ = {good("6939 HURRICANE, US\n")};
  const AsNameUpdater updater(url());
  ASSERT_TRUE(updater.wait_first(kLong));
  EXPECT_EQ(updater.current()->name(6939), "HURRICANE");
  EXPECT_EQ(updater.generation(), 1U);
  EXPECT_EQ(updater.failures(), 0U);
  EXPECT_GT(updater.loaded_at() + hours(1), std::chrono::system_clock::now());
}

TEST_F(AsNameUpdaterTest, AFreshCacheIsUsedWithoutFetching) {
  answers_ = {good("1 A, ZZ\n")};
  {
    const AsNameUpdater updater(url());
    await([&] { return fs::exists(path("cache/deep")) && !fs::is_empty(path("cache/deep")); });
  }
  ASSERT_EQ(fetches_, 1U);
  const AsNameUpdater updater(url());
  ASSERT_TRUE(updater.wait_first(kLong));
  EXPECT_EQ(updater.current()->name(1), "A");
  EXPECT_EQ(fetches_, 1U);
}

TEST_F(AsNameUpdaterTest, AnOldCacheIsUsedUntilTheFetchThatFollowsAtOnce) {
  answers_ = {good("1 OLD, ZZ\n"), good("1 NEW, ZZ\n")};
  {
    const AsNameUpdater updater(url());
    ASSERT_TRUE(updater.wait_first(kLong));
  }
  const fs::path cache = fs::directory_iterator(path("cache/deep"))->path();
  fs::last_write_time(cache, fs::file_time_type::clock::now() - hours(25));
  const AsNameUpdater updater(url());
  await([&] { return updater.current()->name(1) == "NEW"; });
  EXPECT_EQ(updater.generation(), 2U) << "the cache's names came first";
}

TEST_F(AsNameUpdaterTest, ACacheThatIsDamagedOrCannotBeWrittenDoesNoHarm) {
  answers_ = {good("1 A, ZZ\n")};
  AsNameOptions options = url();
  put("occupied", "a file where the folder should be");
  options.cache_folder = path("occupied");
  const AsNameUpdater unwritable(options);
  ASSERT_TRUE(unwritable.wait_first(kLong));
  EXPECT_EQ(unwritable.current()->name(1), "A");

  {
    const AsNameUpdater writes(url());
    ASSERT_TRUE(writes.wait_first(kLong));
  }
  const std::size_t before = fetches_;
  std::ofstream(fs::directory_iterator(path("cache/deep"))->path()) << "<html>";
  const AsNameUpdater updater(url());
  ASSERT_TRUE(updater.wait_first(kLong));
  EXPECT_EQ(updater.current()->name(1), "A");
  EXPECT_EQ(fetches_, before + 1);
}

TEST_F(AsNameUpdaterTest, AFetchThatFailsIsRepeatedUntilItWorks) {
  answers_ = {bad("no route"),
              {.status = 500, .body = "1 A, ZZ\n", .error = {}},
              good("<html>\n"),
              good("1 B\n")};
  const AsNameUpdater updater(url());
  ASSERT_TRUE(updater.wait_first(kLong));
  await([&] { return updater.generation() == 1; });
  EXPECT_EQ(updater.current()->name(1), "B");
  EXPECT_EQ(updater.failures(), 3U);
}

TEST_F(AsNameUpdaterTest, AListThatIsSuddenlyShortIsBelievedTheSecondTime) {
  std::string many;
  for (int as = 1; as <= 2000; ++as) {
    many += std::to_string(as) + " NAME, ZZ\n";
  }
  answers_ = {good(many), good("1 ONLY, ZZ\n"), good(many), good("1 ONLY, ZZ\n"),
              good("1 ONLY, ZZ\n")};
  AsNameOptions options = url();
  options.refresh = milliseconds(1);
  const AsNameUpdater updater(std::move(options));
  await([&] { return updater.generation() == 2; });
  EXPECT_EQ(updater.current()->size(), 1U);
  EXPECT_EQ(updater.failures(), 2U) << "once, and once more after a long one";
}

TEST_F(AsNameUpdaterTest, TheFirstFailureEndsTheWaiting) {
  answers_ = {bad("no route")};
  AsNameOptions options = url();
  options.retry_first = hours(1);
  const AsNameUpdater updater(options);
  EXPECT_TRUE(updater.wait_first(kLong));
  EXPECT_EQ(updater.current()->size(), 0U);
  EXPECT_EQ(updater.failures(), 1U);
}

TEST_F(AsNameUpdaterTest, AFetcherThatThrowsIsAFailureLikeAnyOther) {
  AsNameOptions options = url();
  options.fetch = [](const std::string&, const std::stop_token&) -> HttpFetchResult {
    throw std::runtime_error("broken");
  };
  const AsNameUpdater updater(options);
  await([&] { return updater.failures() >= 2; });
  EXPECT_EQ(updater.current()->size(), 0U);
}

TEST_F(AsNameUpdaterTest, WaitingForTheFirstNamesEndsWithItsTime) {
  AsNameOptions options = url();
  options.fetch = [](const std::string&, const std::stop_token& stop) {
    await([&] { return stop.stop_requested(); });
    return bad("stopped");
  };
  const AsNameUpdater updater(options);
  EXPECT_FALSE(updater.wait_first(milliseconds(1)));
}

TEST_F(AsNameUpdaterTest, NamesAreFetchedAgainAfterTheInterval) {
  answers_ = {good("1 A, ZZ\n"), good("1 A, US\n"), bad("no route"), good("1 B, ZZ\n")};
  AsNameOptions options = url();
  options.refresh = milliseconds(2);
  const AsNameUpdater updater(options);
  await([&] { return updater.current()->name(1) == "B"; });
  EXPECT_EQ(updater.generation(), 2U) << "the second fetch brought the same names";
  EXPECT_EQ(updater.failures(), 1U);
}

TEST_F(AsNameUpdaterTest, RefreshFetchesAtOnce) {
  answers_ = {good("1 A, ZZ\n"), good("1 B, ZZ\n")};
  AsNameUpdater updater(url());
  ASSERT_TRUE(updater.wait_first(kLong));
  updater.refresh();
  await([&] { return updater.generation() == 2; });
  EXPECT_EQ(updater.current()->name(1), "B");
}

TEST_F(AsNameUpdaterTest, AFileIsThereAtOnceAndReadAgainWhenItChanges) {
  put("asn.txt", "1 A, ZZ\n");
  const AsNameUpdater updater(file());
  EXPECT_TRUE(updater.wait_first(milliseconds(0)));
  EXPECT_EQ(updater.current()->name(1), "A");
  put("asn.txt", "1 B, ZZ\n");
  await([&] { return updater.generation() == 2; });
  EXPECT_EQ(updater.current()->name(1), "B");
}

TEST_F(AsNameUpdaterTest, ABrokenOrMissingNewFileKeepsTheOldNamesUntilItIsMended) {
  put("asn.txt", "1 A, ZZ\n");
  const AsNameUpdater updater(file());
  put("asn.txt", "<html>\n");
  await([&] { return updater.failures() > 0; });
  EXPECT_EQ(updater.current()->name(1), "A");
  fs::remove(path("asn.txt"));
  const auto failures = updater.failures();
  await([&] { return updater.failures() > failures; });
  EXPECT_EQ(updater.current()->name(1), "A");
  put("asn.txt", "1 B, ZZ\n");
  await([&] { return updater.generation() == 2; });
}

TEST_F(AsNameUpdaterTest, RefreshReadsAnUnchangedFileToo) {
  put("asn.txt", "1 A, ZZ\n");
  AsNameOptions options = file();
  options.file_check = hours(1);
  AsNameUpdater updater(options);
  put("asn.txt", "1 B, ZZ\n");
  updater.refresh();
  await([&] { return updater.generation() == 2; });
}

TEST_F(AsNameUpdaterTest, AnAsnDatabaseWillDo) {
  const AsNameUpdater updater({.source = WEIR_SOURCE_DIR "/tests/data/asn.mmdb"});
  EXPECT_EQ(updater.current()->name(64496), "Example One, Inc.");
}

TEST_F(AsNameUpdaterTest, AFileCanBeGivenAsUrl) {
  put("asn.txt", "1 A, ZZ\n");
  const AsNameUpdater updater({.source = "file://" + path("asn.txt")});
  EXPECT_EQ(updater.current()->name(1), "A");
}

TEST_F(AsNameUpdaterTest, ASourceThatCannotBeIsAUsageErrorThatNamesTheFlag) {
  put("empty.txt", "");
  for (const std::string& source :
       {path("none.txt"), path("empty.txt"), folder_.string(), std::string("gopher://x/asn.txt")}) {
    try {
      const AsNameUpdater updater({.source = source});
      ADD_FAILURE() << source;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      EXPECT_EQ(std::string(error.what()).find("--as-names " + source + ": "), 0U) << error.what();
    }
  }
}

TEST(AsNameCache, LivesWhereTheEnvironmentSays) {
  const ScopedVariable home("HOME", "/home/u");
  const ScopedVariable xdg("XDG_CACHE_HOME", "/xdg");
  const ScopedVariable systemd("CACHE_DIRECTORY", "/var/cache/weir:/other");
  EXPECT_EQ(default_cache_folder(), "/var/cache/weir");
  ::unsetenv("CACHE_DIRECTORY");
  EXPECT_EQ(default_cache_folder(), "/xdg/weir");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(default_cache_folder(), "/home/u/.cache/weir");
  ::unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(default_cache_folder(), "/home/u/.cache/weir");
  ::unsetenv("HOME");
  EXPECT_EQ(default_cache_folder(), "");
}

}  // namespace
}  // namespace weir
