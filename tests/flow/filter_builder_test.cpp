#include "weir/flow/filter_builder.hpp"

#include <gtest/gtest.h>

#include "weir/flow/filter_parser.hpp"

namespace weir {
namespace {

TEST(FilterBuilder, OverlappingRangesAreOne) {
  const FilterProgram program =
      build_filter(parse_filter("src_as in [1-10, 5-7, 10-20, 30, 40, 50, 60, 0-2]"));
  Flow flow{};
  for (std::uint64_t as = 0; as < 65; ++as) {
    set(flow, field("src_as"), as);
    EXPECT_EQ(program.run(flow), as <= 20 || (as % 10 == 0 && as <= 60)) << as;
  }
}

TEST(FilterBuilder, ComparisonsThatNothingMeetsAreFalseAndTheirOppositeTrue) {
  Flow flow{};
  for (const std::uint64_t bytes : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    set(flow, field("bytes"), bytes);
    EXPECT_FALSE(build_filter(parse_filter("bytes < 0")).run(flow));
    EXPECT_TRUE(build_filter(parse_filter("not bytes < 0")).run(flow));
    EXPECT_FALSE(build_filter(parse_filter("bytes > 18446744073709551615")).run(flow));
  }
}

}  // namespace
}  // namespace weir
