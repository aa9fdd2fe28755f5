#include "weir/pipeline/native_window.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using End = WindowRun::End;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Window kWindow = parse_window("202611212305").value();

NfcapdFlow flow(std::uint32_t dst_as, std::uint64_t bytes) {
  return NfcapdFlow().generic(1, bytes).addresses("192.0.2.1", "198.51.100.2").as(64500, dst_as);
}

std::string file_of(const std::vector<NfcapdFlow>& flows, NfcapdSums sums, bool closed = true) {
  std::vector<std::string> records;
  records.reserve(flows.size());
  for (const NfcapdFlow& of : flows) {
    records.push_back(of.bytes());
  }
  return nfcapd_file({nfcapd_block(records)}, BlockCompression::none, sums, closed);
}

/// AS 10 and 9, of 100 and 20 + 30 bytes.
std::string sample() {
  return file_of({flow(10, 100), flow(9, 20), flow(9, 30)}, {3, 150, 3});
}

class NativeWindowTest : public ::testing::Test {
 protected:
  NativeWindowTest() {
    native.folders = {folder.path()};
    native.by = "dst_as";
    run.fields = "dst_as,bytes,flows";
    run.format = MessageFormat::json;
  }
  void lay(const std::string& path, const std::string& bytes) const {
    fs::create_directories(fs::path(folder.path(path)).parent_path());
    folder.put(path, bytes);
  }
  WindowRun go() {
    values.clear();
    NativeWindow window(native, run,
                        {[this] { return plan.end(kWindow) + since_end; }, hours(1), folder.path()},
                        plan);
    window.on_alive = [this] { ++alive; };
    return window.run(
        kWindow,
        [this](std::string_view value, const std::string* key) {
          values.push_back((key != nullptr ? *key + ": " : "") + std::string(value));
        },
        stop.get_token());
  }

  TempFolder folder;
  WindowPlan plan{TimeZone(), minutes(5)};
  NativeOptions native;
  WindowRunOptions run;
  std::chrono::seconds since_end{10};
  std::stop_source stop;
  std::vector<std::string> values;
  int alive = 0;
};

TEST_F(NativeWindowTest, RowsAreGroupsInTheOrderOfTheirKeys) {
  lay("nfcapd.202611212305", sample());
  const WindowRun result = go();
  EXPECT_EQ(result.end, End::whole) << result.why;
  EXPECT_THAT(values, ElementsAre(R"({"dst_as":9,"bytes":50,"flows":2})",
                                  R"({"dst_as":10,"bytes":100,"flows":1})"));
  EXPECT_EQ(result.rows, 2U);
  EXPECT_EQ(result.bytes, values[0].size() + values[1].size());
  EXPECT_GT(alive, 0);
}

TEST_F(NativeWindowTest, ChannelsAreAddedUp) {
  lay("one/2026/11/21/nfcapd.202611212305", sample());
  lay("two/nfcapd.202611212305", sample());
  native.threads = 3;
  EXPECT_EQ(go().end, End::whole);
  EXPECT_THAT(values, ElementsAre(R"({"dst_as":9,"bytes":100,"flows":4})",
                                  R"({"dst_as":10,"bytes":200,"flows":2})"));
}

TEST_F(NativeWindowTest, WithoutFieldsTheRowIsTheScriptsWithTheKeyInItsMiddle) {
  lay("nfcapd.202611212305", sample());
  run.fields.clear();
  run.format = MessageFormat::cbor;
  native.where = "dst_as == 10";
  EXPECT_EQ(go().end, End::whole);
  ASSERT_THAT(values, SizeIs(1));
  std::size_t at = 0;
  for (const char* word : {"first_seen", "2023-11-14 22:13:20.000", "dst_as", "10", "duration",
                           "1.500", "packets", "bytes", "100", "pps", "bps", "533", "flows"}) {
    at = values[0].find(word, at);
    ASSERT_NE(at, std::string::npos) << word;
  }
}

