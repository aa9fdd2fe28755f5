#include "weir/enrich/enrich_stage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/support/mmdb_writer.hpp"
#include "weir/enrich/mmdb.hpp"

namespace weir {
namespace {

class NoEmit final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    ++batches;
    rows += batch.size();
  }
  int batches = 0;
  std::size_t rows = 0;
};

IpAddress address(const std::string& text) {
  return *IpAddress::parse(text);
}

FieldSet set_of(std::initializer_list<FieldId> ids) {
  FieldSet set;
  for (const FieldId id : ids) {
    set.add(id);
  }
  return set;
}

std::shared_ptr<const GeoTable> geo() {
  MmdbWriter writer;
  const auto entry = [&](const std::string& country, std::uint64_t as) {
    return writer.put(
        mmdb::map({{"country_code", mmdb::text(country)}, {"asn", mmdb::number(as)}}));
  };
  writer.insert("192.0.2.0/24", entry("DE", 64496));
  writer.insert("2001:db8::/32", entry("XK", 64497));
  return std::make_shared<const GeoTable>(GeoTable::read(Mmdb(writer.bytes())));
}

EnrichTables all_tables() {
  return {.geo = geo(),
          .networks = std::make_shared<const NetworkTable>(
              NetworkTable::parse("192.0.2.0/24,office,Example\n2001:db8::/32,lab\n")),
          .interfaces = std::make_shared<const InterfaceTable>(
              InterfaceTable::parse("203.0.113.1,1,ge-0,uplink,10G\n203.0.113.1,2,ge-1\n")),
          .exporters =
              std::make_shared<const ExporterTable>(ExporterTable::parse("203.0.113.1,core\n"))};
}

class EnrichStageTest : public testing::Test {
 protected:
  /// A row between two addresses.
  Flow& add(const std::string& from, const std::string& to) {
    Flow& row = batch_.next();
    set(row, field("src_addr"), address(from));
    set(row, field("dst_addr"), address(to));
    batch_.append();
    return row;
  }
  void run(const EnrichTables& tables, const FieldSet& wanted) {
    published_->publish(tables);
    FieldSet filled = writes_of(tables);
    filled &= wanted;
    stage_ = std::make_unique<EnrichStage>(published_, filled);
    stage_->process(batch_, accounts_, next_);
  }
  static FieldSet everything() {
    FieldSet all;
    for (std::size_t i = 0; i < kFirstUserField; ++i) {
      all.add(static_cast<FieldId>(i));
    }
    return all;
  }

  std::shared_ptr<Published<EnrichTables>> published_ = std::make_shared<Published<EnrichTables>>();
  std::unique_ptr<EnrichStage> stage_;
  FlowBatch batch_;
  Accounts accounts_;
  NoEmit next_;
};

