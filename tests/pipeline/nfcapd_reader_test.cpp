#include "weir/pipeline/nfcapd_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <thread>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/rows.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Sums, and how often each row came.
class Tally final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ++rows[row_text(batch[i])];
      bytes += get_integer(batch[i], field("total_bytes"));
      packets += get_integer(batch[i], field("total_packets"));
    }
  }
  /// Nothing is here more often than in the other.
  [[nodiscard]] bool within(const Tally& other) const {
    return std::all_of(rows.begin(), rows.end(), [&](const auto& entry) {
      const auto found = other.rows.find(entry.first);
      return found != other.rows.end() && entry.second <= found->second;
    });
  }
  std::map<std::string, std::uint64_t> rows;
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
};

/// Files that Debian's nfcapd 1.7.1 wrote of the same made-up NetFlow v5, v9 and IPFIX.
std::vector<std::filesystem::path> samples() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(WEIR_SOURCE_DIR "/tests/data/nfcapd")) {
    found.push_back(entry.path());
  }
  return found;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

NfcapdReport read(const std::string& path, Tally& tally) {
  const FieldSet wanted = all_fields();
  const auto work = nfcapd_work({path}, wanted);
  NfcapdReader reader(*work, wanted);
  reader.run(tally);
  return reader.report();
}

TEST(NfcapdReader, FilesOfNfcapdHoldTheSameWhateverTheirCompression) {
  std::map<std::string, std::uint64_t> first;
  ASSERT_THAT(samples(), SizeIs(4));
  for (const auto& path : samples()) {
    Tally tally;
    const NfcapdReport report = read(path, tally);
    EXPECT_TRUE(report.whole()) << path << testing::PrintToString(report.damage);
    const NfcapdStat stat = NfcapdFile(path).header().stat;
    EXPECT_EQ(report.records.flows, stat.flows);
    EXPECT_EQ(tally.bytes, stat.bytes);
    EXPECT_EQ(tally.packets, stat.packets);
    EXPECT_GT(stat.flows, 100U);
    // All but the time at which nfcapd received them is the same.
    std::map<std::string, std::uint64_t> rows;
    for (const auto& [text, count] : tally.rows) {
      const auto at = text.find("received=");
      rows[text.substr(0, at) + text.substr(text.find(' ', at))] += count;
    }
    if (first.empty()) {
      first = rows;
    }
    EXPECT_EQ(rows.size(), first.size()) << path;
  }
}

TEST(NfcapdReader, CutOffAnywhereWhatIsKeptIsRight) {
  const TempFolder folder;
  for (const auto& path : samples()) {
    const std::string whole = content(path);
    Tally all;
    const NfcapdReport complete = read(path, all);
    std::uint64_t end = 0;  // of the flows
    std::memcpy(&end, whole.data() + 24, sizeof end);
    for (std::size_t size = 40; size < whole.size(); size += 100) {
      folder.put("cut", whole.substr(0, size));
      Tally kept;
      const NfcapdReport report = read(folder.path("cut"), kept);
      ASSERT_TRUE(kept.within(all)) << path << " " << size;
      ASSERT_EQ(report.damage.size(), size < end ? 1U : 0U) << path << " " << size;
      ASSERT_LE(report.records.flows + report.records.lost, complete.records.flows + 7);
    }
  }
}

TEST(NfcapdReader, OfAFileThatIsNotPackedAllWholeRecordsAreKept) {
  const TempFolder folder;
  const std::string flow = NfcapdFlow().generic(1, 100).bytes();
  const std::string whole = nfcapd_file({nfcapd_block({flow, flow}), nfcapd_block({flow, flow})});
  std::uint64_t before = 0;
  for (std::size_t size = 40; size < whole.size(); ++size) {
    folder.put("cut", whole.substr(0, size));
    Tally kept;
    const NfcapdReport report = read(folder.path("cut"), kept);
    EXPECT_EQ(kept.bytes, 100 * report.records.flows);
    EXPECT_GE(report.records.flows, before);
    before = report.records.flows;
  }
  EXPECT_EQ(before, 4U);
}

TEST(NfcapdReader, WithAnyBitTurnedItNeitherCrashesNorLosesCount) {
  const TempFolder folder;
  std::mt19937_64 random(1);
  for (const auto& path : samples()) {
    const std::string whole = content(path);
    for (int round = 0; round < 60; ++round) {
      std::string turned = whole;
      for (std::uint64_t bits = 1 + random() % 3; bits != 0; --bits) {
        // Headers are where it hurts most, so half of the turns are there.
        const std::size_t reach = random() % 2 == 0 ? 200 : whole.size();
        turned[4 + random() % (reach - 4)] ^= static_cast<char>(1U << random() % 8);
      }
      folder.put("turned", turned);
      Tally kept;
      const FieldSet wanted = all_fields();
      const auto work = nfcapd_work({folder.path("turned")}, wanted);
      NfcapdReader reader(*work, wanted);
      reader.run(kept);
      std::uint64_t rows = 0;
      for (const auto& [text, count] : kept.rows) {
        rows += count;
      }
      ASSERT_EQ(rows, reader.report().records.flows);
    }
  }
}

