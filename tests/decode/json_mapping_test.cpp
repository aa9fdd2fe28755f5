// Values that the configuration says where to find.
#include <gmock/gmock.h>

#include "tests/support/decode_json.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::Pair;

Decoded decode_mapped(const std::vector<std::string>& messages,
                      const std::vector<MappedValue>& mapping,
                      const FieldSet& wanted = all_fields()) {
  return decode_json(messages, DecoderOptions{wanted, mapping, nullptr});
}

TEST(JsonMapping, ReadsMembersOfTheRecordAndOfObjectsInIt) {
  const std::vector<MappedValue> mapping = {{"$.octets", field("bytes")},
                                            {"$.flow.src.asn", field("src_as")},
                                            {"$['the customer']", field("user_text_0")}};
  const Decoded decoded = decode_mapped(
      {R"({"octets": 7, "flow": {"x": 1, "src": {"asn": 64500, "y": 2}}, "the customer": "acme"})",
       R"({"octets": 8, "flow": {"x": 9, "src": {"asn": 64501, "y": 3}}, "the customer": "zeta"})",
       R"({"flow": {"src": {"asn": "64502"}}, "octets": "9"})"},
      mapping);
  EXPECT_THAT(decoded.rows,
              ElementsAre("bytes=7 src_as=64500 user_text_0=acme",
                          "bytes=8 src_as=64501 user_text_0=zeta", "bytes=9 src_as=64502"));
}

TEST(JsonMapping, FieldsOfTheUsersOwnAreNumbersTextsAndAddresses) {
  const std::vector<MappedValue> mapping = {{"$.n", field("user_number_3")},
                                            {"$.t", field("user_text_4")},
                                            {"$.a", field("user_address_5")}};
  const Decoded decoded = decode_mapped(
      {R"({"bytes": 1, "n": 18446744073709551615, "t": "x", "a": "192.0.2.1"})",
       R"({"bytes": 2, "n": "5", "t": 17, "a": "2001:db8::"})",
       R"({"bytes": 3, "n": null, "t": null, "a": ""})", R"({"bytes": 4, "n": "five"})",
       R"({"bytes": 5, "n": -5})", R"({"bytes": 6, "t": {"x": 1}})", R"({"bytes": 7, "a": 1})"},
      mapping);
  EXPECT_THAT(
      decoded.rows,
      ElementsAre(
          "bytes=1 user_number_3=18446744073709551615 user_text_4=x user_address_5=192.0.2.1",
          "bytes=2 user_number_3=5 user_text_4=17 user_address_5=2001:db8::", "bytes=3"));
  EXPECT_THAT(decoded.others, ElementsAre(Pair("wrong_type", 3U), Pair("out_of_range", 1U)));
}

TEST(JsonMapping, WhatIsMappedComesBeforeWhatHasTheFieldsName) {
  const std::vector<MappedValue> mapping = {{"$.flow.octets", field("bytes")},
                                            {"$.octets", field("bytes")}};
  const Decoded decoded = decode_mapped(
      {R"({"bytes": 1, "octets": 2, "flow": {"octets": 3}})",
       R"({"flow": {"octets": 4}, "octets": 5, "bytes": 6})", R"({"bytes": 7, "octets": 8})",
       R"({"octets": 9, "bytes": 10})", R"({"bytes": 11})",
       R"({"bytes": 12, "octets": null, "flow": {"octets": null}})",
       R"({"bytes": "many", "octets": 13})", R"({"bytes": 14, "flow": 15})",
       R"({"bytes": 16, "flow": [{"octets": 17}]})"},
      mapping);
  EXPECT_THAT(decoded.rows, ElementsAre("bytes=3", "bytes=4", "bytes=8", "bytes=9", "bytes=11",
                                        "bytes=12", "bytes=13", "bytes=14", "bytes=16"));
}

