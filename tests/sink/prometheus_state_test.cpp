#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using Samples = std::map<std::string, std::uint64_t>;

/// A lookup that knows nothing yet, as at the start of a process.
class LateLookup final : public Lookup {
 public:
  void set(NameMap names) {
    table_ = std::make_shared<MapTable>(std::move(names));
    ++generation_;
  }
  [[nodiscard]] std::uint64_t generation() const override { return generation_; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override { return table_; }

 private:
  std::uint64_t generation_ = 0;
  std::shared_ptr<const NameTable> table_ = std::make_shared<MapTable>(NameMap{});
};

class PrometheusSinkState : public ::testing::Test {
 protected:
  static PrometheusSinkOptions options(const std::shared_ptr<const Lookup>& names) {
    return {.metrics = {
                simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}}, 3)}};
  }
  void write(PrometheusSink& sink, std::uint64_t as, std::uint64_t bytes) {
    write_flow(sink, accounts, as, 0, "", bytes);
  }
  /// Commits twice, with a scrape between them: what leaves is gone then.
  Samples settled(PrometheusSink& sink) {
    EXPECT_TRUE(sink.commit({{}, accounts}));
    expect_all_there(sink.snapshot());
    EXPECT_TRUE(sink.commit({{}, accounts}));
    return samples_of(sink);
  }
  static std::string text(const std::string& as, const std::string& name = "") {
    return "m_total{as=\"" + as + "\",name=\"" + name + "\"}";
  }

  FakeStore store;
  Accounts accounts;
};

TEST_F(PrometheusSinkState, ComesBackWithTheCheckpoint) {
  const auto names = std::make_shared<TestLookup>();
  const auto sink = store.restored(options(names), store);
  write(*sink, 1, 10);
  accounts.origin(1) = {7, 8};
  accounts.filter(Filtered::marker, 3);
  accounts.refuse(Refused::overflow, 4);
  const Checkpoint kept{{{{"t", "0", "id", 17, 20, 2}, {"t", "1", "", -1, -1, 0}}, {"u"}, "0,1"},
                        accounts};
  ASSERT_TRUE(sink->commit(kept));
  store.keep_snapshot(*sink);
  for (const auto from : {std::optional<std::size_t>(), std::optional<std::size_t>(0)}) {
    Checkpoint found;
    const auto again = store.restored(options(names), store, from, &found);
    EXPECT_EQ(found.source, kept.source);
    EXPECT_EQ(found.accounts.origins.at(1).records, 8U);
    EXPECT_EQ(found.accounts.counted, 1U);
    EXPECT_EQ(found.accounts.filtered, accounts.filtered);
    EXPECT_EQ(found.accounts.refused, accounts.refused);
    EXPECT_FALSE(again->dirty());
    EXPECT_EQ(samples_of(*again), samples_of(*sink));
  }
}

TEST_F(PrometheusSinkState, AnEmptyStoreIsABeginning) {
  PrometheusSinkOptions options{.metrics = {simple_metric({})}};
  const auto sink = store.restored(options, store);
  EXPECT_EQ(sink->snapshot().committed_at, std::chrono::system_clock::time_point{});
  write(*sink, 1, 10);
  EXPECT_EQ(settled(*sink), (Samples{{"m_total{}", 10}}));
  const auto again = store.restored(options, store);
  write(*again, 1, 1);
  EXPECT_EQ(settled(*again), (Samples{{"m_total{}", 11}}));
}

