#include "weir/decode/protobuf_plan.hpp"

#include <gmock/gmock.h>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Action = ProtobufStep::Action;

FieldSet of(std::initializer_list<FieldId> fields) {
  FieldSet set;
  for (const FieldId id : fields) {
    set.add(id);
  }
  return set;
}

/// The numbers of fields that are not skipped.
std::vector<std::uint32_t> numbers(const ProtobufPlan& plan) {
  std::vector<std::uint32_t> read;
  for (std::uint32_t number = 1; number < 5000; ++number) {
    if (plan.step(number).action != Action::skip) {
      read.push_back(number);
    }
  }
  return read;
}

TEST(ProtobufPlan, OnlyWantedFieldsAreRead) {
  const ProtobufPlan plan(of({field("src_as"), field("label"), field("src_addr")}));
  EXPECT_THAT(numbers(plan), ElementsAre(6, 9, 14));
  EXPECT_FALSE(plan.has_late());
  EXPECT_THAT(plan.defaults(), UnorderedElementsAre(field("bytes"), field("src_as")));
  EXPECT_EQ(plan.step(14).largest, 0xffffffffU);
}

TEST(ProtobufPlan, BytesAreReadWhateverIsWanted) {
  EXPECT_THAT(numbers(ProtobufPlan({})), ElementsAre(9));
}

TEST(ProtobufPlan, ANetworkNeedsAnAddress) {
  const ProtobufPlan plan(of({field("dst_mask")}));
  EXPECT_THAT(numbers(plan), ElementsAre(7, 9, 17));
  EXPECT_EQ(plan.step(7).action, Action::address);
  EXPECT_EQ(plan.step(17).action, Action::late);
}

TEST(ProtobufPlan, ATimeNeedsWhatTellsTheNumbering) {
  const ProtobufPlan plan(of({field("first_seen")}));
  EXPECT_THAT(numbers(plan), testing::IsSupersetOf({2, 5, 38, 63, 110, 111}));
}

TEST(ProtobufPlan, ATypeNeedsWhatTellsTheNumbering) {
  EXPECT_THAT(numbers(ProtobufPlan(of({field("flow_type")}))), ElementsAre(1, 2, 5, 9, 110));
}

TEST(ProtobufPlan, EveryNumberOfTheFieldTableIsRead) {
  const ProtobufPlan plan(all_fields());
  for (const FieldInfo& field : kNamedFields) {
    if (field.goflow2_number != 0) {
      EXPECT_NE(plan.step(field.goflow2_number).action, Action::skip) << field.name;
    }
  }
  EXPECT_EQ(plan.step(1000).action, Action::text);
  EXPECT_EQ(plan.step(1001).action, Action::text);
  EXPECT_EQ(plan.step(1002).action, Action::skip);
  EXPECT_EQ(plan.step(999).action, Action::skip);
}

}  // namespace
}  // namespace weir
