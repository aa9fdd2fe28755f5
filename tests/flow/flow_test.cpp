#include "weir/flow/flow.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string_view>

namespace weir {
namespace {

TEST(FieldTable, NamesAreUniqueAndFound) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kNamedFields.size(); ++i) {
    EXPECT_TRUE(names.insert(kFields[i].name).second) << kFields[i].name;
    EXPECT_EQ(find_field(kFields[i].name), static_cast<FieldId>(i));
  }
  EXPECT_EQ(find_field("no_such_field"), std::nullopt);
  EXPECT_EQ(find_field(""), std::nullopt);
}

TEST(FieldTable, EndsWithTheUsersFieldsInTheOrderOfTheirKinds) {
  EXPECT_EQ(kFirstUserField, kNamedFields.size());
  for (std::size_t i = 0; i < kUserFields; ++i) {
    EXPECT_EQ(kFields[kFirstUserField + 3 * i].kind, Kind::number);
    EXPECT_EQ(kFields[kFirstUserField + 3 * i + 1].kind, Kind::text);
    EXPECT_EQ(kFields[kFirstUserField + 3 * i + 2].kind, Kind::address);
  }
  EXPECT_EQ(find_field(kFields[kFirstUserField].name), std::nullopt);
}

TEST(FieldTable, KeysOfOtherProgramsAreUnique) {
  std::set<std::string_view> pmacct;
  std::set<std::string_view> goflow2;
  std::set<unsigned> numbers;
  std::set<unsigned> elements;
  for (const FieldInfo& row : kFields) {
    EXPECT_TRUE(row.pmacct.empty() || pmacct.insert(row.pmacct).second) << row.name;
    EXPECT_TRUE(row.goflow2.empty() || goflow2.insert(row.goflow2).second) << row.name;
    EXPECT_TRUE(row.goflow2_number == 0 || numbers.insert(row.goflow2_number).second) << row.name;
    EXPECT_TRUE(row.element == 0 || elements.insert(row.element).second) << row.name;
    EXPECT_TRUE(row.element_v6 == 0 || elements.insert(row.element_v6).second) << row.name;
  }
}

TEST(FieldTable, WidthsFitTheStorage) {
  for (const FieldInfo& row : kFields) {
    switch (storage_of(row.kind)) {
      case Storage::integer:
        EXPECT_EQ(row.size, sizeof(std::uint64_t)) << row.name;
        EXPECT_TRUE(row.bits >= 8 && row.bits <= 64) << row.name;
        break;
      case Storage::real:
        EXPECT_EQ(row.size, sizeof(double)) << row.name;
        break;
      case Storage::address:
        EXPECT_EQ(row.size, sizeof(IpAddress)) << row.name;
        break;
      case Storage::text:
        EXPECT_EQ(row.size, sizeof(std::string_view)) << row.name;
        break;
    }
  }
}

TEST(FieldTable, OnlyNumbersAreSummed) {
  for (const FieldInfo& row : kFields) {
    if (row.merge == Merge::sum) {
      EXPECT_EQ(row.kind, Kind::number) << row.name;
      EXPECT_EQ(row.bits, 64) << row.name;
    }
  }
}

TEST(Flow, AbsentFieldsReadAsZeroOrEmptyWhateverTheRowHeld) {
  Flow flow;
  std::memset(static_cast<void*>(&flow), 0xa5, sizeof flow);
  flow.present.clear();
  EXPECT_EQ(get_integer(flow, field("bytes")), 0U);
  EXPECT_EQ(get_real(flow, field("src_lat")), 0.0);
  EXPECT_EQ(get_address(flow, field("src_addr")), IpAddress{});
  EXPECT_EQ(get_text(flow, field("label")), "");
}

TEST(Flow, SetStoresInTheMemberAndMarksItPresent) {
  Flow flow;
  flow.present.clear();
  set(flow, field("dst_as"), std::uint64_t{64500});
  set(flow, field("dst_lon"), -12.5);
  set(flow, field("exporter"), IpAddress::from_ipv4(0x0a000001));
  set(flow, field("writer"), std::string_view("w"));
  EXPECT_EQ(flow.dst_as, 64500U);
  EXPECT_EQ(flow.dst_lon, -12.5);
  EXPECT_EQ(flow.exporter, IpAddress::from_ipv4(0x0a000001));
  EXPECT_EQ(flow.writer, "w");
  EXPECT_EQ(flow.present.size(), 4U);
  EXPECT_EQ(get_integer(flow, field("dst_as")), 64500U);
  EXPECT_EQ(get_text(flow, field("writer")), "w");
}

TEST(Flow, EveryFieldHasItsOwnPlace) {
  Flow flow;
  flow.present.clear();
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (storage_of(info(id).kind) == Storage::integer) {
      set(flow, id, std::uint64_t{1000 + i});
    }
  }
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (storage_of(info(id).kind) == Storage::integer) {
      EXPECT_EQ(get_integer(flow, id), 1000 + i) << info(id).name;
    }
  }
}

}  // namespace
}  // namespace weir