TEST_F(PrometheusSinkState, ACommitThatFailsShowsNothingAndTheNextOneShowsAll) {
  const auto names = std::make_shared<TestLookup>();
  const auto sink = store.restored(options(names), store);
  write(*sink, 1, 10);
  ASSERT_TRUE(sink->commit({{}, accounts}));
  store.refuses = true;
  write(*sink, 1, 1);
  write(*sink, 2, 20);
  for (std::uint64_t failures = 1; failures <= 3; ++failures) {
    names->set({{1, std::string(failures, 'A')}});
    write(*sink, 1, 100);
    EXPECT_FALSE(sink->commit({{}, accounts}));
    EXPECT_TRUE(sink->dirty());
    EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 10}}));
    EXPECT_EQ(sink->summary().commit_failures, failures);
    EXPECT_EQ(sink->summary().checkpoint.accounts.counted, 1U);
  }
  store.refuses = false;
  ASSERT_TRUE(sink->commit({{}, accounts}));
  const Samples all = {{text("1"), 11},
                       {text("2"), 20},
                       {text("1", "A"), 100},
                       {text("1", "AA"), 100},
                       {text("1", "AAA"), 100}};
  EXPECT_EQ(samples_of(*sink), all);
  EXPECT_EQ(samples_of(*store.restored(options(names), store)), all);
}

TEST_F(PrometheusSinkState, GoesOnUnderNamesThatAreNotKnownYet) {
  {
    const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "TWO"}});
    const auto sink = store.restored(options(names), store);
    write(*sink, 1, 10);
    write(*sink, 2, 20);
    ASSERT_TRUE(sink->commit({{}, accounts}));
  }
  const auto names = std::make_shared<LateLookup>();
  const auto sink = store.restored(options(names), store);
  write(*sink, 1, 1);
  write(*sink, 3, 30);
  EXPECT_EQ(settled(*sink),
            (Samples{{text("1", "ONE"), 11}, {text("2", "TWO"), 20}, {text("3"), 30}}));
  names->set({{1, "ONE"}, {2, "ZWEI"}, {3, "THREE"}});
  write(*sink, 1, 1);
  write(*sink, 3, 1);
  EXPECT_EQ(settled(*sink), (Samples{{text("1", "ONE"), 12}, {text("3", "THREE"), 1}}));
  EXPECT_EQ(sink->summary().metrics[0].dormant_value, 20U + 30U);
}

TEST_F(PrometheusSinkState, ComparesNamesThatAreKnownAtOnce) {
  {
    const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "TWO"}});
    const auto sink = store.restored(options(names), store);
    write(*sink, 1, 10);
    write(*sink, 2, 20);
    ASSERT_TRUE(sink->commit({{}, accounts}));
  }
  const std::size_t commits = store.commits.size();
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "ZWEI"}});
  const auto sink = store.restored(options(names), store);
  write(*sink, 1, 1);
  write(*sink, 2, 2);
  EXPECT_EQ(settled(*sink), (Samples{{text("1", "ONE"), 11}, {text("2", "ZWEI"), 2}}));
  EXPECT_GT(store.commits.size(), commits);
}

TEST_F(PrometheusSinkState, BeginsAnewWithEachBeginning) {
  const auto names = std::make_shared<TestLookup>();
  {
    const auto sink = store.restored(options(names), store);
    write(*sink, 1, 10);
    ASSERT_TRUE(sink->commit({{}, accounts}));
    store.keep_snapshot(*sink);
  }
  PrometheusSink sink(options(names));
  CommitReader& reader = sink.reader();
  std::uint64_t number = 0;
  store.load(reader, number, 0);
  reader.begin();  // that snapshot turned out to be damaged
  EXPECT_EQ(sink.restored().accounts.counted, 0U);
  EXPECT_TRUE(samples_of(sink).empty());
}

TEST_F(PrometheusSinkState, ALowerCapKeepsTheHeaviestAndTheValuesOfAll) {
  const auto names = std::make_shared<TestLookup>();
  {
    const auto sink = store.restored(options(names), store);
    for (std::uint64_t as = 1; as <= 3; ++as) {
      write(*sink, as, as);
    }
    ASSERT_TRUE(sink->commit({{}, accounts}));
  }
  PrometheusSinkOptions less = options(names);
  less.metrics[0].max_series = 1;
  const auto sink = store.restored(less, store);
  write(*sink, 3, 10);
  write(*sink, 4, 4);
  EXPECT_EQ(settled(*sink), (Samples{{text("3"), 13}, {text("other", "other"), 4}}));
  EXPECT_EQ(sink->summary().metrics[0].dormant_value, 1U + 2U);
}

