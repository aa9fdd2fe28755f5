#include "weir/sink/series_registry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using enum SeriesChange;
using Events = std::vector<SeriesEvent>;

/// A registry of series by AS and name, and keys for it.
class SeriesRegistryTest : public ::testing::Test {
 protected:
  std::shared_ptr<TestLookup> names = std::make_shared<TestLookup>();
  SeriesRegistry registry{
      simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}}, 3)};

  std::string key(std::uint64_t as) {
    FlowBatch batch;
    Flow& flow = batch.next();
    set(flow, field("src_as"), as);
    std::string out(registry.plan().max_size() + 2 * SeriesKeyPlan::kWord, '#');
    out.resize(registry.plan().pack(flow, registry.tables(), out.data()));
    return out;
  }
  void admit(std::uint64_t as) {
    caught_up();
    registry.admit(key(as), me);
  }
  /// All events so far but the first `seen`.
  Events events(std::size_t seen = 0) {
    caught_up();
    return {all.begin() + static_cast<std::ptrdiff_t>(seen), all.end()};
  }
  void caught_up() { registry.news(me, all); }
  void rename(NameMap map) {
    names->set(std::move(map));
    EXPECT_TRUE(registry.lookups_changed());
    registry.follow_lookups();
    EXPECT_FALSE(registry.lookups_changed());
  }

  SeriesRegistry::Follower me = registry.follow();
  Events all;
};

TEST_F(SeriesRegistryTest, AdmitsUpToTheCap) {
  for (std::uint64_t as = 1; as <= 5; ++as) {
    EXPECT_EQ(registry.full(), as > 3);
    admit(as);
  }
  EXPECT_EQ(events(), (Events{{1, admitted}, {2, admitted}, {3, admitted}}));
  EXPECT_EQ(registry.event_count(), 3U);
  EXPECT_EQ(registry.series(2).text(), R"(m_total{as="2",name=""} )");
  EXPECT_EQ(registry.series(2).key(), key(2));
  EXPECT_EQ(registry.size(), 4U) << "with other";
}

TEST_F(SeriesRegistryTest, ShowsOtherOnceItIsOpened) {
  EXPECT_EQ(events(), Events());
  registry.open_other();
  registry.open_other();
  EXPECT_EQ(events(), (Events{{SeriesRegistry::kOther, admitted}}));
}

TEST_F(SeriesRegistryTest, AdmitsAKeyThatSomebodyElseAdmittedOnlyOnce) {
  const auto another = registry.follow();
  admit(1);
  admit(2);
  registry.admit(key(1), another);
  EXPECT_EQ(events(), (Events{{1, admitted}, {2, admitted}}));
}

TEST_F(SeriesRegistryTest, AdmitsAKeyAgainThatWasRetiredSinceTheCallerLooked) {
  const auto another = registry.follow();
  admit(1);
  rename({{1, "ONE"}});
  registry.admit(key(1), another);
  EXPECT_EQ(events(), (Events{{1, admitted}, {1, retired}, {2, admitted}}));
}

TEST_F(SeriesRegistryTest, RetiresOnlyWhatANewNameConcerns) {
  admit(1);
  admit(2);
  rename({{1, "ONE"}});
  EXPECT_EQ(events(2), (Events{{1, retired}}));
  EXPECT_EQ(registry.series(1).text(), R"(m_total{as="1",name=""} )") << "texts never change";
  rename({{1, "ONE"}, {7, "SEVEN"}});
  EXPECT_EQ(registry.event_count(), 3U) << "nobody is named 7";
}

TEST_F(SeriesRegistryTest, FindsADormantSeriesAgainWhenItsNameComesBack) {
  rename({{1, "ONE"}});
  admit(1);
  rename({{1, "UNO"}});
  admit(1);
  rename({{1, "ONE"}});
  admit(1);
  EXPECT_EQ(events(),
            (Events{{1, admitted}, {1, retired}, {2, admitted}, {2, retired}, {1, returned}}));
}

