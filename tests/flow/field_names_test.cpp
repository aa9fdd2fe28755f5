#include "weir/flow/field_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tests/support/usage_error.hpp"
#include "weir/flow/filter.hpp"

namespace weir {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(FieldNames, KnowsTheTableAndNoFieldOfTheUsersThatHasNoName) {
  const FieldNames names;
  EXPECT_EQ(names.find("src_as"), field("src_as"));
  EXPECT_EQ(names.find("user_text_0"), std::nullopt);
  EXPECT_EQ(names.find("customer"), std::nullopt);
  EXPECT_EQ(names.name(field("src_as")), "src_as");
  EXPECT_EQ(names.all().size(), kNamedFields.size());
}

TEST(FieldNames, GivesEachNameAFieldOfItsKind) {
  FieldNames names;
  const FieldId customer = names.add("my_customer", Kind::text);
  const FieldId octets = names.add("octets", Kind::number);
  const FieldId from = names.add("From2", Kind::address);
  EXPECT_EQ(info(customer).kind, Kind::text);
  EXPECT_EQ(info(octets).kind, Kind::number);
  EXPECT_EQ(info(from).kind, Kind::address);
  EXPECT_EQ(names.find("octets"), octets);
  EXPECT_EQ(names.name(from), "From2");
  EXPECT_THAT(names.all(), Contains("my_customer"));
}

TEST(FieldNames, HasRoomForSixteenOfAnyKind) {
  FieldNames names;
  std::set<FieldId> ids;
  for (int i = 0; i < 16; ++i) {
    const Kind kind = i % 3 == 0 ? Kind::number : i % 3 == 1 ? Kind::text : Kind::address;
    ids.insert(names.add("f" + std::to_string(i), kind));
  }
  EXPECT_EQ(ids.size(), 16U);
  EXPECT_THAT(usage_error([&] { names.add("one_more", Kind::text); }), HasSubstr("only 16 fields"));
}

TEST(FieldNames, RefusesWhatIsNoNameOrTaken) {
  FieldNames names;
  names.add("site", Kind::text);
  for (const char* const name : {"", "2nd", "a-b", "a b", "ä"}) {
    EXPECT_THAT(usage_error([&] { names.add(name, Kind::text); }),
                HasSubstr("cannot be a field's"));
  }
  for (const char* const name : {"site", "bytes"}) {
    EXPECT_THAT(usage_error([&] { names.add(name, Kind::text); }), HasSubstr("already"));
  }
  EXPECT_THAT(usage_error([&] { names.add("x", Kind::mac); }), HasSubstr("number, a text or"));
}

TEST(FieldNames, AreWordsOfFilters) {
  FieldNames names;
  const FieldId site = names.add("site", Kind::text);
  const Filter filter = Filter::compile("site == 'prague'", names);
  EXPECT_TRUE(filter.fields().has(site));
  Flow flow;
  flow.present.clear();
  EXPECT_FALSE(filter.matches(flow));
  set(flow, site, std::string_view("prague"));
  EXPECT_TRUE(filter.matches(flow));
  EXPECT_THAT(usage_error([&] { Filter::compile("sit == 'x'", names); }), HasSubstr("site"));
}

}  // namespace
}  // namespace weir