TEST_F(NativeWindowTest, WithoutAKeyEachFlowIsARow) {
  lay("b/nfcapd.202611212305", sample());
  lay("a/nfcapd.202611212305", file_of({flow(7, 7)}, {1, 7, 1}));
  native.by.clear();
  native.threads = 4;
  run.fields = "to:dst_as,first_seen,duration,flows";
  run.key = {"to", "flows"};
  EXPECT_EQ(go().end, End::whole);
  ASSERT_THAT(values, SizeIs(4));
  EXPECT_EQ(values[0],
            R"(7|1: {"to":7,"first_seen":"2023-11-14T22:13:20.000Z","duration":1.5,"flows":1})");
  EXPECT_THAT(values[1], HasSubstr("10|1: "));
}

TEST_F(NativeWindowTest, CountriesAreThoseOfTheAddresses) {
  lay("nfcapd.202611212305",
      file_of({flow(10, 100), NfcapdFlow().generic(1, 7).addresses("192.0.2.1", "192.0.2.150"),
               NfcapdFlow().generic(1, 5).addresses("192.0.2.1", "192.0.2.1")},
              {3, 112, 3}));
  native.by = "dst_country_numeric";
  native.where = "dst_country != 'CZ'";
  native.enrich.geo = {WEIR_SOURCE_DIR "/tests/data/country.mmdb"};
  run.fields = "dst_ctr:dst_country_numeric,bytes";
  const WindowRun result = go();
  EXPECT_EQ(result.end, End::whole) << result.why;
  // 198.51.100.2 is in a country only by its registration.
  EXPECT_THAT(values, ElementsAre(R"({"dst_ctr":36,"bytes":100})", R"({"dst_ctr":276,"bytes":5})"));
}

