#include "weir/decode/nfcapd_copy.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/rows.hpp"

namespace weir {
namespace {

class NfcapdCopyTest : public ::testing::Test {
 protected:
  /// What one step makes of these bytes, in a row that held rubbish.
  std::string copy(FieldId field, NfcapdOp op, const NfcapdBytes& bytes, std::uint16_t other = 0) {
    NfcapdPlan plan;
    plan.copies.push_back(
        {.op = op, .field = field, .from = 0, .other = other, .to = info(field).offset});
    plan.present.add(field);
    Flow row;
    std::memset(static_cast<void*>(&row), 0xa5, sizeof row);
    record_ = bytes.bytes();
    copy_record(plan, record_.data(), {.context = context_, .texts = texts_}, row);
    return row_text(row);
  }

  NfcapdContext context_;
  TextArena texts_;
  std::string record_;
};

TEST_F(NfcapdCopyTest, TimesThatNanosecondsCannotSayAreAbsent) {
  const auto time = [this](std::uint64_t ms) {
    return copy(field("first_seen"), NfcapdOp::milliseconds, NfcapdBytes().u64(ms));
  };
  EXPECT_EQ(time(0), "first_seen=1970-01-01T00:00:00Z");
  EXPECT_EQ(time(kMaxMilliseconds).substr(0, 15), "first_seen=2554");
  EXPECT_EQ(time(kMaxMilliseconds + 1), "");
  EXPECT_EQ(time(~std::uint64_t{0}), "");
}

TEST_F(NfcapdCopyTest, TextsEndAtTheFirstNulOrWithTheirBytes) {
  EXPECT_EQ(copy(field("label"), NfcapdOp::text, NfcapdBytes().text("one", 8), 8), "label=one");
  EXPECT_EQ(copy(field("label"), NfcapdOp::text, NfcapdBytes().text("fourfour", 8), 4),
            "label=four");
  EXPECT_EQ(copy(field("label"), NfcapdOp::text, NfcapdBytes().text("", 8), 8), "");
}

TEST_F(NfcapdCopyTest, TextsThatAreNotUtf8AreMended) {
  EXPECT_EQ(copy(field("label"), NfcapdOp::text,
                 NfcapdBytes().text("a\xff"
                                    "b",
                                    4),
                 4),
            "label=a\xef\xbf\xbd"
            "b");
}

TEST_F(NfcapdCopyTest, ApplicationsWithoutANameAreEngineAndNumber) {
  const auto id = NfcapdBytes().u8(13).u8(0).u8(1).u8(2);
  EXPECT_EQ(copy(field("application"), NfcapdOp::application, id, 4), "application=13:258");
}

TEST_F(NfcapdCopyTest, InterfacesWithoutANameHaveNone) {
  EXPECT_EQ(copy(field("in_if_name"), NfcapdOp::interface_name, NfcapdBytes().u32(7)), "");
  context_.learn(NfcapdContext::kInterfaces,
                 nfcapd_record(13, NfcapdBytes().u16(1).u16(12).u32(8).u32(7).text("eth7", 8)));
  EXPECT_EQ(copy(field("in_if_name"), NfcapdOp::interface_name, NfcapdBytes().u32(7)),
            "in_if_name=eth7");
}

TEST_F(NfcapdCopyTest, AStackOfLabelsEndsAtItsBottomOrAtTen) {
  NfcapdBytes all;
  for (std::uint32_t i = 0; i < 10; ++i) {
    all.u32((100 + i) << 4U);
  }
  EXPECT_EQ(copy(field("mpls_labels"), NfcapdOp::mpls_labels, all),
            "mpls_labels=100 101 102 103 104 105 106 107 108 109");
  EXPECT_EQ(copy(field("mpls_label_bottom"), NfcapdOp::mpls_bottom, all), "mpls_label_bottom=109");
  NfcapdBytes two;
  two.u32(16U << 4U).u32(17U << 4U | 1).u32(99U << 4U).text("", 28);
  EXPECT_EQ(copy(field("mpls_labels"), NfcapdOp::mpls_labels, two), "mpls_labels=16 17");
  NfcapdBytes none;
  none.text("", 40);
  EXPECT_EQ(copy(field("mpls_labels"), NfcapdOp::mpls_labels, none), "");
  EXPECT_EQ(copy(field("mpls_label_top"), NfcapdOp::mpls_top, none), "mpls_label_top=0");
}

TEST_F(NfcapdCopyTest, AMacHas48Bits) {
  EXPECT_EQ(copy(field("src_mac"), NfcapdOp::mac, NfcapdBytes().u64(0xffff'0200'0000'0001)),
            "src_mac=02:00:00:00:00:01");
}

}  // namespace
}  // namespace weir