TEST(JsonMapping, AMappingSetsAsideANameThatAnotherDialectHasForTheField) {
  const std::vector<std::string> messages = {
      R"({"timestamp_start": 1795293660, "first": "class", "bytes": 1})"};
  EXPECT_THAT(decode_mapped(messages, {}).others, ElementsAre(Pair("wrong_type", 1U)));
  EXPECT_THAT(decode_mapped(messages, {{"$.timestamp_start", field("first_seen")}}).rows,
              ElementsAre("bytes=1 first_seen=2026-11-21T20:41:00Z"));
}

TEST(JsonMapping, AValueThatIsMappedStaysWithItsOwnField) {
  const std::vector<MappedValue> mapping = {{"$.label", field("user_text_0")},
                                            {"$.bytes", field("user_number_1")},
                                            {"$.label", field("user_text_1")}};
  EXPECT_THAT(decode_mapped({R"({"label": "a", "bytes": 1})", R"({"label": "b", "bytes": 2})",
                             R"({"bytes": "3", "label": null})"},
                            mapping)
                  .rows,
              ElementsAre("bytes=1 label=a user_text_0=a user_number_1=1 user_text_1=a",
                          "bytes=2 label=b user_text_0=b user_number_1=2 user_text_1=b",
                          "bytes=3 user_number_1=3"));
}

TEST(JsonMapping, ALabelThatIsAMapCanBeLookedInto) {
  EXPECT_THAT(
      decode_mapped({R"({"bytes": 1, "label": {"site": "fra", "rack": "7"}})",
                     R"({"bytes": 2, "label": "site%ams"})"},
                    {{"$.label.site", field("user_text_0")}})
          .rows,
      ElementsAre("bytes=1 label=site%fra,rack%7 user_text_0=fra", "bytes=2 label=site%ams"));
}

TEST(JsonMapping, TheTypeOfEventCanBeMapped) {
  EXPECT_THAT(decode_mapped({R"({"event_type": "purge", "bytes": 1})",
                             R"({"event_type": "other", "bytes": 2})",
                             R"({"event_type": "purge_init", "bytes": 3})"},
                            {{"$.event_type", field("user_text_0")}})
                  .rows,
              ElementsAre("bytes=1 user_text_0=purge", "bytes=2 user_text_0=other"));
}

TEST(JsonMapping, TheLastOfEqualKeysWins) {
  EXPECT_THAT(
      decode_mapped({R"({"octets": 1, "octets": 2})", R"({"flow": {"octets": 3, "octets": 4}})",
                     R"({"flow": {"octets": 5}, "flow": {"octets": 6}})"},
                    {{"$.octets", field("bytes")}, {"$.flow.octets", field("bytes")}})
          .rows,
      ElementsAre("bytes=2", "bytes=4", "bytes=6"));
}

TEST(JsonMapping, OneBadByteInAKeyChangesNothing) {
  EXPECT_THAT(decode_mapped({"{\"b\xe9\": 1, \"bytes\": 2}", "{\"b\ufffd\": 3, \"bytes\": 4}"},
                            {{"$['b\ufffd']", field("user_number_0")}})
                  .rows,
              ElementsAre("bytes=2 user_number_0=1", "bytes=4 user_number_0=3"));
}

TEST(JsonMapping, WhatIsNotWantedIsNotLookedAt) {
  EXPECT_THAT(decode_mapped({R"({"octets": 1, "customer": []})"},
                            {{"$.octets", field("bytes")}, {"$.customer", field("user_text_0")}},
                            FieldSet{})
                  .rows,
              ElementsAre("bytes=1"));
}

TEST(JsonMapping, MappedValuesMeanWhatTheirFieldsDo) {
  EXPECT_THAT(decode_mapped(
                  {R"({"bytes": 1, "p": "udp", "e": "800", "t": 1795293660})",
                   R"({"bytes": 2, "p": 17, "e": 2048, "t": "2026-11-21 20:41:00"})"},
                  {{"$.p", field("proto")}, {"$.e", field("etype")}, {"$.t", field("first_seen")}})
                  .rows,
              ElementsAre("bytes=1 proto=17 first_seen=2026-11-21T20:41:00Z etype=2048",
                          "bytes=2 proto=17 first_seen=2026-11-21T20:41:00Z etype=2048"));
}

}  // namespace
}  // namespace weir
