#include "weir/enrich/enrichment.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/mmdb_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

constexpr std::chrono::milliseconds kNever{0};

class Keep final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    network = get_text(batch[0], field("src_network"));
    country = get_text(batch[0], field("src_country"));
    as = get_integer(batch[0], field("src_as"));
  }
  std::string network;
  std::string country;
  std::uint64_t as = 0;
};

std::string database(const std::string& member, const std::string& value) {
  MmdbWriter writer;
  writer.insert("192.0.2.0/24", writer.put(mmdb::map({{member, value}})));
  return writer.bytes();
}

FieldSet wanted() {
  FieldSet fields;
  fields.add(field("src_network"));
  fields.add(field("src_country"));
  fields.add(field("src_as"));
  fields.add(field("src_port"));
  return fields;
}

/// What `stage` makes of a row from 192.0.2.1.
Keep fill(Stage& stage) {
  FlowBatch batch;
  Flow& row = batch.next();
  set(row, field("src_addr"), *IpAddress::parse("192.0.2.1"));
  batch.append();
  Accounts accounts;
  Keep keep;
  stage.process(batch, accounts, keep);
  return keep;
}

TEST(Enrichment, FilesOfAllKindsAreReadAndTold) {
  const TempFolder folder;
  folder.put("networks.csv", "192.0.2.0/24,office\n");
  folder.put("country.mmdb", database("country_code", mmdb::text("DE")));
  folder.put("asn.mmdb", database("asn", mmdb::number(64496)));
  folder.put("interfaces.csv", "203.0.113.1,1,ge-0\n");
  folder.put("exporters.csv", "203.0.113.1,core\n");
  const EnrichOptions options{.geo = {folder.path("country.mmdb"), folder.path("asn.mmdb")},
                              .networks = folder.path("networks.csv"),
                              .interfaces = folder.path("interfaces.csv"),
                              .exporters = folder.path("exporters.csv"),
                              .check = kNever};
  const Enrichment enrichment(options);
  EXPECT_EQ(enrichment.options(), options);
  EXPECT_EQ(enrichment.generation(), 1U);
  EXPECT_TRUE(enrichment.writes().has(field("dst_country_numeric")));
  EXPECT_TRUE(enrichment.writes().has(field("exporter_name")));
  EXPECT_FALSE(enrichment.writes().has(field("src_port")));
  EXPECT_TRUE(enrichment.reads(wanted()).has(field("src_addr")));
  EXPECT_FALSE(enrichment.reads(wanted()).has(field("exporter")));
  std::string kinds;
  for (const LookupFile& file : enrichment.files()) {
    kinds += std::string(file.kind) + " ";
    EXPECT_GT(file.entries, 0U);
  }
  EXPECT_EQ(kinds, "geo geo networks interfaces exporters ");
  const std::unique_ptr<Stage> stage = enrichment.stage(wanted());
  ASSERT_NE(stage, nullptr);
  const Keep row = fill(*stage);
  EXPECT_EQ(row.network, "office");
  EXPECT_EQ(row.country, "DE");
  EXPECT_EQ(row.as, 64496U);
}

TEST(Enrichment, WithoutAnythingToFillThereIsNoStage) {
  const TempFolder folder;
  folder.put("networks.csv", "192.0.2.0/24,office\n");
  const Enrichment enrichment({.networks = folder.path("networks.csv"), .check = kNever});
  FieldSet fields;
  fields.add(field("src_country"));
  EXPECT_EQ(enrichment.stage(fields), nullptr);
  EXPECT_EQ(enrichment.reads(fields), FieldSet{});
  EXPECT_TRUE(EnrichOptions{}.empty());
  EXPECT_FALSE(enrichment.options().empty());
}

TEST(Enrichment, AFileThatCannotBeUsedIsNamed) {
  const TempFolder folder;
  folder.put("networks.csv", "192.0.2.0/24,office\n10.0.0.0/33,x\n");
  folder.put("text.mmdb", "<html>");
  EXPECT_EQ(usage_error([&] {
              const Enrichment enrichment({.networks = folder.path("networks.csv")});
            }).find(folder.path("networks.csv") + ": line 2: "),
            0U);
  EXPECT_EQ(usage_error([&] { const Enrichment enrichment({.geo = {folder.path("text.mmdb")}}); }),
            folder.path("text.mmdb") + ": this is no MaxMind DB file (.mmdb)");
}

TEST(Enrichment, StagesFollowChangedFilesAndKeepTheOldOnesOfBroken) {
  const TempFolder folder;
  folder.put("networks.csv", "192.0.2.0/24,old\n");
  folder.put("geo.mmdb", database("country_code", mmdb::text("DE")));
  Enrichment enrichment(
      {.geo = {folder.path("geo.mmdb")}, .networks = folder.path("networks.csv"), .check = kNever});
  const std::unique_ptr<Stage> stage = enrichment.stage(wanted());
  ASSERT_NE(stage, nullptr);
  ASSERT_EQ(write_file_atomically(folder.path("networks.csv"), "192.0.2.0/24,new\n"), "");
  ASSERT_EQ(write_file_atomically(folder.path("geo.mmdb"), "torn"), "");
  EXPECT_EQ(enrichment.refresh(), folder.path("geo.mmdb") + ": this is no MaxMind DB file (.mmdb)");
  EXPECT_EQ(enrichment.generation(), 2U);
  EXPECT_EQ(fill(*stage).network, "new");
  EXPECT_EQ(fill(*stage).country, "DE");
  ASSERT_EQ(
      write_file_atomically(folder.path("geo.mmdb"), database("country_code", mmdb::text("CZ"))),
      "");
  EXPECT_EQ(enrichment.refresh(), "");
  EXPECT_EQ(fill(*stage).country, "CZ");
}

TEST(Enrichment, AStageOutlivesIt) {
  const TempFolder folder;
  folder.put("networks.csv", "192.0.2.0/24,office\n");
  std::unique_ptr<Stage> stage;
  {
    const Enrichment enrichment({.networks = folder.path("networks.csv")});
    stage = enrichment.stage(wanted());
  }
  EXPECT_EQ(fill(*stage).network, "office");
}

}  // namespace
}  // namespace weir
