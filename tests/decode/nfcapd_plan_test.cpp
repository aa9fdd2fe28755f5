#include "weir/decode/nfcapd_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::ElementsAre;

FieldSet fields(std::initializer_list<FieldId> ids) {
  FieldSet set;
  for (const FieldId id : ids) {
    set.add(id);
  }
  return set;
}

std::vector<NfcapdOp> ops(const NfcapdPlan& plan) {
  std::vector<NfcapdOp> found;
  for (const NfcapdCopy& copy : plan.copies) {
    found.push_back(copy.op);
  }
  return found;
}

TEST(NfcapdPlan, WhatIsNotWantedCostsNothing) {
  NfcapdPlanBuilder builder(fields({field("bytes")}));
  builder.add(field("bytes"), NfcapdOp::copy64, 8);
  builder.add(field("packets"), NfcapdOp::copy64, 16);
  const NfcapdPlan plan = builder.finish(24);
  ASSERT_THAT(ops(plan), ElementsAre(NfcapdOp::copy64));
  EXPECT_EQ(plan.copies[0].from, 8);
  EXPECT_EQ(plan.copies[0].to, info(field("bytes")).offset);
  EXPECT_EQ(plan.present, fields({field("bytes")}));
  EXPECT_EQ(plan.size, 24);
}

TEST(NfcapdPlan, ASumNeedsNoneOfItsPartsToBeWanted) {
  NfcapdPlanBuilder builder(fields({field("total_bytes")}));
  builder.add(field("out_bytes"), NfcapdOp::copy32, 16);
  builder.add(field("bytes"), NfcapdOp::copy64, 8);
  EXPECT_THAT(ops(builder.finish(24)), ElementsAre(NfcapdOp::copy64, NfcapdOp::add32));
}

TEST(NfcapdPlan, OfWhatIsThereTwiceTheLastCounts) {
  NfcapdPlanBuilder builder(fields({field("src_as")}));
  builder.add(field("src_as"), NfcapdOp::copy16, 8);
  builder.add(field("src_as"), NfcapdOp::copy32, 12);
  const NfcapdPlan plan = builder.finish(16);
  ASSERT_THAT(ops(plan), ElementsAre(NfcapdOp::copy32));
  EXPECT_EQ(plan.copies[0].from, 12);
}

TEST(NfcapdPlan, StepsAreInTheOrderOfTheRow) {
  NfcapdPlanBuilder builder(fields({field("dst_as"), field("flows"), field("bytes")}));
  builder.add(field("dst_as"), NfcapdOp::copy32, 20);
  builder.add(field("bytes"), NfcapdOp::copy64, 8);
  EXPECT_THAT(ops(builder.finish(24)),
              ElementsAre(NfcapdOp::copy64, NfcapdOp::one, NfcapdOp::copy32));
}

TEST(NfcapdPlan, OnlySlotsThatFitIntoTheExtensionAreTaken) {
  const std::vector<NfcapdSlot> slots = {{7, 0, field("src_as"), NfcapdOp::copy32},
                                         {7, 4, field("dst_as"), NfcapdOp::copy32},
                                         {8, 0, field("tos"), NfcapdOp::copy8}};
  NfcapdPlanBuilder builder(fields({field("src_as"), field("dst_as"), field("tos")}));
  builder.add_extension(slots, 7, 16, 7);
  EXPECT_EQ(builder.finish(23).present, fields({field("src_as")}));
}

TEST(NfcapdPlan, TextsGoToTheEndOfTheirExtension) {
  const std::vector<NfcapdSlot> slots = {{28, 0, field("label"), NfcapdOp::text}};
  NfcapdPlanBuilder builder(fields({field("label")}));
  builder.add_extension(slots, 28, 16, 33);
  EXPECT_EQ(builder.finish(49).copies.at(0).other, 33);
}

}  // namespace
}  // namespace weir
