#include "weir/decode/nfcapd_context.hpp"

#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"

namespace weir {
namespace {

TEST(NfcapdContext, ExportersHaveAnAddressAndADomain) {
  NfcapdContext context;
  context.learn(NfcapdContext::kExporter, nfcapd_exporter(1, "192.0.2.1", 200));
  context.learn(NfcapdContext::kExporter, nfcapd_exporter(70, "2001:db8::70", 7));
  EXPECT_EQ(context.address(1)->to_string(), "192.0.2.1");
  EXPECT_EQ(context.domain(1), 200U);
  EXPECT_EQ(context.address(70)->to_string(), "2001:db8::70");
  EXPECT_EQ(context.address(2), std::nullopt);
  EXPECT_EQ(context.domain(65535), std::nullopt);
  context.clear();
  EXPECT_EQ(context.address(1), std::nullopt);
}

TEST(NfcapdContext, SamplersAreThoseOfTheFlowOrOfTheExporter) {
  NfcapdContext context;
  EXPECT_EQ(context.sampling(1, std::nullopt), std::nullopt);
  context.learn(NfcapdContext::kSampler, nfcapd_sampler(1, -2, 1, 9));
  EXPECT_EQ(context.sampling(1, std::nullopt), 10U) << "nfcapd -s";
  context.learn(NfcapdContext::kSampler, nfcapd_sampler(1, -1, 1, 99));
  EXPECT_EQ(context.sampling(1, std::nullopt), 100U) << "an option without a number";
  context.learn(NfcapdContext::kSampler, nfcapd_sampler(1, 5, 10, 4990));
  EXPECT_EQ(context.sampling(1, 5), 500U);
  EXPECT_EQ(context.sampling(1, 6), 100U);
  context.learn(NfcapdContext::kSampler, nfcapd_sampler(1, 5, 1, 1));
  EXPECT_EQ(context.sampling(1, 5), 2U) << "a later one counts";
  context.learn(NfcapdContext::kSampler, nfcapd_sampler(1, -3, 1, 0));
  EXPECT_EQ(context.sampling(1, 5), 1U) << "nfcapd -s with a negative number";
  EXPECT_EQ(context.sampling(2, std::nullopt), std::nullopt);
}

TEST(NfcapdContext, OldSamplersHaveAnInterval) {
  NfcapdContext context;
  context.learn(NfcapdContext::kOldSampler,
                nfcapd_record(9, NfcapdBytes().u32(3).u32(1000).u16(1).u16(2)));
  EXPECT_EQ(context.sampling(2, 3), 1000U);
  context.learn(NfcapdContext::kOldSampler,
                nfcapd_record(9, NfcapdBytes().u32(4).u32(0).u16(1).u16(2)));
  EXPECT_EQ(context.sampling(2, 4), std::nullopt) << "an interval of 0 says nothing";
}

TEST(NfcapdContext, InterfacesHaveNames) {
  NfcapdContext context;
  NfcapdBytes data;
  data.u16(2).u16(20).u32(16).u32(7).text("xe-0/0/7", 16).u32(8).text("sixteen letters!", 16);
  context.learn(NfcapdContext::kInterfaces, nfcapd_record(13, data));
  EXPECT_EQ(context.interface_name(7), "xe-0/0/7");
  EXPECT_EQ(context.interface_name(8), "sixteen letters!");
  EXPECT_EQ(context.interface_name(9), "");
}

TEST(NfcapdContext, ApplicationsHaveNamesWhateverStandsInFrontOfThem) {
  for (const unsigned padding : {0U, 2U}) {
    NfcapdContext context;
    NfcapdBytes data;
    data.u16(2).u16(4 + 8 + 12).u16(4).u16(8).u16(12).text("", padding);
    data.u8(3).u8(0).u8(0).u8(80).text("http", 8).text("the web", 12);
    data.u8(3).u8(0).u8(0).u8(53).text("dns", 8).text("names", 12);
    context.learn(NfcapdContext::kApplications, nfcapd_record(12, data));
    EXPECT_EQ(context.application(std::string("\3\0\0\x50", 4)), "http");
    EXPECT_EQ(context.application(std::string("\3\0\0\x35", 4)), "dns");
    EXPECT_EQ(context.application("none"), "");
  }
}

TEST(NfcapdContext, RecordsThatAreCutOffAreIgnoredOrReadAsFarAsTheyGo) {
  NfcapdBytes names;
  names.u16(3).u16(20).u32(16).u32(7).text("eth7", 16).u32(8).text("eth8", 16);
  NfcapdBytes applications;
  applications.u16(9).u16(24).u16(4).u16(8).u16(12).text("", 48);
  for (const auto& [type, whole] :
       {std::pair{7U, nfcapd_exporter(1, "192.0.2.1", 200)},
        {15U, nfcapd_sampler(1, 1, 1, 1)},
        {9U, nfcapd_record(9, NfcapdBytes().u32(3).u32(10).u16(1).u16(2))},
        {13U, nfcapd_record(13, names)},
        {12U, nfcapd_record(12, applications)}}) {
    for (std::size_t size = 4; size < whole.size(); ++size) {
      NfcapdContext context;
      context.learn(type, std::string(whole.substr(0, size)));
      EXPECT_EQ(context.address(1), std::nullopt);
      EXPECT_EQ(context.sampling(1, 1), std::nullopt);
      EXPECT_EQ(context.interface_name(8), "") << "the last name needs the last byte";
    }
  }
}

}  // namespace
}  // namespace weir