TEST_F(NativeWindowTest, TheMemoryTakenMakesNoDifference) {
  std::vector<NfcapdFlow> flows;
  NfcapdSums sums;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    flows.push_back(flow(i % 7'000, i));
    ++sums.flows;
    ++sums.packets;
    sums.bytes += i;
  }
  std::vector<std::string> blocks;
  for (std::size_t begin = 0; begin < flows.size(); begin += 5'000) {
    std::vector<std::string> records;
    for (std::size_t i = begin; i < begin + 5'000; ++i) {
      records.push_back(flows[i].bytes());
    }
    blocks.push_back(nfcapd_block(records));
  }
  lay("nfcapd.202611212305", nfcapd_file(blocks, BlockCompression::none, sums));
  EXPECT_EQ(go().end, End::whole);
  const auto expected = values;
  EXPECT_THAT(expected, SizeIs(7'000));
  native.max_memory = 1;
  native.threads = 2;
  EXPECT_EQ(go().end, End::whole);
  EXPECT_EQ(values, expected);
}

TEST_F(NativeWindowTest, AWindowWithoutFlowsIsOneOfNoRows) {
  lay("nfcapd.202611212305", nfcapd_file({}));
  EXPECT_EQ(go().end, End::whole);
  lay("nfcapd.202611212305", nfcapd_file1({}));
  const WindowRun result = go();
  EXPECT_EQ(result.end, End::whole) << result.why;
  EXPECT_THAT(values, IsEmpty());
}

TEST_F(NativeWindowTest, WhatIsNotProvedWholeIsNotSent) {
  const std::string good = sample();
  const auto reason = [&](const std::string& bytes) {
    lay("nfcapd.202611212305", bytes);
    const WindowRun result = go();
    EXPECT_EQ(result.end, End::failed);
    EXPECT_THAT(values, IsEmpty());
    return result.reason;
  };
  for (std::size_t size = 0; size < good.size(); size += 10) {
    // Without its end it does not say what it holds.
    EXPECT_THAT(reason(good.substr(0, size)), AnyOf("damaged_file", "sums_differ")) << size;
  }
  EXPECT_EQ(reason(file_of({flow(1, 1)}, {}, false)), "open_file");
  EXPECT_EQ(reason(file_of({flow(1, 1)}, {2, 1, 1})), "sums_differ");
  EXPECT_EQ(reason(file_of({flow(1, 1)}, {1, 2, 1})), "sums_differ");
  EXPECT_EQ(reason(file_of({flow(1, 1)}, {1, 1, 2})), "sums_differ");
  EXPECT_EQ(reason("Date first seen\n"), "damaged_file");
  fs::remove(folder.path("nfcapd.202611212305"));
  EXPECT_EQ(go().reason, "no_file");
}

TEST_F(NativeWindowTest, AFilterDoesNotHideThatAFileIsShort) {
  lay("nfcapd.202611212305", file_of({flow(1, 1), flow(2, 2)}, {2, 4, 2}));
  native.where = "dst_as == 1";
  EXPECT_EQ(go().reason, "sums_differ");
}

TEST_F(NativeWindowTest, ASumBeyond64BitsFailsTheWindow) {
  const std::uint64_t half = std::uint64_t{1} << 63U;
  lay("nfcapd.202611212305", file_of({flow(1, half), flow(1, half)}, {2, 0, 2}));
  const WindowRun result = go();
  EXPECT_EQ(result.reason, "not_grouped");
  EXPECT_THAT(result.why, HasSubstr("bytes"));
}

TEST_F(NativeWindowTest, WhatFailsWhereMessagesGoIsThrown) {
  lay("nfcapd.202611212305", sample());
  const auto full = [](std::string_view, const std::string*) { throw Error("the disk is full"); };
  for (const char* by : {"dst_as", ""}) {
    native.by = by;
    NativeWindow window(native, run, {[] { return std::chrono::sys_seconds(); }, {}, "."}, plan);
    EXPECT_THROW(static_cast<void>(window.run(kWindow, full, stop.get_token())), Error);
  }
}

TEST_F(NativeWindowTest, AChannelIsWaitedForUntilGiveUp) {
  lay("one/nfcapd.202611212305", sample());
  lay("two/nfcapd.202611212300", sample());
  WindowRun result = go();
  EXPECT_EQ(result.reason, "no_file");
  EXPECT_THAT(result.why, HasSubstr("two had files before"));
  since_end = hours(1);
  EXPECT_EQ(go().end, End::whole) << "of the other one alone";
  EXPECT_THAT(values, SizeIs(2));
  since_end = minutes(1);
  lay("two/nfcapd.202611212310", sample());
  EXPECT_EQ(go().end, End::whole) << "it will never have that one";
}

TEST_F(NativeWindowTest, AStopEndsIt) {
  lay("nfcapd.202611212305", sample());
  stop.request_stop();
  EXPECT_EQ(go().end, End::stopped);
  EXPECT_THAT(values, IsEmpty());
}

TEST_F(NativeWindowTest, WordsThatMakeNoSenseAreRefusedAtOnce) {
  const auto refused = [&](auto&& change) {
    const auto before = std::pair(native, run);
    change();
    const std::string told = usage_error([&] { static_cast<void>(go()); });
    std::tie(native, run) = before;
    return told;
  };
  EXPECT_THAT(refused([&] {
                native.by.clear();
                run.fields.clear();
              }),
              HasSubstr("--read needs --by"));
  EXPECT_THAT(refused([&] { native.by = "dst_ass"; }), HasSubstr("dst_as"));
  EXPECT_THAT(refused([&] { run.fields = "dst_as,src_port"; }), HasSubstr("src_port"));
  EXPECT_THAT(refused([&] { run.key = {"packets"}; }), HasSubstr("packets"));
  EXPECT_THAT(refused([&] { native.where = "bytes >"; }), HasSubstr("--where"));
  EXPECT_THAT(refused([&] { native.folders = {"/nowhere"}; }), HasSubstr("--read"));
}

}  // namespace
}  // namespace weir