TEST_F(PrometheusSinkState, DamagedBytesAreRefusedOrMakeSomeSense) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}});
  const auto sink = store.restored(options(names), store);
  for (std::uint64_t as = 1; as <= 5; ++as) {
    write(*sink, as, 10);
    names->set({{as, "N"}});
    ASSERT_TRUE(sink->commit({{{{"t", "0", "id", 1, 2, 3}}, {"u"}, "0"}, accounts}));
    static_cast<void>(sink->snapshot());
    store.keep_snapshot(*sink);
  }
  const auto survives = [&](const FakeStore& damaged, std::optional<std::size_t> from) {
    PrometheusSink other(options(names));
    CommitReader& reader = other.reader();
    bool good = true;
    std::uint64_t number = from ? damaged.snapshots[*from].number : 0;
    if (from) {
      for (const std::string& piece : damaged.snapshots[*from].pieces) {
        good = good && reader.snapshot(piece);
      }
    }
    for (; good && number < damaged.commits.size(); ++number) {
      good = reader.commit(number + 1, damaged.commits[number]);
    }
    if (good) {
      static_cast<void>(other.restored());
      FakeStore nowhere;
      other.keep_in(nowhere, number);
      Accounts more;
      write_flow(other, more, 1, 0, "", 1);
      EXPECT_TRUE(other.commit({{}, more}));
      static_cast<void>(body_of(other));
    }
    return good;
  };
  ASSERT_TRUE(survives(store, {}));
  ASSERT_TRUE(survives(store, 1));
  const auto damage = [&](auto&& bytes_of, std::optional<std::size_t> from) {
    const std::size_t size = bytes_of(store).size();
    for (std::size_t at = 0; at < size; ++at) {
      FakeStore cut = store;
      bytes_of(cut).resize(at);
      survives(cut, from);
      for (const int flip : {0x01, 0xff}) {
        FakeStore flipped = store;
        bytes_of(flipped)[at] = static_cast<char>(bytes_of(flipped)[at] ^ flip);
        survives(flipped, from);
      }
    }
    FakeStore longer = store;
    bytes_of(longer) += '\0';
    EXPECT_FALSE(survives(longer, from));
  };
  damage([](auto& of) -> auto& { return of.commits[1]; }, {});
  for (std::size_t piece = 0; piece < store.snapshots[1].pieces.size(); ++piece) {
    damage([piece](auto& of) -> auto& { return of.snapshots[1].pieces[piece]; }, 1);
  }
}

TEST_F(PrometheusSinkState, KnowsMetricsByWhatTheyCount) {
  const auto names = std::make_shared<TestLookup>();
  const Metric metric = simple_metric({{"as", field("src_as"), {}}});
  const auto as_before = [&](const Metric& now) {
    FakeStore kept;
    {
      const auto sink = kept.restored({.metrics = {metric}}, kept);
      write(*sink, 1, 10);
      EXPECT_TRUE(sink->commit({{}, accounts}));
    }
    const auto sink = kept.restored({.metrics = {now}}, kept);
    EXPECT_EQ(samples_of(*sink).empty(), !sink->changes().empty());
    return sink->changes().empty();
  };
  EXPECT_TRUE(as_before(metric));
  Metric other = metric;
  other.max_series = 7;
  other.help = "Other help.";
  other.ttl = std::chrono::hours(1);
  EXPECT_TRUE(as_before(other)) << "these may change";
  other.labels.push_back({"name", field("src_as"), names});
  EXPECT_FALSE(as_before(other));
  other = metric;
  other.labels = {{"as", field("dst_as"), {}}};
  EXPECT_FALSE(as_before(other));
  other = metric;
  other.value = field("packets");
  EXPECT_FALSE(as_before(other));
  other = metric;
  other.where_text = "bytes > 0";
  EXPECT_FALSE(as_before(other));
}

}  // namespace
}  // namespace weir
