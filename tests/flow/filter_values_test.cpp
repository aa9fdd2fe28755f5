#include "weir/flow/filter_values.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {
namespace {

std::optional<std::uint64_t> number(FieldId id, std::string_view text, bool quoted = false) {
  const auto item = parse_filter_value(info(id), text, quoted);
  if (!item) {
    return std::nullopt;
  }
  return std::get<FilterRange<std::uint64_t>>(*item).low;
}

TEST(FilterValues, UnitsAreThousandsAndResultsWhole) {
  constexpr FieldId kBytes = field("bytes");
  EXPECT_EQ(number(kBytes, "10k"), 10'000U);
  EXPECT_EQ(number(kBytes, "2.5G"), 2'500'000'000U);
  EXPECT_EQ(number(kBytes, "18446744073709551615"), ~std::uint64_t{0});
  EXPECT_EQ(number(kBytes, "18446744073709551616"), std::nullopt);
  EXPECT_EQ(number(kBytes, "18446744073.709551616G"), std::nullopt);
  EXPECT_EQ(number(kBytes, "1.005k"), 1005U);
  EXPECT_EQ(number(kBytes, "3.00"), 3U);
  EXPECT_EQ(number(kBytes, "0.0001k"), std::nullopt);
  EXPECT_EQ(number(kBytes, "1.05"), std::nullopt);
  for (const auto* wrong : {"", "k", "1.", ".5k", "1..5k", "1m", "1kk", "+1", "1e3", "0x", "0xk"}) {
    EXPECT_EQ(number(kBytes, wrong), std::nullopt) << wrong;
  }
}

TEST(FilterValues, RespectsTheFieldsWidth) {
  EXPECT_EQ(number(field("src_port"), "65535"), 65535U);
  EXPECT_EQ(number(field("src_port"), "65536"), std::nullopt);
  EXPECT_EQ(number(field("proto"), "0x100"), std::nullopt);
  EXPECT_EQ(number(field("etype"), "0x10000"), std::nullopt);
}

TEST(FilterValues, NetworkIsFromItsFirstToItsLastAddress) {
  const auto item = parse_filter_value(info(field("src_addr")), "10.1.2.3/23", false);
  ASSERT_TRUE(item.has_value());
  const auto& range = std::get<FilterRange<IpAddress>>(*item);
  EXPECT_EQ(range.low.to_string(), "10.1.2.0");
  EXPECT_EQ(range.high.to_string(), "10.1.3.255");
  EXPECT_TRUE(is_range(*item));
}

TEST(FilterValues, WholeSpaceOfAFamilyIsANetwork) {
  const auto item = parse_filter_value(info(field("src_addr")), "::/0", false);
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(std::get<FilterRange<IpAddress>>(*item).high.to_string(),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(FilterValues, RangeIsSplitWhereBothSidesAreValues) {
  const auto item = parse_filter_range(info(field("first_seen")), "2026-01-02-2026-01-03");
  ASSERT_TRUE(item.has_value());
  const auto& range = std::get<FilterRange<std::uint64_t>>(*item);
  EXPECT_EQ(range.high - range.low, std::uint64_t{86'400} * 1'000'000'000);
  EXPECT_FALSE(parse_filter_range(info(field("src_as")), "1-2-3").has_value());
  EXPECT_FALSE(parse_filter_range(info(field("src_as")), "-5").has_value());
  EXPECT_FALSE(parse_filter_range(info(field("src_as")), "5-").has_value());
}

TEST(FilterValues, EveryFieldSaysWhatItTakes) {
  for (const FieldInfo& row : kNamedFields) {
    EXPECT_GT(filter_value_hint(row).size(), std::string_view("a value").size()) << row.name;
  }
}

}  // namespace
}  // namespace weir
