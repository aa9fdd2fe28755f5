#include "weir/aggregate/group_spec.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string_view by, std::string_view fields, bool bidirectional = false) {
  try {
    parse_group_spec(by, fields, bidirectional);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "it was taken";
}

std::vector<std::string> names(const GroupSpec& spec) {
  std::vector<std::string> all;
  for (const GroupColumn& column : spec.columns) {
    all.push_back(column.name);
  }
  return all;
}

TEST(GroupSpec, ReadsFieldsAndMasks) {
  const GroupSpec spec = parse_group_spec(
      "src_as, dst_addr/24 ,src_addr/64,next_hop/16/48,exporter/0,src_net/32", "bytes");
  EXPECT_THAT(spec.key,
              ElementsAre(KeyPart{field("src_as"), 32, 128}, KeyPart{field("dst_addr"), 24, 128},
                          KeyPart{field("src_addr"), 32, 64}, KeyPart{field("next_hop"), 16, 48},
                          KeyPart{field("exporter"), 0, 128}, KeyPart{field("src_net"), 32, 128}));
}

TEST(GroupSpec, WritesKeyPartsAsTheyAreRead) {
  for (const char* word : {"src_as", "src_addr", "src_addr/24", "src_addr/64", "src_addr/24/64",
                           "src_addr/0", "src_addr/32/16", "src_addr/0/0"}) {
    EXPECT_EQ(to_string(parse_group_spec(word, "bytes").key.at(0)), word);
  }
}

TEST(GroupSpec, ReadsColumnsWithNamesOnEitherSide) {
  const GroupSpec spec =
      parse_group_spec("dst_country,src_addr/24",
                       "first_seen, dst_ctr:dst_country,bytes:octets,src_addr/24,net:src_addr,pps");
  EXPECT_THAT(spec.columns,
              ElementsAre(GroupColumn{"first_seen", field("first_seen")},
                          GroupColumn{"dst_ctr", field("dst_country")},
                          GroupColumn{"octets", field("bytes")},
                          GroupColumn{"src_addr/24", field("src_addr")},
                          GroupColumn{"net", field("src_addr")}, GroupColumn{"pps", Derived::pps}));
}

TEST(GroupSpec, ColumnsMayNameAKeyWithBitsThatCutNothing) {
  for (const char* const word : {"src_addr/32", "src_addr/128", "src_addr/32/128"}) {
    const GroupSpec spec = parse_group_spec(word, fmt::format("{},bytes", word));
    EXPECT_EQ(spec.columns[0], (GroupColumn{word, field("src_addr")}));
  }
  EXPECT_EQ(parse_group_spec("src_addr/0/48", "a:src_addr/0/48").columns[0].name, "a");
  EXPECT_THAT(refusal("src_addr/24", "src_addr/25"), HasSubstr("no field 'src_addr/25'"));
  EXPECT_THAT(refusal("proto", "proto/32"), HasSubstr("no field 'proto/32'"));
}

TEST(GroupSpec, HasColumnsWithoutBeingAsked) {
  EXPECT_THAT(names(parse_group_spec("src_addr/24,dst_as", "")),
              ElementsAre("src_addr/24", "dst_as", "flows", "packets", "bytes"));
  EXPECT_THAT(names(parse_group_spec("", " ")), ElementsAre("flows", "packets", "bytes"));
  EXPECT_THAT(names(parse_group_spec("packets", "")), ElementsAre("packets", "flows", "bytes"));
  EXPECT_THAT(
      names(parse_group_spec("src_as,dst_as", "", true)),
      ElementsAre("src_as", "dst_as", "flows", "packets", "bytes", "out_packets", "out_bytes"));
}

