#include "weir/aggregate/group_packer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/aggregate/group_view.hpp"

namespace weir {
namespace {

class GroupPackerTest : public testing::Test {
 protected:
  Flow& add() {
    // Members that are absent hold rubbish.
    Flow& row = batch_.next();
    std::memset(static_cast<void*>(&row), 0xa5, sizeof row);
    row.present.clear();
    batch_.append();
    return row;
  }
  /// The rows as groups of one each.
  std::vector<std::string> packed(std::string_view by, std::string_view fields,
                                  bool bidirectional = false) {
    const GroupLayout layout(parse_group_spec(by, fields, bidirectional));
    const GroupHash hash(1);
    GroupPacker packer(layout, hash);
    const std::uint64_t* const images = packer.pack(batch_);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      Flow row;
      row.present.clear();
      GroupView(layout, images + i * layout.words()).to_flow(row);
      texts.push_back(row_text(row));
    }
    return texts;
  }
  using Texts = std::vector<std::string>;
  FlowBatch batch_;
};

TEST_F(GroupPackerTest, PacksTheLargestValueOfEachInteger) {
  std::string by;
  std::string expected;
  Flow& row = add();
  for (std::size_t i = 0; i < kFirstUserField; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (storage_of(info(id).kind) == Storage::integer) {
      set(row, id, std::numeric_limits<std::uint64_t>::max() >> (64 - info(id).bits));
      by += (by.empty() ? "" : ",") + std::string(info(id).name);
    }
  }
  EXPECT_EQ(packed(by, "sampling_rate"), Texts{row_text(row)});
}

TEST_F(GroupPackerTest, TakesAbsentFieldsForNothingAndARowForOneFlow) {
  set(add(), field("src_as"), std::uint64_t{5});
  set(add(), field("flows"), std::uint64_t{7});
  add();
  EXPECT_EQ(packed("src_as,dst_addr,label,src_lat", "flows,bytes,first_seen,last_seen"),
            (Texts{"bytes=0 flows=1 src_as=5 src_lat=0", "bytes=0 flows=7 src_as=0 src_lat=0",
                   "bytes=0 flows=1 src_as=0 src_lat=0"}));
}

TEST_F(GroupPackerTest, CutsAddressesOfBothFamilies) {
  for (const char* text : {"192.0.2.77", "2001:db8:1:2:3:4:5:6", "::ffff:0:0", "::1"}) {
    set(add(), field("src_addr"), *IpAddress::parse(text));
  }
  EXPECT_EQ(packed("src_addr/26/48", "flows"),
            (Texts{"flows=1 src_addr=192.0.2.64",
                   "flows=1 src_addr=2001:db8:1::", "flows=1 src_addr=0.0.0.0", "flows=1"}));
  EXPECT_EQ(packed("src_addr/24", "flows")[1], "flows=1 src_addr=2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(packed("src_addr/64", "flows")[0], "flows=1 src_addr=192.0.2.77");
}

TEST_F(GroupPackerTest, MakesOneKeyOfRealsThatAreEqual) {
  for (const double value : {0.0, -0.0, std::nan("1"), -std::nan("2")}) {
    set(add(), field("src_lat"), value);
  }
  const GroupLayout layout(parse_group_spec("src_lat", "flows"));
  const GroupHash hash(1);
  GroupPacker packer(layout, hash);
  const std::uint64_t* const images = packer.pack(batch_);
  EXPECT_EQ(images[0], images[2]);
  EXPECT_EQ(images[4], images[6]);
  EXPECT_NE(images[0], images[4]);
}

TEST_F(GroupPackerTest, LeavesNoRubbishBesideNarrowKeys) {
  set(add(), field("proto"), std::uint64_t{6});
  const GroupLayout layout(parse_group_spec("proto", "flows"));
  const GroupHash hash(1);
  GroupPacker packer(layout, hash);
  EXPECT_EQ(packer.pack(batch_)[0], 6U);
  EXPECT_EQ(packer.pack(batch_)[0], 6U);
}

TEST_F(GroupPackerTest, TurnsFlowsToTheServiceAtTheLowerPort) {
  const auto flow = [&](std::uint64_t src_port, std::uint64_t dst_port) {
    Flow& row = add();
    set(row, field("src_port"), src_port);
    set(row, field("dst_port"), dst_port);
    set(row, field("bytes"), std::uint64_t{10});
    set(row, field("out_bytes"), std::uint64_t{3});
  };
  flow(50'000, 443);
  flow(443, 50'000);
  flow(53, 53);
  EXPECT_EQ(packed("src_port,dst_port", "bytes", true),
            (Texts{"bytes=10 src_port=50000 dst_port=443 out_bytes=3",
                   "bytes=3 src_port=50000 dst_port=443 out_bytes=10",
                   "bytes=10 src_port=53 dst_port=53 out_bytes=3"}));
}

TEST_F(GroupPackerTest, TurnsFlowsToTheLesserSourceWithoutPorts) {
  const auto flow = [&](std::string_view in, std::string_view out) {
    Flow& row = add();
    set(row, field("in_vrf"), in);
    set(row, field("out_vrf"), out);
    set(row, field("proto"), std::uint64_t{1});
  };
  flow("customer", "internet");
  flow("internet", "customer");
  EXPECT_EQ(packed("out_vrf,in_vrf", "flows", true),
            Texts(2, "flows=1 in_vrf=customer out_vrf=internet"));
}

TEST_F(GroupPackerTest, TurnsThoseProtocolsAloneThatHavePorts) {
  constexpr std::uint64_t kProtocols = 256;
  for (std::uint64_t proto = 0; proto < kProtocols; ++proto) {
    batch_.clear();
    Flow& row = add();
    set(row, field("src_port"), std::uint64_t{0});
    set(row, field("dst_port"), std::uint64_t{2048});
    set(row, field("proto"), proto);
    const bool turned = packed("src_port,dst_port,proto", "flows", true)
                            .at(0)
                            .starts_with("flows=1 src_port=2048 dst_port=0");
    // TCP, UDP, DCCP, SCTP, UDP-Lite; of ICMP it would be another type.
    const bool ports = std::set<std::uint64_t>{6, 17, 33, 132, 136}.contains(proto);
    EXPECT_EQ(turned, ports) << proto;
  }
}

}  // namespace
}  // namespace weir
