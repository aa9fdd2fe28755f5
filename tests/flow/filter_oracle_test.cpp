// The compiled program against a naive reading of the same text, and the laws of logic.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/naive_filter.hpp"
#include "weir/flow/filter.hpp"
#include "weir/flow/filter_parser.hpp"

namespace weir {
namespace {

using Random = std::mt19937;

/// Tests close to the values of `random_flow`, so that both answers are common.
constexpr auto kTests =
    std::to_array<std::string_view>({"bytes == 2",
                                     "bytes != 2",
                                     "bytes < 2",
                                     "bytes <= 2",
                                     "bytes > 2",
                                     "bytes >= 2",
                                     "bytes",
                                     "bytes in [1]",
                                     "bytes in [0, 3-4]",
                                     "bytes in [9, 7, 5, 3, 1, 11, 6-8]",
                                     "as == 1",
                                     "as != 1",
                                     "as in [1-2]",
                                     "as > 2",
                                     "as",
                                     "flags has S",
                                     "flags has SF",
                                     "flags == S",
                                     "proto in [icmp, igmp]",
                                     "src_addr == 10.0.0.0/31",
                                     "src_addr == ::/0",
                                     "addr in [10.0.0.2]",
                                     "addr != 10.0.0.2",
                                     "addr in [::2-::ffff:ffff, 0.0.0.0/0]",
                                     "addr",
                                     "src_addr",
                                     "addr in [10.0.0.0, 10.0.0.2, ::1, ::3, ::4, 2001:db8::/32]",
                                     "label == 'a'",
                                     "label != 'a'",
                                     "label in ['b', '']",
                                     "label in ['a', 'c', 'd', 'e', 'f', 'g']",
                                     "label",
                                     "communities == 'a'",
                                     "communities in ['a b', 'c']",
                                     "communities != 'b'",
                                     "communities",
                                     "src_lat < 0",
                                     "src_lat >= 1",
                                     "src_lat in [-1-0, 2]",
                                     "src_lat != -1",
                                     "src_lat"});

template <typename Values>
const auto& pick(const Values& values, Random& random) {
  return values[random() % values.size()];
}

std::string random_filter(Random& random, int depth);

std::string joined(std::string_view joint, Random& random, int depth) {
  const std::string first = random_filter(random, depth);
  return fmt::format("{} {} {}", first, joint, random_filter(random, depth));
}

std::string random_filter(Random& random, int depth) {
  switch (depth == 0 ? 0U : random() % 5) {
    case 1:
      return fmt::format("not {}", random_filter(random, depth - 1));
    case 2:
      return fmt::format("({})", random_filter(random, depth - 1));
    case 3:
      return joined("and", random, depth - 1);
    case 4:
      return joined("or", random, depth - 1);
    default:
      return std::string(pick(kTests, random));
  }
}

Flow random_flow(Random& random) {
  static const std::vector<IpAddress> addresses = [] {
    std::vector<IpAddress> made;
    for (const auto* text : {"0.0.0.0", "10.0.0.0", "10.0.0.1", "10.0.0.2", "255.255.255.255", "::",
                             "::1", "::2", "::4", "2001:db8::9", "::fffe:ffff:ffff", "::1:0:0:0"}) {
      made.push_back(IpAddress::parse(text).value());
    }
    return made;
  }();
  constexpr auto kTexts =
      std::to_array<std::string_view>({"", "a", "b", "a b", "b c", "c a", "ab"});
  constexpr auto kReals = std::to_array<double>({-2, -1, -0.0, 0, 1, 2});
  Flow flow{};
  const auto maybe = [&random, &flow](FieldId id, const auto& value) {
    if (random() % 5 != 0) {
      set(flow, id, value);
    }
  };
  for (const FieldId id :
       {field("bytes"), field("src_as"), field("dst_as"), field("proto"), field("tcp_flags")}) {
    maybe(id, std::uint64_t{random() % 10});
  }
  for (const FieldId id : {field("src_addr"), field("dst_addr")}) {
    maybe(id, pick(addresses, random));
  }
  for (const FieldId id : {field("label"), field("communities")}) {
    maybe(id, pick(kTexts, random));
  }
  maybe(field("src_lat"), pick(kReals, random));
  return flow;
}

TEST(FilterOracle, ProgramAgreesWithNaiveReading) {
  Random random(1);  // NOLINT(cert-msc51-cpp): the same filters in every run
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_filter(random, 5);
    const Filter filter = Filter::compile(text);
    const FilterNode tree = parse_filter(text);
    for (int i = 0; i < 10; ++i) {
      const Flow flow = random_flow(random);
      ASSERT_EQ(filter.matches(flow), test::NaiveFilter::matches(tree, flow)) << text;
    }
  }
}

TEST(FilterOracle, NotIsTheOppositeAndDeMorganHolds) {
  Random random(2);  // NOLINT(cert-msc51-cpp)
  for (int round = 0; round < 1000; ++round) {
    const std::string a = fmt::format("({})", random_filter(random, 3));
    const std::string b = fmt::format("({})", random_filter(random, 3));
    const Filter plain = Filter::compile(a);
    const Filter opposite = Filter::compile(fmt::format("not {}", a));
    const Filter neither = Filter::compile(fmt::format("not ({} or {})", a, b));
    const Filter both_not = Filter::compile(fmt::format("not {} and not {}", a, b));
    for (int i = 0; i < 10; ++i) {
      const Flow flow = random_flow(random);
      ASSERT_NE(plain.matches(flow), opposite.matches(flow)) << a;
      ASSERT_EQ(neither.matches(flow), both_not.matches(flow)) << a << " / " << b;
    }
  }
}

TEST(FilterOracle, EveryTestHasBothAnswers) {
  Random random(3);  // NOLINT(cert-msc51-cpp)
  for (const std::string_view text : kTests) {
    const Filter filter = Filter::compile(text);
    int matched = 0;
    for (int i = 0; i < 300; ++i) {
      matched += filter.matches(random_flow(random)) ? 1 : 0;
    }
    EXPECT_GT(matched, 0) << text;
    EXPECT_LT(matched, 300) << text;
  }
}

}  // namespace
}  // namespace weir
