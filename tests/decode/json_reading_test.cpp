#include "weir/decode/json_reading.hpp"

#include <gmock/gmock.h>

#include "tests/support/decode_json.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// The row that a value makes of a field, "-" if it makes none, or why it is refused.
std::string read(JsonReading reading, FieldId id, const JsonScalar& value) {
  FlowBatch rows;
  Flow& row = rows.next();
  if (const auto refused = assign_json_as(reading, row, id, value, rows.texts())) {
    return std::string(kRefusedNames[static_cast<std::size_t>(*refused)]);
  }
  const std::string text = row_text(row);
  return text.empty() ? "-" : text;
}

std::string read_nanos(const JsonScalar& value) {
  return read(JsonReading::nanoseconds, field("first_seen"), value);
}

std::string read_place(std::string_view text) {
  return read(JsonReading::place, field("src_country"), JsonScalar::of_text(text));
}

TEST(JsonReading, NanosecondsAreThatHoweverSmall) {
  EXPECT_EQ(read_nanos(JsonScalar::of_integer(1'700'000'000)),
            "first_seen=1970-01-01T00:00:01.700Z");
  EXPECT_EQ(read_nanos(JsonScalar::of_text("1700000000000")), "first_seen=1970-01-01T00:28:20Z");
  EXPECT_EQ(read_nanos(JsonScalar::of_real(1.79529366e18)), "first_seen=2026-11-21T20:41:00Z");
  EXPECT_EQ(read_nanos(JsonScalar::of_text("2026-11-21 20:41:00")),
            "first_seen=2026-11-21T20:41:00Z");
  EXPECT_EQ(read_nanos(JsonScalar::of_negative(-1)), "out_of_range");
  EXPECT_EQ(read_nanos(JsonScalar::of_text("18446744073709551616")), "out_of_range");
  EXPECT_EQ(read_nanos(JsonScalar::of_real(1.5)), "wrong_type");
  EXPECT_EQ(read_nanos(JsonScalar::of_boolean(true)), "wrong_type");
}

TEST(JsonReading, ZeroSaysNothingWhereItIsNone) {
  for (const JsonScalar& zero :
       {JsonScalar::of_integer(0), JsonScalar::of_text("0"), JsonScalar::of_real(0)}) {
    EXPECT_TRUE(says_nothing(JsonReading::not_zero, zero));
    EXPECT_FALSE(says_nothing(JsonReading::usual, zero));
    EXPECT_EQ(read(JsonReading::not_zero, field("last_seen"), zero), "-");
  }
  for (const JsonScalar& other :
       {JsonScalar::of_integer(1), JsonScalar::of_text(""), JsonScalar::of_text("00:00"),
        JsonScalar::of_negative(-1), JsonScalar::of_boolean(false)}) {
    EXPECT_FALSE(says_nothing(JsonReading::not_zero, other));
  }
}

TEST(JsonReading, APlaceTellsItsCountry) {
  EXPECT_EQ(read_place("Europe/DE/Berlin long/lat: 13.4/52.5"), "src_country=DE");
  EXPECT_EQ(read_place("/us/"), "src_country=us");
  for (const std::string_view text :
       {"", "DE", "Europe/DE", "Europe//Berlin", "Europe/DEU/Berlin", "a/--/b", "a/.1/b", "/"}) {
    EXPECT_EQ(read_place(text), "-") << text;
  }
  EXPECT_EQ(read(JsonReading::place, field("src_country"), JsonScalar::of_integer(276)), "-");
}

TEST(JsonReading, DecimalDigitsAreThatInAnEtherTypeToo) {
  EXPECT_EQ(read(JsonReading::decimal, field("etype"), JsonScalar::of_text("2048")), "etype=2048");
  EXPECT_EQ(read(JsonReading::usual, field("etype"), JsonScalar::of_text("2048")), "etype=8264");
}

FieldSet times() {
  FieldSet wanted;
  wanted.add(field("first_seen"));
  wanted.add(field("last_seen"));
  return wanted;
}

TEST(JsonReading, MillisecondsThatAreZeroLeaveTheSeconds) {
  const std::string rest = R"("TimeFlowStart":1795293660,"TimeFlowEnd":1795293661,)";
  const Decoded decoded = decode_json(
      {R"({"Bytes":1,)" + rest + R"("TimeFlowStartMs":0,"TimeFlowEndMs":0})",
       R"({"Bytes":2,)" + rest + R"("TimeFlowStartMs":1795293660250,"TimeFlowEndMs":0})",
       R"({"Bytes":3,)" + rest + R"("TimeFlowStartMs":"0","TimeFlowEndMs":"0"})",
       R"({"Bytes":4,)" + rest + R"("TimeFlowStartMs":null,"TimeFlowEndMs":""})",
       R"({"Bytes":5,"TimeFlowStartMs":0,"TimeFlowStart":1795293660})",
       R"({"bytes":6,"time_flow_end":1795293661,"time_flow_end_ms":0})",
       R"({"Bytes":7,"TimeFlowStartMs":0})"},
      times());
  EXPECT_THAT(
      decoded.rows,
      ElementsAre("bytes=1 first_seen=2026-11-21T20:41:00Z last_seen=2026-11-21T20:41:01Z",
                  "bytes=2 first_seen=2026-11-21T20:41:00.250Z last_seen=2026-11-21T20:41:01Z",
                  "bytes=3 first_seen=2026-11-21T20:41:00Z last_seen=2026-11-21T20:41:01Z",
                  "bytes=4", "bytes=5 first_seen=2026-11-21T20:41:00Z",
                  "bytes=6 last_seen=2026-11-21T20:41:01Z", "bytes=7"));
}

TEST(JsonReading, MillisecondsThatAreZeroLeaveTheSecondsOfAFieldThatIsMapped) {
  const DecoderOptions options{times(), {{"$.start", field("first_seen")}}, nullptr};
  EXPECT_THAT(
      decode_json({R"({"Bytes":1,"TimeFlowStart":1795293660,"TimeFlowStartMs":0})",
                   R"({"Bytes":2,"TimeFlowStart":1795293660,"TimeFlowStartMs":0,"start":1})"},
                  options)
          .rows,
      ElementsAre("bytes=1 first_seen=2026-11-21T20:41:00Z",
                  "bytes=2 first_seen=1970-01-01T00:00:01Z"));
}

TEST(JsonReading, ANetworksMaskNeverGoesBeyondItsAddress) {
  FieldSet wanted;
  wanted.add(field("src_mask"));
  wanted.add(field("dst_mask"));
  wanted.add(field("dst_net"));
  EXPECT_THAT(decode_json({R"({"Bytes":1,"SrcAddr":"192.0.2.1","SrcNet":33,"DstNet":32,)"
                           R"("DstAddr":"192.0.2.1"})",
                           R"({"Bytes":2,"SrcAddr":"2001:db8::1","SrcNet":33,"DstNet":129,)"
                           R"("DstAddr":"2001:db8::1"})"},
                          wanted)
                  .rows,
              ElementsAre("bytes=1 dst_mask=32 dst_net=192.0.2.1", "bytes=2 src_mask=33"));
}

TEST(JsonReading, AddressesThatGoflow2DoesNotHaveAreEmptyArrays) {
  const Decoded decoded = decode_json({R"({"Bytes":1,"BgpNextHop":[],"AsPath":[]})",
                                       R"({"Bytes":2,"NextHop":"192.0.2.1","NextHop":[ ]})",
                                       R"({"Bytes":3,"BgpNextHop":[10]})", R"({"Bytes":[]})"});
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=1 as_path=", "bytes=2"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("wrong_type", 2U)));
  const DecoderOptions options{all_fields(), {{"$.hop", field("bgp_next_hop")}}, nullptr};
  EXPECT_THAT(decode_json({R"({"Bytes":1,"hop":[],"BgpNextHop":"192.0.2.1"})"}, options).rows,
              ElementsAre("bytes=1 bgp_next_hop=192.0.2.1"));
}

}  // namespace
}  // namespace weir
