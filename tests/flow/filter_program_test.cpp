#include "weir/flow/filter_program.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/flow/filter_builder.hpp"
#include "weir/flow/filter_parser.hpp"

namespace weir {
namespace {

TEST(FilterProgram, EmptyUnlessBuiltFromATree) {
  EXPECT_TRUE(FilterProgram().empty());
  EXPECT_FALSE(build_filter(parse_filter("bytes")).empty());
}

TEST(FilterProgram, AnswersAlikeByTableAndStepByStep) {
  // Six cheap tests are looked up in a table, seven are walked through.
  const std::string six =
      "(src_as == 1 or dst_as in [2]) and not (src_port == 3 and bytes > 4) or flags has S and "
      "proto == tcp";
  const FilterProgram table = build_filter(parse_filter(six));
  const FilterProgram steps = build_filter(parse_filter("(" + six + ") and not tos == 99"));
  const auto fields = {field("src_as"), field("dst_as"),    field("src_port"),
                       field("bytes"),  field("tcp_flags"), field("proto")};
  const std::vector<std::uint64_t> hits = {1, 2, 3, 5, 2, 6};
  int matched = 0;
  for (unsigned combination = 0; combination < 729; ++combination) {  // absent, hit or missed
    Flow flow{};
    unsigned rest = combination;
    std::size_t i = 0;
    for (const FieldId id : fields) {
      if (rest % 3 != 0) {
        set(flow, id, rest % 3 == 1 ? hits[i] : std::uint64_t{0});
      }
      rest /= 3;
      ++i;
    }
    ASSERT_EQ(table.run(flow), steps.run(flow)) << combination;
    matched += table.run(flow) ? 1 : 0;
  }
  EXPECT_GT(matched, 100);
  EXPECT_LT(matched, 629);
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