TEST_F(SeriesRegistryTest, HasRoomAgainForWhatWasRetired) {
  for (std::uint64_t as = 1; as <= 3; ++as) {
    admit(as);
  }
  EXPECT_TRUE(registry.full());
  rename({{2, "TWO"}});
  EXPECT_FALSE(registry.full());
  admit(4);
  EXPECT_TRUE(registry.full());
  admit(2);
  EXPECT_EQ(events(3), (Events{{2, retired}, {4, admitted}})) << "no room for 2 by its new name";
  rename({});
  EXPECT_EQ(registry.event_count(), 5U) << "no series has the name TWO";
}

TEST_F(SeriesRegistryTest, RetiresWhatItIsTold) {
  admit(1);
  admit(2);
  registry.retire(std::vector<SeriesId>{2, SeriesRegistry::kOther, 2});
  EXPECT_EQ(events(2), (Events{{2, retired}}));
  admit(2);
  EXPECT_EQ(events(3), (Events{{2, returned}}));
}

TEST_F(SeriesRegistryTest, DropsThoseThatTurnedDormantFirst) {
  for (std::uint64_t as = 1; as <= 3; ++as) {
    admit(as);
  }
  registry.retire(std::vector<SeriesId>{3, 1, 2});
  admit(3);
  registry.retire(std::vector<SeriesId>{3});
  registry.drop_dormant(2, [](SeriesId id) { return id != 3; });
  EXPECT_EQ(events(8), (Events{{1, dropped}, {2, dropped}}));
  registry.drop_dormant(2, [](SeriesId /*id*/) { return false; });
  EXPECT_EQ(registry.event_count(), 10U);
  registry.drop_dormant(2, [](SeriesId /*id*/) { return true; });
  EXPECT_EQ(events(10), (Events{{3, dropped}}));
}

TEST_F(SeriesRegistryTest, UsesAnIdAgainOnlyWhenNobodyCanLookAtIt) {
  admit(1);
  registry.retire(std::vector<SeriesId>{1});
  registry.drop_dormant(1, [](SeriesId /*id*/) { return true; });
  auto committed = registry.lease();
  admit(2);
  EXPECT_EQ(events().back(), (SeriesEvent{2, admitted})) << "that it was dropped may yet fail";
  registry.bury_dropped();
  admit(3);
  EXPECT_EQ(events().back(), (SeriesEvent{3, admitted})) << "somebody holds a lease";
  EXPECT_EQ(registry.series(1).text(), "m_total{as=\"1\",name=\"\"} ");
  const auto later = registry.lease();
  committed.reset();
  registry.retire(std::vector<SeriesId>{2});
  admit(4);
  EXPECT_EQ(events().back(), (SeriesEvent{1, admitted})) << "the later lease is not on it";
  EXPECT_EQ(registry.series(1).text(), "m_total{as=\"4\",name=\"\"} ");
}

TEST_F(SeriesRegistryTest, UsesAnIdAgainOnlyWhenAllFollowersKnow) {
  const auto another = registry.follow();
  admit(1);
  registry.retire(std::vector<SeriesId>{1});
  registry.drop_dormant(1, [](SeriesId /*id*/) { return true; });
  registry.bury_dropped();
  admit(2);
  EXPECT_EQ(events().back(), (SeriesEvent{2, admitted}));
  Events theirs;
  registry.news(another, theirs);
  EXPECT_EQ(theirs, events());
  admit(3);
  EXPECT_EQ(events().back(), (SeriesEvent{1, admitted}));
}

TEST_F(SeriesRegistryTest, BringsBackWhoIsLiveAndWhoIsDormant) {
  const auto restore = [&](SeriesId id) {
    return registry.restore(id, key(id), "m_total{as=\"" + std::to_string(id) + "\",name=\"\"} ");
  };
  ASSERT_TRUE(restore(1) && restore(2) && restore(3) && restore(4));
  EXPECT_FALSE(restore(9)) << "not the next one";
  registry.forget(2);
  registry.forget(5);
  registry.forget(99);
  registry.restored(std::vector<SeriesId>{1}, std::vector<SeriesId>{4, 3});
  EXPECT_EQ(events(), (Events{{1, admitted}}));
  EXPECT_EQ(registry.size(), 6U);
  admit(3);
  EXPECT_EQ(events(1), (Events{{3, returned}}));
  registry.drop_dormant(9, [](SeriesId /*id*/) { return true; });
  EXPECT_EQ(events(2), (Events{{4, dropped}}));
  admit(7);
  EXPECT_TRUE(events().back() == (SeriesEvent{2, admitted}) ||
              events().back() == (SeriesEvent{5, admitted}))
      << "an id that was free";
}

