#include "weir/flow/filter_program.hpp"

#include <gtest/gtest.h>

#include "weir/flow/filter_builder.hpp"
#include "weir/flow/filter_parser.hpp"

namespace weir {
namespace {

TEST(FilterProgram, EmptyUnlessBuiltFromATree) {
  EXPECT_TRUE(FilterProgram().empty());
  EXPECT_FALSE(build_filter(parse_filter("bytes")).empty());
}

TEST(FilterProgram, CopyRunsOnItsOwn) {
  Flow flow{};
  set(flow, field("label"), std::string_view("x"));
  FilterProgram copy;
  {
    const FilterProgram program =
        build_filter(parse_filter("label in ['x', 'y'] and not src_as in [1, 2, 5]"));
    copy = program;
  }
  EXPECT_TRUE(copy.run(flow));
  set(flow, field("src_as"), std::uint64_t{5});
  EXPECT_FALSE(copy.run(flow));
}

}  // namespace
}  // namespace weir
