#include "weir/decode/json_keys.hpp"

#include <gmock/gmock.h>

#include "tests/support/decode_json.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string_view field_of(std::string_view key) {
  const auto name = json_key(key);
  return name ? info(name->field).name : std::string_view("-");
}

TEST(JsonKeys, KnowsEverySpelling) {
  EXPECT_EQ(field_of("as_src"), "src_as");             // pmacct
  EXPECT_EQ(field_of("sampler_address"), "exporter");  // goflow2
  EXPECT_EQ(field_of("time_flow_start_ns"), "first_seen");
  EXPECT_EQ(field_of("SamplerAddress"), "exporter");  // goflow
  EXPECT_EQ(field_of("SrcAS"), "src_as");
  EXPECT_EQ(field_of("in_bytes"), "bytes");  // nfdump
  EXPECT_EQ(field_of("src6_addr"), "src_addr");
  EXPECT_EQ(field_of("dst_ctr"), "dst_country_numeric");  // weir stream
  EXPECT_EQ(field_of("in_if_name"), "in_if_name");        // the field's own
  EXPECT_EQ(field_of("BYTES"), "-");
  EXPECT_EQ(field_of(""), "-");
}

TEST(JsonKeys, EveryFieldIsKnownByItsOwnName) {
  for (const FieldInfo& field : kNamedFields) {
    EXPECT_EQ(field_of(field.name), field.name);
  }
  EXPECT_EQ(field_of("user_number_0"), "-");
}

TEST(JsonKeys, FindsWhatIsWantedAndNothingElse) {
  FieldSet wanted;
  wanted.add(field("src_as"));
  const JsonKeys keys(DecoderOptions{wanted});
  for (const std::string_view key : {"as_src", "src_as", "SrcAS", "SrcAs", "bytes", "Bytes"}) {
    const auto* const member = keys.members().find(key);
    ASSERT_NE(member, nullptr) << key;
    EXPECT_EQ(member->targets.size(), 1U);
    EXPECT_EQ(member->inside, nullptr);
  }
  for (const std::string_view key : {"", "as_dst", "packets", "as_srcx", "as_sr"}) {
    EXPECT_EQ(keys.members().find(key), nullptr) << key;
  }
  EXPECT_EQ(keys.slots(), 0U);
}

TEST(JsonKeys, AMappedValueStandsWhereItsPathLeads) {
  DecoderOptions options;
  options.wanted.add(field("user_text_0"));
  options.mapping = {{"$.octets", field("bytes")},
                     {"$.flow.octets", field("bytes")},
                     {"$.flow.customer", field("user_text_0")},
                     {"$.flow", field("label")}};
  const JsonKeys keys(options);
  EXPECT_EQ(keys.slots(), 2U);
  const auto* const octets = keys.members().find("octets");
  ASSERT_NE(octets, nullptr);
  EXPECT_EQ(octets->targets.front().rank, 0U);
  const auto* const flow = keys.members().find("flow");
  ASSERT_NE(flow, nullptr);
  EXPECT_TRUE(flow->targets.empty()) << "nobody wants the label";
  ASSERT_NE(flow->inside, nullptr);
  EXPECT_EQ(flow->inside->find("octets")->targets.front().rank, 1U);
  EXPECT_EQ(flow->inside->find("customer")->targets.front().field, field("user_text_0"));
  EXPECT_EQ(keys.members().find("bytes")->targets.front().rank, JsonTarget::kNamed);
}

TEST(JsonKeys, RefusesAPathThatCannotBeOne) {
  DecoderOptions options;
  options.mapping = {{"octets", field("bytes")}};
  EXPECT_THAT(usage_error([&] { JsonDecoder{options}; }), HasSubstr("'octets'"));
}

TEST(JsonMembers, HoldsAnyNumberOfNames) {
  JsonMembers members;
  const auto name = [](int i) { return "some name " + std::to_string(i); };
  for (int i = 0; i < 1000; ++i) {
    members.make(name(i)).targets.push_back({static_cast<FieldId>(i % 100)});
    members.make("");
  }
  for (int i = 0; i < 1000; ++i) {
    const auto* const member = members.find(name(i));
    ASSERT_NE(member, nullptr);
    EXPECT_EQ(member->targets.front().field, i % 100);
  }
  EXPECT_EQ(members.find(name(1000)), nullptr);
  EXPECT_NE(members.find(""), nullptr);
  EXPECT_EQ(JsonMembers().find(""), nullptr);
}

TEST(JsonKeys, ANetworkIsMadeOfAnAddressAndItsMask) {
  FieldSet wanted;
  wanted.add(field("src_net"));
  wanted.add(field("dst_net"));
  const Decoded decoded = decode_json(
      {R"({"bytes": 1, "ip_src": "192.0.2.129", "mask_src": 25})",
       R"({"Bytes": "2", "SrcAddr": "2001:db8::1", "SrcNet": "32", "DstAddr": "<nil>"})",
       R"({"bytes": 3, "src_addr": "192.0.2.1", "src_net": "192.0.2.0/24", "dst_net": "::/0"})",
       R"({"bytes": 4, "ip_src": "192.0.2.129", "mask_src": 33})",
       R"({"bytes": 5, "ip_src": "192.0.2.129", "mask_src": 25, "net_src": "198.51.100.0"})"},
      wanted);
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1 src_net=192.0.2.128", "bytes=2 src_net=2001:db8::",
                                        "bytes=3 src_net=192.0.2.0 dst_net=::", "bytes=4",
                                        "bytes=5 src_net=198.51.100.0"));
}

TEST(JsonKeys, OfWhatIsReadForSomethingElseNothingIsLeft) {
  FieldSet wanted;
  wanted.add(field("src_mask"));
  wanted.add(field("dst_country"));
  EXPECT_THAT(decode_json({R"({"bytes": 1, "src_net": "192.0.2.0/24", "dst_ctr": "US"})",
                           R"({"bytes": 2, "src_net": "192.0.2.0", "dst_ctr": 840})"},
                          wanted)
                  .rows,
              ElementsAre("bytes=1 src_mask=24 dst_country=US", "bytes=2"));
}

}  // namespace
}  // namespace weir