TEST_F(EnrichStageTest, FillsAllThatTheTablesKnow) {
  Flow& row = add("192.0.2.1", "2001:db8::1");
  set(row, field("exporter"), address("203.0.113.1"));
  set(row, field("in_if"), std::uint64_t{1});
  set(row, field("out_if"), std::uint64_t{2});
  run(all_tables(), everything());
  EXPECT_EQ(get_text(row, field("src_country")), "DE");
  EXPECT_EQ(get_integer(row, field("src_country_numeric")), 276U);
  EXPECT_EQ(get_integer(row, field("src_as")), 64496U);
  EXPECT_EQ(get_text(row, field("dst_country")), "XK");
  EXPECT_FALSE(row.present.has(field("dst_country_numeric"))) << "the standard has none";
  EXPECT_EQ(get_integer(row, field("dst_as")), 64497U);
  EXPECT_EQ(get_text(row, field("src_network")), "office");
  EXPECT_EQ(get_text(row, field("src_customer")), "Example");
  EXPECT_EQ(get_text(row, field("dst_network")), "lab");
  EXPECT_FALSE(row.present.has(field("dst_customer")));
  EXPECT_EQ(get_text(row, field("in_if_name")), "ge-0");
  EXPECT_EQ(get_text(row, field("in_if_description")), "uplink");
  EXPECT_EQ(get_integer(row, field("in_if_speed")), 10'000'000'000U);
  EXPECT_EQ(get_text(row, field("out_if_name")), "ge-1");
  EXPECT_FALSE(row.present.has(field("out_if_description")));
  EXPECT_EQ(get_text(row, field("exporter_name")), "core");
  EXPECT_EQ(next_.batches, 1);
}

TEST_F(EnrichStageTest, FillsOnlyWhatIsWanted) {
  Flow& row = add("192.0.2.1", "192.0.2.2");
  set(row, field("exporter"), address("203.0.113.1"));
  const FieldSet before = row.present;
  run(all_tables(), set_of({field("dst_as"), field("src_customer")}));
  FieldSet after = before;
  after |= set_of({field("dst_as"), field("src_customer")});
  EXPECT_EQ(row.present, after);
}

TEST_F(EnrichStageTest, WhatTheRecordSaysItselfStays) {
  Flow& row = add("192.0.2.1", "192.0.2.2");
  set(row, field("exporter"), address("203.0.113.1"));
  set(row, field("in_if"), std::uint64_t{1});
  set(row, field("src_as"), std::uint64_t{7});
  set(row, field("src_country"), std::string_view("FR"));
  set(row, field("src_network"), std::string_view("mine"));
  set(row, field("dst_customer"), std::string_view("theirs"));
  set(row, field("in_if_name"), std::string_view("own"));
  set(row, field("in_if_speed"), std::uint64_t{5});
  set(row, field("exporter_name"), std::string_view("router"));
  run(all_tables(), everything());
  EXPECT_EQ(get_integer(row, field("src_as")), 7U);
  EXPECT_EQ(get_text(row, field("src_country")), "FR");
  EXPECT_EQ(get_integer(row, field("src_country_numeric")), 250U) << "of the record's country";
  EXPECT_EQ(get_text(row, field("src_network")), "mine");
  EXPECT_EQ(get_text(row, field("src_customer")), "Example");
  EXPECT_EQ(get_text(row, field("dst_customer")), "theirs");
  EXPECT_EQ(get_text(row, field("in_if_name")), "own");
  EXPECT_EQ(get_text(row, field("in_if_description")), "uplink");
  EXPECT_EQ(get_integer(row, field("in_if_speed")), 5U);
  EXPECT_EQ(get_text(row, field("exporter_name")), "router");
}

TEST_F(EnrichStageTest, ZeroAndEmptyAreNothing) {
  Flow& row = add("192.0.2.1", "192.0.2.2");
  set(row, field("src_as"), std::uint64_t{0});
  set(row, field("src_country"), std::string_view());
  set(row, field("dst_country_numeric"), std::uint64_t{250});
  set(row, field("src_network"), std::string_view());
  run(all_tables(), everything());
  EXPECT_EQ(get_integer(row, field("src_as")), 64496U);
  EXPECT_EQ(get_text(row, field("src_country")), "DE");
  EXPECT_EQ(get_text(row, field("dst_country")), "FR") << "of the record's number";
  EXPECT_EQ(get_text(row, field("src_network")), "office");
}

TEST_F(EnrichStageTest, RowsOfUnknownOrNoAddressStayAsTheyAre) {
  Flow& unknown = add("198.51.100.1", "198.51.100.2");
  set(unknown, field("exporter"), address("203.0.113.9"));
  set(unknown, field("in_if"), std::uint64_t{1});
  const FieldSet before = unknown.present;
  Flow& empty = batch_.next();
  batch_.append();
  run(all_tables(), everything());
  EXPECT_EQ(unknown.present, before);
  EXPECT_TRUE(empty.present.empty());
  EXPECT_EQ(next_.rows, 2U);
}

TEST_F(EnrichStageTest, NewTablesCountFromTheNextBatchOn) {
  add("192.0.2.1", "192.0.2.2");
  run({.networks = std::make_shared<const NetworkTable>(NetworkTable::parse("192.0.2.0/24,old\n"))},
      everything());
  EXPECT_EQ(get_text(batch_[0], field("src_network")), "old");
  published_->publish({.networks = std::make_shared<const NetworkTable>(
                           NetworkTable::parse("192.0.2.0/24,new\n"))});
  EXPECT_EQ(get_text(batch_[0], field("src_network")), "old") << "its text is still alive";
  batch_.clear();
  add("192.0.2.1", "192.0.2.2");
  stage_->process(batch_, accounts_, next_);
  EXPECT_EQ(get_text(batch_[0], field("src_network")), "new");
}

TEST(EnrichFields, WhatIsReadFollowsFromWhatIsFilled) {
  EXPECT_EQ(reads_of({}), FieldSet{});
  EXPECT_EQ(reads_of(set_of({field("src_as")})), set_of({field("src_addr")}));
  EXPECT_EQ(reads_of(set_of({field("dst_country_numeric")})),
            set_of({field("dst_addr"), field("dst_country"), field("dst_country_numeric")}));
  EXPECT_EQ(reads_of(set_of({field("dst_customer"), field("src_network")})),
            set_of({field("dst_addr"), field("src_addr")}));
  EXPECT_EQ(reads_of(set_of({field("out_if_speed")})),
            set_of({field("exporter"), field("out_if")}));
  EXPECT_EQ(reads_of(set_of({field("exporter_name")})), set_of({field("exporter")}));
}

TEST(EnrichFields, WhatIsWrittenFollowsFromTheTables) {
  EXPECT_EQ(writes_of({}), FieldSet{});
  EnrichTables tables;
  tables.exporters = std::make_shared<const ExporterTable>();
  EXPECT_EQ(writes_of(tables), set_of({field("exporter_name")}));
  MmdbWriter writer;
  writer.insert("10.0.0.0/8", writer.put(mmdb::map({{"asn", mmdb::number(1)}})));
  tables = {};
  tables.geo = std::make_shared<const GeoTable>(GeoTable::read(Mmdb(writer.bytes())));
  EXPECT_EQ(writes_of(tables), set_of({field("src_as"), field("dst_as")}))
      << "a database of AS has no countries";
}

}  // namespace
}  // namespace weir
