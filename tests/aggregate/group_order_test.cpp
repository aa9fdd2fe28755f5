#include "weir/aggregate/group_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/aggregate/group_packer.hpp"
#include "weir/aggregate/group_view.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

TEST(GroupOrder, IsFoundByNameOrField) {
  const GroupSpec spec = parse_group_spec("src_as,dst_addr", "from:src_as,dst_addr,rate:bps,bytes");
  EXPECT_EQ(parse_group_order("rate", spec).by, parse_group_order("bps", spec).by);
  EXPECT_EQ(std::get<FieldId>(*parse_group_order("src_as", spec).by), field("src_as"));
  EXPECT_EQ(std::get<Derived>(*parse_group_order("rate:asc", spec).by), Derived::bps);
}

TEST(GroupOrder, IsDescendingForWhatIsCountedAndAscendingForKeys) {
  const GroupSpec spec = parse_group_spec("src_as", "src_as,bytes");
  EXPECT_TRUE(parse_group_order("bytes", spec).descending);
  EXPECT_FALSE(parse_group_order("bytes:asc", spec).descending);
  EXPECT_FALSE(parse_group_order("src_as", spec).descending);
  EXPECT_TRUE(parse_group_order("src_as:desc", spec).descending);
}

TEST(GroupOrder, RefusesWhatIsNoColumn) {
  const GroupSpec spec = parse_group_spec("src_as", "src_as,bytes");
  const auto refusal = [&](std::string_view word) {
    try {
      parse_group_order(word, spec);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      return std::string(error.what());
    }
    return std::string("it was taken");
  };
  EXPECT_THAT(refusal("byts"), HasSubstr("cannot sort by 'byts': it is none of the columns. Did "
                                         "you mean bytes?"));
  EXPECT_THAT(refusal("proto"), HasSubstr("They are src_as, bytes."));
  EXPECT_THAT(refusal("bps"), HasSubstr("Add it to them: --fields src_as,bytes,bps"));
  EXPECT_THAT(refusal("packets"), HasSubstr("--fields src_as,bytes,packets"));
}

class GroupComparatorTest : public testing::Test {
 protected:
  /// The values of `key`'s field, sorted by `by`.
  std::vector<std::string> sorted(std::string_view key, std::string_view fields,
                                  std::string_view by) {
    const GroupSpec spec = parse_group_spec(key, fields);
    const GroupLayout layout(spec);
    const GroupHash hash(1);
    GroupPacker packer(layout, hash);
    const std::uint64_t* const images = packer.pack(batch_);
    const GroupComparator before(layout, parse_group_order(by, spec));
    std::vector<GroupComparator::Entry> entries;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      entries.push_back(before.entry(images + i * layout.words()));
    }
    std::sort(entries.begin(), entries.end(), before);
    std::vector<std::string> texts;
    for (const auto& entry : entries) {
      Flow row;
      row.present.clear();
      GroupView(layout, entry.words).to_flow(row);
      texts.push_back(field_text(row, layout.parts()[0].field));
    }
    return texts;
  }
  template <typename Value>
  void add(FieldId id, std::vector<Value> values) {
    for (const Value& value : values) {
      set(batch_.next(), id, value);
      batch_.append();
    }
  }
  using Texts = std::vector<std::string>;
  FlowBatch batch_;
};

TEST_F(GroupComparatorTest, SortsNumbers) {
  add<std::uint64_t>(field("src_as"), {256, 3, 4'000'000'000, 255});
  EXPECT_EQ(sorted("src_as", "src_as", "src_as"), (Texts{"3", "255", "256", "4000000000"}));
  EXPECT_EQ(sorted("src_as", "src_as", "src_as:desc"), (Texts{"4000000000", "256", "255", "3"}));
}

TEST_F(GroupComparatorTest, SortsTextsThatBeginAlike) {
  add<std::string_view>(field("label"), {"router-b", "router-a1", "router-a", "", "r"});
  EXPECT_EQ(sorted("label", "label", "label"),
            (Texts{"", "r", "router-a", "router-a1", "router-b"}));
  EXPECT_EQ(sorted("label", "label", "label:desc"),
            (Texts{"router-b", "router-a1", "router-a", "r", ""}));
}

TEST_F(GroupComparatorTest, SortsAddresses) {
  add<IpAddress>(field("src_addr"),
                 {*IpAddress::parse("10.0.0.2"), *IpAddress::parse("2001:db8::"),
                  *IpAddress::parse("9.255.0.0"), *IpAddress::parse("10.0.0.1")});
  EXPECT_EQ(sorted("src_addr", "src_addr", "src_addr"),
            (Texts{"9.255.0.0", "10.0.0.1", "10.0.0.2", "2001:db8::"}));
}

TEST_F(GroupComparatorTest, SortsReals) {
  add<double>(field("src_lat"), {1.5, std::numeric_limits<double>::quiet_NaN(), -2, 0, -300});
  EXPECT_EQ(sorted("src_lat", "src_lat", "src_lat"), (Texts{"-300", "-2", "0", "1.5", "nan"}));
}

TEST_F(GroupComparatorTest, SortsByWhatIsComputedAndThenByKeys) {
  const auto flow = [&](std::uint64_t as, std::uint64_t bytes, std::uint64_t packets) {
    Flow& row = batch_.next();
    set(row, field("src_as"), as);
    set(row, field("bytes"), bytes);
    set(row, field("packets"), packets);
    batch_.append();
  };
  flow(3, 100, 10);
  flow(4, 1000, 10);
  flow(2, 50, 5);
  flow(1, 1, 1);
  EXPECT_EQ(sorted("src_as", "bpp", "bpp"), (Texts{"4", "2", "3", "1"}));
  EXPECT_EQ(sorted("src_as", "bpp", "bpp:asc"), (Texts{"1", "2", "3", "4"}));
  EXPECT_EQ(sorted("src_as", "packets", "packets"), (Texts{"3", "4", "2", "1"}));
}

TEST(GroupComparator, NeedsItsColumnInTheLayout) {
  const GroupLayout layout(parse_group_spec("src_as", "bytes"));
  EXPECT_THROW(GroupComparator(layout, {.by = field("packets")}), std::logic_error);
}

}  // namespace
}  // namespace weir