TEST(GroupSpec, SaysWhichFieldMayHaveBeenMeant) {
  EXPECT_THAT(refusal("src_adr", ""), HasSubstr("--by: there is no field 'src_adr'. Did you mean"));
  EXPECT_THAT(refusal("src_adr", ""), HasSubstr("src_addr"));
  EXPECT_THAT(refusal("as_src", ""), HasSubstr("It is called src_as here."));
  EXPECT_THAT(refusal("%sa", ""), HasSubstr("It is called src_addr here."));
  EXPECT_THAT(refusal("xyzzy", ""), HasSubstr("docs/filter.md lists them all."));
  EXPECT_THAT(refusal("duration", ""), HasSubstr("computed from a group"));
  EXPECT_THAT(refusal("src_as", "byts"), HasSubstr("--fields: there is no field 'byts'. Did you"));
  EXPECT_THAT(refusal("src_as", "durtion"), HasSubstr("duration"));
  EXPECT_THAT(refusal("src_as", "name:byts"), HasSubstr("no field 'byts'"));
}

TEST(GroupSpec, RefusesWordsThatAreNone) {
  EXPECT_THAT(refusal("src_as,,dst_as", ""), HasSubstr("between two commas"));
  EXPECT_THAT(refusal("src_as", "bytes,"), HasSubstr("between two commas"));
  EXPECT_THAT(refusal("src_as", ":bytes"), HasSubstr("write name:field"));
  EXPECT_THAT(refusal("src_as", "bytes:"), HasSubstr("write name:field"));
  EXPECT_THAT(refusal("src_as", "bytes:packets"), HasSubstr("both are fields"));
}

TEST(GroupSpec, RefusesMasksThatAreNone) {
  EXPECT_THAT(refusal("src_as/24", ""), HasSubstr("only addresses"));
  EXPECT_THAT(refusal("src_addr/24/64/1", ""), HasSubstr("only addresses"));
  for (const char* word : {"src_addr/129", "src_addr/x", "src_addr/", "src_addr/24x", "src_addr/-1",
                           "src_addr/33/64", "src_addr/24/129"}) {
    EXPECT_THAT(refusal(word, ""), HasSubstr("how many bits")) << word;
  }
}

TEST(GroupSpec, RefusesColumnsThatCannotBeMerged) {
  EXPECT_THAT(refusal("src_as", "bytes,dst_port"),
              HasSubstr("dst_port differs within a group and cannot be merged; add dst_port to"));
}

TEST(GroupSpec, RefusesWhatIsThereTwice) {
  EXPECT_THAT(refusal("src_addr/24,src_as,src_addr", ""), HasSubstr("src_addr is there twice"));
  EXPECT_THAT(refusal("src_as", "bytes,bytes"), HasSubstr("two columns are called 'bytes'"));
  EXPECT_THAT(refusal("src_as", "x:bytes,x:packets"), HasSubstr("two columns are called 'x'"));
}

TEST(GroupSpec, KnowsTheFieldsOfTheOtherDirection) {
  EXPECT_EQ(mirror_of(field("src_addr")), field("dst_addr"));
  EXPECT_EQ(mirror_of(field("out_if")), field("in_if"));
  EXPECT_EQ(mirror_of(field("tunnel_dst_port")), field("tunnel_src_port"));
  EXPECT_EQ(mirror_of(field("post_nat_src_addr")), field("post_nat_dst_addr"));
  for (const char* name : {"bytes", "out_bytes", "proto", "src_communities"}) {
    EXPECT_EQ(mirror_of(*find_field(name)), *find_field(name)) << name;
  }
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    EXPECT_EQ(mirror_of(mirror_of(id)), id) << info(id).name;
    EXPECT_EQ(info(mirror_of(id)).kind, info(id).kind) << info(id).name;
  }
}

TEST(GroupSpec, FoldsOnlyWhatHasBothEnds) {
  EXPECT_THAT(refusal("src_addr,dst_port,src_port", "", true),
              HasSubstr("src_addr needs dst_addr beside it"));
  EXPECT_THAT(refusal("src_addr/24,dst_addr", "", true),
              HasSubstr("src_addr/24 needs dst_addr/24 beside it"));
  EXPECT_THAT(refusal("proto", "", true), HasSubstr("fields of both ends"));
  EXPECT_THAT(refusal("src_as,dst_as,bytes", "", true), HasSubstr("bytes cannot be in the key"));
}

}  // namespace
}  // namespace weir