TEST(SeriesRegistry, GivesALabelSetThatLooksLikeOtherToOther) {
  SeriesRegistry registry(simple_metric({{"host", field("label"), {}}}));
  FlowBatch batch;
  Flow& flow = batch.next();
  set(flow, field("label"), std::string_view("other"));
  std::string key(registry.plan().max_size() + 16, '#');
  key.resize(registry.plan().pack(flow, registry.tables(), key.data()));
  registry.admit(key, registry.follow());
  EXPECT_EQ(registry.event_count(), 0U);
}

/// The same, keeping the heaviest.
class SeriesRegistryTop : public SeriesRegistryTest {
 protected:
  SeriesRegistryTop() { registry.set_keep(Metric::Keep::top); }
};

TEST_F(SeriesRegistryTop, HasNoRoomForOthersWhileThoseThatWereRetiredMayBeShown) {
  for (std::uint64_t as = 1; as <= 3; ++as) {
    admit(as);
  }
  registry.retire(std::vector<SeriesId>{2});
  EXPECT_TRUE(registry.full());
  admit(4);
  EXPECT_EQ(events(3), (Events{{2, retired}}));
  registry.settle_places(1, {});
  EXPECT_TRUE(registry.full());
  registry.settle_places(0, {});
  EXPECT_FALSE(registry.full());
  registry.retire(std::vector<SeriesId>{3});
  EXPECT_FALSE(registry.full());
  admit(4);
  EXPECT_TRUE(registry.full());
  registry.set_keep(Metric::Keep::first);
  EXPECT_FALSE(registry.full());
}

TEST_F(SeriesRegistryTop, GivesFreePlacesToSuccessorsAndLetsNobodyInWithThem) {
  admit(1);
  const std::vector<std::string> successors = {key(2), key(3), key(4), key(5)};
  EXPECT_EQ(registry.settle_places(1, std::span(successors).first(1)), std::vector<SeriesId>{2});
  EXPECT_TRUE(registry.full());
  admit(6);
  EXPECT_EQ(events(1), (Events{{2, admitted}}));
  EXPECT_EQ(registry.settle_places(0, std::span(successors).subspan(1)),
            (std::vector<SeriesId>{3, SeriesRegistry::kOther, SeriesRegistry::kOther}));
  EXPECT_EQ(registry.swapped(), 2U);
  registry.retire(std::vector<SeriesId>{1, 2});
  registry.settle_places(0, {});
  EXPECT_FALSE(registry.full());
  EXPECT_EQ(registry.settle_places(0, std::span(successors).first(1)), std::vector<SeriesId>{2});
  EXPECT_EQ(events(5), (Events{{2, returned}})) << "with its old value";
}

TEST(SeriesRegistry, TellsWhichLabelSetsLookLikeOther) {
  SeriesRegistry registry(simple_metric({{"host", field("label"), {}}}));
  const auto key = [&](std::string_view host) {
    FlowBatch batch;
    Flow& flow = batch.next();
    set(flow, field("label"), host);
    std::string out(registry.plan().max_size() + 16, '#');
    out.resize(registry.plan().pack(flow, registry.tables(), out.data()));
    return out;
  };
  EXPECT_FALSE(registry.can_hold(key("other")));
  EXPECT_TRUE(registry.can_hold(key("another")));
}

TEST(SeriesRegistry, ACapOfZeroAdmitsNobody) {
  SeriesRegistry registry(simple_metric({{"as", field("src_as"), {}}}, 0));
  EXPECT_TRUE(registry.full());
  registry.admit(std::string(8, '\0'), registry.follow());
  EXPECT_EQ(registry.event_count(), 0U);
}

}  // namespace
}  // namespace weir