class NfcapdFolderTest : public ::testing::Test {
 protected:
  /// A file of this many flows from the exporter, in blocks of 10.
  void put(const std::string& name, std::size_t flows, const std::string& exporter) {
    std::vector<std::string> blocks;
    std::vector<std::string> records = {nfcapd_exporter(1, exporter, 0)};
    for (std::size_t i = 0; i < flows; ++i) {
      records.push_back(NfcapdFlow(0, 1).generic(1, i).bytes());
      if (records.size() == 10) {
        blocks.push_back(nfcapd_block(records));
        records.clear();
      }
    }
    blocks.push_back(nfcapd_block(records));
    folder_.put(name, nfcapd_file(blocks));
  }
  TempFolder folder_;
};

TEST_F(NfcapdFolderTest, AFolderIsReadByOneCall) {
  put("nfcapd.202601020300", 25, "192.0.2.1");
  put("nfcapd.202601020305", 5, "192.0.2.2");
  FieldSet wanted;
  wanted.add(field("exporter"));
  Tally tally;
  const NfcapdReport report = read_nfcapd({folder_.path()}, wanted, tally);
  EXPECT_THAT(tally.rows, ElementsAre(std::pair("exporter=192.0.2.1", 25U),
                                      std::pair("exporter=192.0.2.2", 5U)));
  EXPECT_EQ(report.files, 2U);
  EXPECT_EQ(report.blocks, 4U);
  EXPECT_EQ(report.records, (NfcapdCounts{.flows = 30, .others = 2}));
  EXPECT_TRUE(report.whole());
}

TEST_F(NfcapdFolderTest, ThreadsTogetherReadWhatOneReads) {
  for (int i = 0; i < 8; ++i) {
    put(fmt::format("nfcapd.20260102030{}", i), 400, fmt::format("192.0.2.{}", i));
  }
  std::vector<std::string> files;
  for (int i = 0; i < 8; ++i) {
    files.push_back(folder_.path(fmt::format("nfcapd.20260102030{}", i)));
  }
  for (const FieldId id : {field("bytes"), field("exporter")}) {
    FieldSet wanted;
    wanted.add(id);
    const auto run = [&](unsigned threads) {
      const auto work = nfcapd_work(files, wanted);
      std::vector<Tally> tallies(threads);
      std::vector<NfcapdReport> reports(threads);
      {
        std::vector<std::jthread> running;
        running.reserve(threads);
        for (unsigned i = 0; i < threads; ++i) {
          running.emplace_back([&, i] {
            NfcapdReader reader(*work, wanted);
            reader.run(tallies[i]);
            reports[i] = reader.report();
          });
        }
      }
      for (unsigned i = 1; i < threads; ++i) {
        reports[0] += reports[i];
        for (const auto& [text, count] : tallies[i].rows) {
          tallies[0].rows[text] += count;
        }
      }
      EXPECT_EQ(reports[0].files, 8U);
      EXPECT_EQ(reports[0].records.flows, 3200U);
      return tallies[0].rows;
    };
    EXPECT_EQ(run(3), run(1)) << info(id).name;
  }
}

TEST_F(NfcapdFolderTest, AFileThatIsNoneIsAnErrorAfterTheOthers) {
  put("nfcapd.202601020300", 3, "192.0.2.1");
  folder_.put("nfcapd.202601020305", "nothing of the kind");
  Tally tally;
  EXPECT_THROW(read_nfcapd({folder_.path()}, all_fields(), tally), Error);
  EXPECT_EQ(tally.packets, 3U);
}

TEST_F(NfcapdFolderTest, DamageNamesTheFileAndThePlace) {
  std::string flow = NfcapdFlow().generic(1, 1).bytes();
  std::string torn = flow;
  torn[4] = 9;  // elements that are not there
  folder_.put("a", nfcapd_file({nfcapd_block({flow, torn})}));
  Tally tally;
  const NfcapdReport report = read(folder_.path("a"), tally);
  EXPECT_FALSE(report.whole());
  EXPECT_THAT(report.damage,
              ElementsAre(folder_.path("a") + ": block 0: 1 records are refused, 0 are lost"));
}

TEST_F(NfcapdFolderTest, AStopIsObeyed) {
  put("nfcapd.202601020300", 3, "192.0.2.1");
  const auto work = nfcapd_work({folder_.path("nfcapd.202601020300")}, all_fields());
  NfcapdReader reader(*work, all_fields());
  std::stop_source stop;
  stop.request_stop();
  Tally tally;
  EXPECT_FALSE(reader.step(tally, stop.get_token()));
  EXPECT_TRUE(tally.rows.empty());
}

TEST(NfcapdReport, AddsUpAndKeepsTheFirstOfMuchDamage) {
  NfcapdReport sum;
  NfcapdReport one;
  one.files = 1;
  one.lost_bytes = 7;
  one.damage.assign(60, "a: broken");
  sum += one;
  sum += one;
  EXPECT_EQ(sum.files, 2U);
  EXPECT_EQ(sum.lost_bytes, 14U);
  EXPECT_THAT(sum.damage, SizeIs(100));
  EXPECT_THAT(sum.damage, Each(StartsWith("a: ")));
}

}  // namespace
}  // namespace weir
