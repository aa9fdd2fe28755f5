#include "weir/sink/series_key.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sink/sink_fixture.hpp"
#include "weir/base/error.hpp"
#include "weir/base/ip.hpp"

namespace weir {
namespace {

std::string key_of(const SeriesKeyPlan& plan, const Flow& flow) {
  std::string out(plan.max_size() + 2 * SeriesKeyPlan::kWord, '#');
  out.resize(plan.pack(flow, plan.current_tables(), out.data()));
  return out;
}

std::string text_of(const SeriesKeyPlan& plan, const Flow& flow) {
  std::string out;
  plan.append_text(key_of(plan, flow), plan.current_tables(), out);
  return out;
}

class SeriesKey : public ::testing::Test {
 protected:
  SeriesKey() { flow.present.clear(); }

  FlowBatch batch;
  Flow& flow = batch.next();
};

TEST_F(SeriesKey, PrintsTheDefaultMetricAsUpstreamDoes) {
  const auto names = std::make_shared<TestLookup>(NameMap{{6939, "HURRICANE"}, {15169, "GOOGLE"}});
  const SeriesKeyPlan plan(default_metrics(names)[1]);
  set(flow, field("src_as"), std::uint64_t{6939});
  set(flow, field("dst_as"), std::uint64_t{15169});
  set(flow, field("label"), std::string_view("bdr1"));
  EXPECT_EQ(text_of(plan, flow),
            R"(flow_receive_bytes_total{source_as="6939",source_as_name="HURRICANE",)"
            R"(destination_as="15169",destination_as_name="GOOGLE",hostname="bdr1"} )");
  EXPECT_EQ(key_of(plan, flow).size(), 16U) << "two numbers of 4 bytes, 2 and the text, filled up";
}

TEST_F(SeriesKey, ReadsAbsentFieldsAsZeroOrEmpty) {
  const SeriesKeyPlan plan(simple_metric({{"as", field("src_as"), {}},
                                          {"host", field("label"), {}},
                                          {"exporter", field("exporter"), {}},
                                          {"lat", field("src_lat"), {}}}));
  const std::string absent = key_of(plan, flow);
  EXPECT_EQ(text_of(plan, flow), R"(m_total{as="0",host="",exporter="",lat="0"} )");
  set(flow, field("src_as"), std::uint64_t{0});
  set(flow, field("label"), std::string_view());
  EXPECT_EQ(key_of(plan, flow), absent);
}

TEST_F(SeriesKey, PrintsEveryKindAsPeopleReadIt) {
  const SeriesKeyPlan plan(simple_metric({{"mac", field("src_mac"), {}},
                                          {"proto", field("proto"), {}},
                                          {"reserved", field("tunnel_proto"), {}},
                                          {"etype", field("etype"), {}},
                                          {"seen", field("first_seen"), {}},
                                          {"addr", field("src_addr"), {}},
                                          {"net", field("src_net"), {}},
                                          {"lat", field("src_lat"), {}},
                                          {"tag", field("tag"), {}},
                                          {"path", field("as_path"), {}}}));
  set(flow, field("src_mac"), std::uint64_t{0x0123456789ab});
  set(flow, field("proto"), std::uint64_t{6});
  set(flow, field("tunnel_proto"), std::uint64_t{255});
  set(flow, field("etype"), std::uint64_t{0x800});
  set(flow, field("first_seen"), std::uint64_t{1'700'000'000'000'000'000});
  set(flow, field("src_addr"), *IpAddress::parse("192.0.2.1"));
  set(flow, field("src_net"), *IpAddress::parse("2001:db8::"));
  set(flow, field("src_lat"), -12.5);
  set(flow, field("tag"), std::numeric_limits<std::uint64_t>::max());
  set(flow, field("as_path"), std::string_view("1 2 3"));
  EXPECT_EQ(text_of(plan, flow),
            R"(m_total{mac="01:23:45:67:89:ab",proto="tcp",reserved="255",etype="0x0800",)"
            R"(seen="2023-11-14T22:13:20Z",addr="192.0.2.1",net="2001:db8::",lat="-12.5",)"
            R"(tag="18446744073709551615",path="1 2 3"} )");
}

TEST_F(SeriesKey, CutsAddressesToTheirNetworksEachFamilyByItself) {
  const SeriesKeyPlan plan(simple_metric({{"net", field("src_addr"), {}, 24, 48},
                                          {"wide", field("src_addr"), {}, 8, 32},
                                          {"host", field("src_addr"), {}}}));
  set(flow, field("src_addr"), *IpAddress::parse("192.0.2.7"));
  EXPECT_EQ(text_of(plan, flow),
            R"(m_total{net="192.0.2.0/24",wide="192.0.0.0/8",host="192.0.2.7"} )");
  set(flow, field("src_addr"), *IpAddress::parse("2001:db8:1:2::3"));
  EXPECT_EQ(text_of(plan, flow),
            R"(m_total{net="2001:db8:1::/48",wide="2001:db8::/32",host="2001:db8:1:2::3"} )");
  flow.present.clear();
  EXPECT_EQ(text_of(plan, flow), R"(m_total{net="",wide="",host=""} )");
}

TEST_F(SeriesKey, FlowsOfOneNetworkHaveOneKey) {
  const SeriesKeyPlan plan(simple_metric({{"net", field("src_addr"), {}, 24, 48}}));
  set(flow, field("src_addr"), *IpAddress::parse("192.0.2.7"));
  const std::string key = key_of(plan, flow);
  set(flow, field("src_addr"), *IpAddress::parse("192.0.2.200"));
  EXPECT_EQ(key_of(plan, flow), key);
  set(flow, field("src_addr"), *IpAddress::parse("192.0.3.7"));
  EXPECT_NE(key_of(plan, flow), key);
}

TEST_F(SeriesKey, GivesEveryProtocolATextOfItsOwn) {
  const SeriesKeyPlan plan(simple_metric({{"proto", field("proto"), {}}}));
  std::set<std::string> texts;
  for (std::uint64_t proto = 0; proto < 256; ++proto) {
    set(flow, field("proto"), proto);
    texts.insert(text_of(plan, flow));
  }
  EXPECT_EQ(texts.size(), 256U);
}

TEST_F(SeriesKey, TellsTextsThatOnlyTogetherAreEqualApart) {
  const SeriesKeyPlan plan(
      simple_metric({{"a", field("src_country"), {}}, {"b", field("dst_country"), {}}}));
  std::set<std::string> keys;
  std::set<std::string> texts;
  for (const auto& [a, b] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"a", R"(",b="c)"}}) {
    set(flow, field("src_country"), a);
    set(flow, field("dst_country"), b);
    keys.insert(key_of(plan, flow));
    texts.insert(text_of(plan, flow));
  }
  EXPECT_EQ(keys.size(), 5U);
  EXPECT_EQ(texts.size(), 5U);
}

