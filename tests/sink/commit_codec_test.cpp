#include "weir/sink/commit_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using enum SeriesChange;

Metric by_as() {
  return simple_metric({{"as", field("src_as"), {}}});
}

/// The key of a series by AS.
std::string key(std::uint32_t as) {
  std::string out;
  ByteWriter(out).put(std::uint64_t{as});
  return out;
}

/// A registry and a table beside it, which deltas change as a sink has it done.
struct Kept {
  std::string encoded(const SeriesDelta& delta) const {
    std::string bytes;
    ByteWriter out(bytes);
    encode(delta, registry, out);
    return bytes;
  }
  bool read(const std::string& bytes) {
    ByteCursor in(bytes);
    SeriesDelta delta;
    if (!decode(in, table, registry, delta) || in.left() != 0) {
      return false;
    }
    table.apply(delta, {});
    return true;
  }

  SeriesRegistry registry{by_as()};
  SeriesTable table;
};

/// Three admitted series with values.
SeriesDelta first_delta(SeriesRegistry& registry) {
  const auto me = registry.follow();
  for (std::uint32_t as = 1; as <= 3; ++as) {
    registry.admit(key(as), me);
  }
  SeriesDelta delta;
  registry.news(me, delta.events);
  delta.values = {{1, 10}, {2, 20}, {3, 30}};
  delta.total = 60;
  return delta;
}

TEST(CommitCodec, ReadsADeltaAsItWasWritten) {
  Kept made;
  SeriesDelta delta = first_delta(made.registry);
  delta.capped = 5;
  delta.hold = true;
  const std::string bytes = made.encoded(delta);
  Kept kept;
  ByteCursor in(bytes);
  SeriesDelta found;
  ASSERT_TRUE(decode(in, kept.table, kept.registry, found));
  EXPECT_EQ(in.left(), 0U);
  EXPECT_EQ(found.events, delta.events);
  EXPECT_EQ(found.total, 60U);
  EXPECT_EQ(found.capped, 5U);
  EXPECT_TRUE(found.hold);
  ASSERT_EQ(found.values.size(), 3U);
  EXPECT_EQ(found.values[2].value, 30U);
  EXPECT_EQ(kept.registry.series(2).text(), "m_total{as=\"2\"} ");
  EXPECT_EQ(kept.registry.series(2).key(), key(2));
}

TEST(CommitCodec, KeepsValuesOfAllSizes) {
  Kept made;
  SeriesDelta delta = first_delta(made.registry);
  Kept kept;
  ASSERT_TRUE(kept.read(made.encoded(delta)));
  std::vector<std::uint64_t> values = {0, ~std::uint64_t{0}};
  for (int bit = 0; bit < 64; ++bit) {
    values.push_back(std::uint64_t{1} << bit);
    values.push_back(values.back() - 1);
  }
  for (const std::uint64_t value : values) {
    ASSERT_TRUE(kept.read(made.encoded({.values = {{3, value}, {1, 5}, {2, ~value}}})));
    EXPECT_EQ(kept.table.value(1), 5U);
    EXPECT_EQ(kept.table.value(2), ~value);
    EXPECT_EQ(kept.table.value(3), value);
  }
}

TEST(CommitCodec, KeepsMoreValuesThanGoIntoOneBuffer) {
  constexpr SeriesId kCount = 5000;
  Kept made;
  SeriesDelta delta;
  for (SeriesId id = 1; id <= kCount; ++id) {
    ASSERT_TRUE(made.registry.restore(id, key(id), "m_total{as=\"" + std::to_string(id) + "\"} "));
    delta.events.push_back({id, admitted});
    delta.values.push_back({id, std::uint64_t{id} << id % 50});
  }
  Kept kept;
  ASSERT_TRUE(kept.read(made.encoded(delta)));
  for (SeriesId id = 1; id <= kCount; ++id) {
    EXPECT_EQ(kept.table.value(id), std::uint64_t{id} << id % 50);
  }
}

