#include "weir/sink/series_registry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

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
  void admit(std::uint64_t as) { registry.admit(key(as), registry.event_count()); }
  std::vector<std::pair<SeriesId, bool>> events(std::size_t seen = 0) {
    std::vector<SeriesRegistry::Event> found;
    registry.events_since(seen, found);
    std::vector<std::pair<SeriesId, bool>> out;
    for (const SeriesRegistry::Event& event : found) {
      out.emplace_back(event.id, event.retired);
    }
    return out;
  }
  std::vector<int> live() {
    std::vector<std::uint8_t> flags;
    registry.copy_live(registry.size(), flags);
    return {flags.begin(), flags.end()};
  }
  void rename(NameMap map) {
    names->set(std::move(map));
    EXPECT_TRUE(registry.lookups_changed());
    registry.follow_lookups();
    EXPECT_FALSE(registry.lookups_changed());
  }
};

using Events = std::vector<std::pair<SeriesId, bool>>;

TEST_F(SeriesRegistryTest, AdmitsUpToTheCap) {
  for (std::uint64_t as = 1; as <= 5; ++as) {
    EXPECT_EQ(registry.full(), as > 3);
    admit(as);
  }
  EXPECT_EQ(events(), (Events{{1, false}, {2, false}, {3, false}}));
  EXPECT_EQ(registry.event_count(), 3U);
  EXPECT_EQ(registry.series(2).text(), R"(m_total{as="2",name=""} )");
  EXPECT_EQ(registry.series(2).key(), key(2));
  EXPECT_EQ(registry.population().live, 3U);
  EXPECT_EQ(live(), (std::vector<int>{0, 1, 1, 1}));
}

TEST_F(SeriesRegistryTest, ShowsOtherOnceItIsOpened) {
  EXPECT_EQ(registry.population().live, 0U);
  registry.open_other();
  EXPECT_EQ(registry.population().live, 1U);
  EXPECT_EQ(live(), (std::vector<int>{1}));
}

TEST_F(SeriesRegistryTest, AdmitsAKeyThatSomebodyElseAdmittedOnlyOnce) {
  const std::size_t seen = registry.event_count();
  admit(1);
  admit(2);
  registry.admit(key(1), seen);
  EXPECT_EQ(events(), (Events{{1, false}, {2, false}}));
}

TEST_F(SeriesRegistryTest, AdmitsAKeyAgainThatWasRetiredSinceTheCallerLooked) {
  const std::size_t seen = registry.event_count();
  admit(1);
  rename({{1, "ONE"}});
  registry.admit(key(1), seen);
  EXPECT_EQ(events(), (Events{{1, false}, {1, true}, {2, false}}));
}

TEST_F(SeriesRegistryTest, RetiresOnlyWhatANewNameConcerns) {
  admit(1);
  admit(2);
  rename({{1, "ONE"}});
  EXPECT_EQ(events(2), (Events{{1, true}}));
  EXPECT_EQ(live(), (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(registry.population().live, 1U);
  EXPECT_EQ(registry.population().dormant, 1U);
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
  EXPECT_EQ(events(), (Events{{1, false}, {1, true}, {2, false}, {2, true}, {1, false}}));
  EXPECT_EQ(live(), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(registry.population().dormant, 1U);
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
  EXPECT_EQ(registry.population().live, 3U);
  rename({});
  EXPECT_EQ(registry.population().dormant, 1U) << "no series has the name TWO";
}

TEST_F(SeriesRegistryTest, CopiesOnlyTheFlagsAskedFor) {
  admit(1);
  admit(2);
  std::vector<std::uint8_t> flags;
  registry.copy_live(2, flags);
  EXPECT_EQ(flags.size(), 2U);
}

TEST(SeriesRegistry, GivesALabelSetThatLooksLikeOtherToOther) {
  SeriesRegistry registry(simple_metric({{"host", field("label"), {}}}));
  FlowBatch batch;
  Flow& flow = batch.next();
  set(flow, field("label"), std::string_view("other"));
  std::string key(registry.plan().max_size() + 16, '#');
  key.resize(registry.plan().pack(flow, registry.tables(), key.data()));
  registry.admit(key, 0);
  EXPECT_EQ(registry.event_count(), 0U);
}

TEST(SeriesRegistry, ACapOfZeroAdmitsNobody) {
  SeriesRegistry registry(simple_metric({{"as", field("src_as"), {}}}, 0));
  EXPECT_TRUE(registry.full());
  registry.admit(std::string(8, '\0'), 0);
  EXPECT_EQ(registry.event_count(), 0U);
}

}  // namespace
}  // namespace weir