TEST_F(SeriesKey, KeepsTextsOfEveryLengthWhole) {
  const SeriesKeyPlan plan(simple_metric({{"host", field("label"), {}}}));
  const std::string long_text(SeriesKeyPlan::kMaxText, 'x');
  for (std::size_t size = 0; size <= SeriesKeyPlan::kMaxText; size += size < 40 ? 1 : 41) {
    const std::string text = long_text.substr(0, size);
    set(flow, field("label"), std::string_view(text));
    ASSERT_EQ(text_of(plan, flow), "m_total{host=\"" + text + "\"} ");
    ASSERT_EQ(key_of(plan, flow).size() % SeriesKeyPlan::kWord, 0U);
  }
}

TEST_F(SeriesKey, CutsLongTextsBetweenCharacters) {
  const SeriesKeyPlan plan(simple_metric({{"host", field("label"), {}}}));
  const auto shown = [&](const std::string& text) {
    set(flow, field("label"), std::string_view(text));
    const std::string out = text_of(plan, flow);
    const std::size_t head = std::string_view("m_total{host=\"").size();
    return out.substr(head, out.size() - head - std::string_view("\"} ").size());
  };
  const std::string full(1024, 'a');
  EXPECT_EQ(shown(full + "b"), full);
  const std::string almost(1023, 'a');
  EXPECT_EQ(shown(almost + "\xc5\xbd"), almost) << "a character of two bytes does not fit";
  EXPECT_EQ(shown(std::string(1022, 'a') + "\xc5\xbd" + "b"), std::string(1022, 'a') + "\xc5\xbd");
  EXPECT_EQ(shown(std::string(1021, 'a') + "\xf0\x9f\x90\x8e"), std::string(1021, 'a'));
  EXPECT_EQ(shown(std::string(2000, '"')).size(), 2048U) << "cut before it is escaped";
}