TEST(CommitCodec, RefusesValuesThatEndWithinOrBehindTheirBytes) {
  Kept made;
  const std::string start = made.encoded(first_delta(made.registry));
  // Behind the values there is nothing; in front of them lie their count and size.
  const std::string good = made.encoded({.values = {{1, 0x1234}}});
  const std::size_t value_at = good.size() - 6;
  const auto possible = [&](const std::string& bytes) {
    Kept kept;
    EXPECT_TRUE(kept.read(start));
    return kept.read(bytes);
  };
  ASSERT_TRUE(possible(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(possible(good.substr(0, size))) << size;
  }
  for (const int head : {0x00, 0x10, 0x30, 0x80, 0x90, 0xf0}) {
    std::string bytes = good;
    bytes[value_at + 3] = static_cast<char>(head);
    EXPECT_FALSE(possible(bytes)) << head << " is not its size";
  }
  std::string many = good;
  many[value_at - 8] = 2;
  EXPECT_FALSE(possible(many));
}

TEST(CommitCodec, RefusesWhatCannotHappenNext) {
  Kept made;
  const SeriesDelta first = first_delta(made.registry);
  const std::string start = made.encoded(first);
  const auto possible = [&](SeriesDelta delta) {
    Kept kept;
    EXPECT_TRUE(kept.read(start));
    return kept.read(made.encoded(delta));
  };
  EXPECT_TRUE(possible({}));
  EXPECT_TRUE(possible({.events = {{1, retired}}, .values = {{1, 11}}}));
  EXPECT_TRUE(possible({.events = {{1, retired}, {1, returned}, {1, retired}}}));
  EXPECT_FALSE(possible({.events = {{1, admitted}}})) << "is one already";
  EXPECT_FALSE(possible({.events = {{1, returned}}})) << "is live";
  EXPECT_FALSE(possible({.events = {{1, dropped}}})) << "is live";
  EXPECT_FALSE(possible({.events = {{1, retired}, {1, dropped}}})) << "is shown still";
  EXPECT_FALSE(possible({.events = {{9, retired}}})) << "is unknown";
  EXPECT_FALSE(possible({.events = {{1, static_cast<SeriesChange>(9)}}}));
  EXPECT_FALSE(possible({.hidden = {1}})) << "is live";
  EXPECT_FALSE(possible({.hidden = {77}}));
  EXPECT_FALSE(possible({.values = {{4, 1}}})) << "is unknown";
  EXPECT_FALSE(possible({.events = {{SeriesRegistry::kOther, retired}}}));
}

TEST(CommitCodec, FollowsASeriesFromItsBirthToItsIdsNextUse) {
  Kept made;
  Kept kept;
  ASSERT_TRUE(kept.read(made.encoded(first_delta(made.registry))));
  ASSERT_TRUE(kept.read(made.encoded({.events = {{2, retired}}, .total = 60})));
  EXPECT_EQ(kept.table.state(2), SeriesTable::State::leaving);
  ASSERT_TRUE(kept.read(made.encoded({.hidden = {2}, .total = 60})));
  EXPECT_EQ(kept.table.dormant_value(), 20U);
  ASSERT_TRUE(kept.read(made.encoded({.events = {{2, dropped}}, .total = 60})));
  EXPECT_EQ(kept.table.dropped_value(), 20U);
  SeriesRegistry others{by_as()};
  ASSERT_TRUE(others.restore(1, key(91), "m_total{as=\"91\"} "));
  ASSERT_TRUE(others.restore(2, key(92), "m_total{as=\"92\"} "));
  std::string bytes;
  ByteWriter out(bytes);
  encode(SeriesDelta{.events = {{2, admitted}}, .values = {{2, 7}}, .total = 67}, others, out);
  ASSERT_TRUE(kept.read(bytes));
  EXPECT_EQ(kept.registry.series(2).text(), "m_total{as=\"92\"} ");
  EXPECT_EQ(kept.table.value(2), 7U);
}

TEST(CommitCodec, IdsFollowOneAnotherSoThatNoneTakesMemoryThatItHasNoBytesFor) {
  Kept made;
  ASSERT_TRUE(made.registry.restore(1, key(1), "m_total{as=\"1\"} "));
  std::string bytes = made.encoded({.events = {{1, admitted}}});
  const std::size_t id_at = 8 + 8 + 1 + 4 + 4 + 4;
  ASSERT_EQ(bytes[id_at], 1);
  EXPECT_TRUE(Kept().read(bytes));
  bytes[id_at] = 2;
  EXPECT_FALSE(Kept().read(bytes));
  bytes[id_at + 3] = 0x07;
  EXPECT_FALSE(Kept().read(bytes));
}

TEST(CommitCodec, KeysAndTextsOfAnotherMetricAreRefused) {
  SeriesRegistry registry{by_as()};
  EXPECT_TRUE(registry.restore(1, key(1), "m_total{as=\"1\"} "));
  EXPECT_FALSE(registry.restore(2, key(1), "n_total{as=\"1\"} "));
  EXPECT_FALSE(registry.restore(2, key(1), "m_total"));
  EXPECT_FALSE(registry.restore(2, key(1) + key(2), "m_total{as=\"1\"} "));
  EXPECT_FALSE(registry.restore(2, "", "m_total{as=\"1\"} "));
  EXPECT_FALSE(registry.restore(3, key(1), "m_total{as=\"1\"} ")) << "2 is missing";
  EXPECT_FALSE(registry.restore(SeriesRegistry::kOther, key(1), "m_total{as=\"1\"} "));
  EXPECT_TRUE(registry.restore(SeriesRegistry::kOther, "", "m_total{as=\"other\"} "));
  SeriesRegistry single{simple_metric({})};
  EXPECT_FALSE(single.restore(1, "", "m_total{} "));
}

TEST(CommitCodec, ReadsASnapshotWithGaps) {
  Kept made;
  ASSERT_TRUE(made.read(made.encoded(first_delta(made.registry))));
  made.table.apply({.events = {{2, retired}, {3, retired}}, .total = 60, .hold = true}, {});
  made.table.apply({.hidden = {3}, .total = 60}, {});
  made.table.apply({.events = {{3, dropped}}, .total = 60}, {});
  std::string bytes;
  ByteWriter out(bytes);
  encode_totals(made.table, out);
  for (SeriesId id = 0; id < made.table.size(); ++id) {
    encode_series(id, made.table, made.registry, out);
  }
  encode_waiting(made.table, out);
  const auto read = [](std::string_view all, Kept& kept) {
    ByteCursor in(all);
    if (!decode_totals(in, kept.table)) {
      return false;
    }
    for (int i = 0; i < 4; ++i) {
      if (!decode_series(in, kept.table, kept.registry)) {
        return false;
      }
    }
    return decode_waiting(in, kept.table) && in.left() == 0;
  };
  Kept kept;
  ASSERT_TRUE(read(bytes, kept));
  EXPECT_EQ(kept.table.states(), made.table.states());
  EXPECT_EQ(kept.table.values(), made.table.values());
  EXPECT_EQ(kept.table.dropped_value(), 30U);
  EXPECT_EQ(kept.table.shown_count(), 2U);
  EXPECT_EQ(kept.table.leaving().size(), 1U);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Kept other;
    EXPECT_FALSE(read(std::string_view(bytes).substr(0, size), other));
  }
  // No leaving series without its entry, and none with two.
  const std::size_t count_at = bytes.size() - 4 - 4 - 8;
  Kept none;
  std::string without = bytes.substr(0, count_at) + std::string(4, '\0');
  EXPECT_FALSE(read(without, none));
  std::string twice = bytes + bytes.substr(count_at + 4);
  twice[count_at] = 2;
  Kept two;
  EXPECT_FALSE(read(twice, two));
}

}  // namespace
}  // namespace weir
