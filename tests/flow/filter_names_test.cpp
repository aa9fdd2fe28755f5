#include "weir/flow/filter_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FilterNames, EveryFieldIsAWord) {
  for (const FieldInfo& row : kNamedFields) {
    EXPECT_THAT(find_filter_fields(row.name), ElementsAre(*find_field(row.name)));
  }
}

TEST(FilterNames, EitherSideWordsAreTwoFields) {
  EXPECT_THAT(find_filter_fields("as"), ElementsAre(field("src_as"), field("dst_as")));
  EXPECT_THAT(find_filter_fields("if"), ElementsAre(field("in_if"), field("out_if")));
  EXPECT_THAT(find_filter_fields("vlan"), ElementsAre(field("src_vlan"), field("dst_vlan")));
  EXPECT_THAT(find_filter_fields("country"),
              ElementsAre(field("src_country"), field("dst_country")));
  EXPECT_THAT(find_filter_fields("flags"), ElementsAre(field("tcp_flags")));
  EXPECT_THAT(find_filter_fields("source"), IsEmpty());
}

TEST(FilterNames, UnknownWordsGetAdvice) {
  EXPECT_THAT(unknown_filter_field("iface_in"), HasSubstr("called in_if"));
  EXPECT_THAT(unknown_filter_field("dstport"), HasSubstr("dst_port"));
  EXPECT_THAT(unknown_filter_field("protocol"), HasSubstr("Write proto."));
}

}  // namespace
}  // namespace weir