TEST_F(SeriesKey, CutsLongNamesToo) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, std::string(5000, 'n')}});
  const SeriesKeyPlan plan(
      simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}}));
  set(flow, field("src_as"), std::uint64_t{1});
  EXPECT_EQ(text_of(plan, flow), "m_total{as=\"1\",name=\"" + std::string(1024, 'n') + "\"} ");
}

TEST_F(SeriesKey, NamesOfOneNumberMayComeFromSeveralLookups) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "ONE"}});
  const auto others = std::make_shared<TestLookup>(NameMap{{1, "EINS"}, {2, "ZWEI"}});
  const SeriesKeyPlan plan(
      simple_metric({{"one", field("src_as"), names}, {"other", field("src_as"), others}}));
  set(flow, field("src_as"), std::uint64_t{1});
  EXPECT_EQ(text_of(plan, flow), R"(m_total{one="ONE",other="EINS"} )");
  set(flow, field("src_as"), std::uint64_t{2});
  EXPECT_EQ(text_of(plan, flow), R"(m_total{one="ONE",other="ZWEI"} )");
}

TEST_F(SeriesKey, PacksTheNameWhereTheNumberIsNotShown) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "ONE"}, {3, "THREE"}});
  const SeriesKeyPlan plan(
      simple_metric({{"name", field("src_as"), names}, {"again", field("src_as"), names}}));
  EXPECT_TRUE(plan.packs_names());
  std::vector<std::string> keys;
  for (const std::uint64_t as : {1U, 2U, 3U, 4U, 5U}) {
    set(flow, field("src_as"), as);
    keys.push_back(key_of(plan, flow));
  }
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_NE(keys[0], keys[2]);
  EXPECT_EQ(keys[3], keys[4]) << "neither has a name";
  EXPECT_EQ(text_of(plan, flow), R"(m_total{name="",again=""} )");
}

TEST_F(SeriesKey, HasALayoutOfItsOwnForWhateverIsShownOtherwise) {
  const auto names = std::make_shared<TestLookup>();
  const auto label = [](FieldId id, std::uint8_t v4_bits = 32, std::uint8_t v6_bits = 128) {
    MetricLabel made{"a", id, {}};
    made.v4_bits = v4_bits;
    made.v6_bits = v6_bits;
    return made;
  };
  const std::vector<std::vector<MetricLabel>> all = {
      {},
      {label(field("src_addr"))},
      {label(field("dst_addr"))},
      {label(field("src_addr"), 24)},
      {label(field("src_addr"), 16)},
      {label(field("src_addr"), 24, 48)},
      {label(field("src_as"))},
      {{"b", field("src_as"), {}}},
      {{"a", field("src_as"), names}},
      {{"a", field("src_as"), {}}, {"b", field("src_as"), names}},
      {{"b", field("src_as"), names}, {"a", field("src_as"), {}}},
  };
  std::set<std::string> layouts;
  for (const std::vector<MetricLabel>& labels : all) {
    const std::string layout = SeriesKeyPlan(simple_metric(labels)).layout();
    EXPECT_TRUE(layouts.insert(layout).second) << layout;
  }
}

TEST_F(SeriesKey, MakesAllNotANumbersOne) {
  const SeriesKeyPlan plan(simple_metric({{"lat", field("src_lat"), {}}}));
  set(flow, field("src_lat"), std::numeric_limits<double>::quiet_NaN());
  const std::string key = key_of(plan, flow);
  set(flow, field("src_lat"), -std::numeric_limits<double>::signaling_NaN());
  EXPECT_EQ(key_of(plan, flow), key);
}

TEST_F(SeriesKey, PrintsOtherInEveryLabel) {
  std::string text;
  SeriesKeyPlan(default_metrics(std::make_shared<TestLookup>())[0]).append_other(text);
  EXPECT_EQ(text, R"(flow_transmit_bytes_total{source_as="other",source_as_name="other",)"
                  R"(destination_as="other",destination_as_name="other",hostname="other"} )");
}

TEST_F(SeriesKey, FindsTheKeysWhoseNamesChanged) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "ONE"}, {2, "TWO"}});
  const SeriesKeyPlan plan(default_metrics(names)[0]);
  const auto before = plan.current_tables();
  const auto generation = plan.tables_generation();
  names->set({{1, "ONE"}, {2, "ZWEI"}, {3, "THREE"}});
  EXPECT_NE(plan.tables_generation(), generation);
  RenamedKeys renamed(plan, before, plan.current_tables());
  const auto is_renamed = [&](std::uint64_t src, std::uint64_t dst) {
    set(flow, field("src_as"), src);
    set(flow, field("dst_as"), dst);
    return renamed.contains(key_of(plan, flow));
  };
  EXPECT_FALSE(is_renamed(1, 1));
  EXPECT_TRUE(is_renamed(1, 2));
  EXPECT_TRUE(is_renamed(2, 1));
  EXPECT_TRUE(is_renamed(3, 1));
  EXPECT_FALSE(is_renamed(1, 4));
  EXPECT_TRUE(is_renamed(2, 3));
}

TEST_F(SeriesKey, RefusesMetricsThatCannotBe) {
  EXPECT_THROW(SeriesKeyPlan(simple_metric({{"a-b", field("src_as"), {}}})), Error);
}

TEST_F(SeriesKey, KnowsItsOwnKeysFromOtherBytes) {
  const SeriesKeyPlan plan(simple_metric(
      {{"host", field("label"), {}}, {"as", field("src_as"), {}}, {"ip", field("src_addr"), {}}}));
  FlowBatch fresh;
  Flow& row = fresh.next();
  set(row, field("label"), std::string_view("abc"));
  set(row, field("src_as"), std::uint64_t{7});
  std::string key(plan.max_size() + 2 * SeriesKeyPlan::kWord, '#');
  key.resize(plan.pack(row, plan.current_tables(), key.data()));
  EXPECT_TRUE(plan.valid(key));
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(plan.valid(std::string_view(key).substr(0, size)));
  }
  EXPECT_FALSE(plan.valid(key + std::string(8, '\0')));
  std::string longer = key;
  longer[0] = static_cast<char>(longer[0] + 8);
  EXPECT_FALSE(plan.valid(longer));
  std::string unclean = key;
  unclean.back() = 'x';
  EXPECT_FALSE(plan.valid(unclean));
}

TEST_F(SeriesKey, AKeyWithALongerTextThanItsOwnIsNone) {
  const SeriesKeyPlan plan(simple_metric({{"host", field("label"), {}}}));
  const auto with_text = [](std::uint16_t size) {
    std::string key(2, '\0');
    key[0] = static_cast<char>(size % 256);
    key[1] = static_cast<char>(size / 256);
    key += std::string(size, 'x');
    key.resize((key.size() + 7) / 8 * 8);
    return key;
  };
  EXPECT_TRUE(plan.valid(with_text(SeriesKeyPlan::kMaxText)));
  EXPECT_FALSE(plan.valid(with_text(SeriesKeyPlan::kMaxText + 1)));
  EXPECT_FALSE(plan.valid(with_text(60'000)));
}

}  // namespace
}  // namespace weir
