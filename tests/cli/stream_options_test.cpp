#include "cli/stream_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

StreamFlags parse(const std::vector<std::string>& words) {
  StreamFlags flags;
  EXPECT_EQ(parse_flags("weir stream", "", stream_flags(flags), words), Parsed::run);
  settle_stream_flags(flags);
  return flags;
}

std::string error(const std::vector<std::string>& words) {
  return usage_error([&] { parse(words); });
}

/// With what is always needed.
StreamFlags with(std::vector<std::string> words) {
  words.insert(words.begin(), {"--brokers", "k:9092"});
  return parse(words);
}
std::string error_with(std::vector<std::string> words) {
  words.insert(words.begin(), {"--brokers", "k:9092"});
  return error(words);
}

TEST(StreamOptionsTest, TheScriptsFlagsWork) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"-i", "kafka1", "-p", "9093", "-t", "flows"},
           {"--host", "kafka1", "--port", "9093", "--topic", "flows"},
           {"--host=kafka1", "-p9093", "-topic=flows"}}) {
    const StreamFlags flags = parse(words);
    EXPECT_EQ(flags.stream.kafka.brokers, "kafka1:9093");
    EXPECT_EQ(flags.stream.kafka.topic, "flows");
  }
}

TEST(StreamOptionsTest, DefaultsAreTheScripts) {
  const StreamFlags flags = parse({"-i", "kafka1"});
  EXPECT_EQ(flags.stream.kafka.brokers, "kafka1:9092");
  EXPECT_EQ(flags.stream.kafka.topic, "network-metadata");
  EXPECT_EQ(flags.stream.run.command, WindowCommand::kScriptsCommand);
  EXPECT_EQ(flags.stream.run.format, MessageFormat::cbor);
  EXPECT_EQ(flags.stream.run.timeout, 4min);
  EXPECT_EQ(flags.stream.state, "last");
  EXPECT_EQ(flags.stream.interval, 5min);
  EXPECT_EQ(flags.stream.timezone, "local");
  EXPECT_EQ(flags.stream.max_catch_up, 288U);
  EXPECT_EQ(flags.stream.grace, 30s);
  EXPECT_EQ(flags.stream.give_up, 1h);
  EXPECT_FALSE(flags.follow);
  EXPECT_FALSE(flags.stream.dry_run);
}

TEST(StreamOptionsTest, HostsMayBeSeveralHaveAPortOrBeIpv6) {
  EXPECT_EQ(parse({"-i", "a, b:9093,10.0.0.1"}).stream.kafka.brokers,
            "a:9092,b:9093,10.0.0.1:9092");
  EXPECT_EQ(parse({"-i", "::1,[fe80::1],[::2]:9093"}).stream.kafka.brokers,
            "[::1]:9092,[fe80::1]:9092,[::2]:9093");
}

TEST(StreamOptionsTest, HostAndBrokersExcludeEachOther) {
  EXPECT_THAT(error({"--brokers", "a:1", "-i", "b"}),
              AllOf(HasSubstr("--brokers"), HasSubstr("-i")));
  EXPECT_THAT(error({"--brokers", "a:1", "-p", "9092"}), HasSubstr("-p is the port of"));
  EXPECT_EQ(parse({"--brokers", "a:1,b:2", "--broker", "c:3"}).stream.kafka.brokers, "a:1,b:2,c:3");
}

TEST(StreamOptionsTest, BrokersAreNeededButForADryRun) {
  EXPECT_THAT(error({}), HasSubstr("--brokers is missing"));
  EXPECT_EQ(parse({"--dry-run"}).stream.kafka.brokers, "");
}

TEST(StreamOptionsTest, TheLedgerIsNamedByTopicAndHost) {
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(with({"-t", "flows"}).stream.kafka.ledger,
            std::string("weir-stream.flows.") + host.data());
  EXPECT_EQ(with({"--ledger", "mine"}).stream.kafka.ledger, "mine");
  EXPECT_EQ(with({"--delivery", "exactly-once", "--ledger", "mine"}).stream.kafka.ledger, "mine");
}

TEST(StreamOptionsTest, AtLeastOnceKeepsNoLedger) {
  EXPECT_EQ(with({"--delivery", "at-least-once"}).stream.kafka.ledger, "");
  EXPECT_THAT(error_with({"--delivery", "at-least-once", "--ledger", "x"}), HasSubstr("--ledger"));
  EXPECT_THAT(error_with({"--delivery", "at-most-once"}),
              AllOf(HasSubstr("--delivery"), HasSubstr("exactly-once, at-least-once")));
}

TEST(StreamOptionsTest, DurationsAreReadWithTheirUnits) {
  const StreamFlags flags =
      with({"--interval", "1m", "--grace", "1m30s", "--give-up", "2h", "--timeout", "500s"});
  EXPECT_EQ(flags.stream.interval, 1min);
  EXPECT_EQ(flags.stream.grace, 90s);
  EXPECT_EQ(flags.stream.give_up, 2h);
  EXPECT_EQ(flags.stream.run.timeout, 500s);
  for (const std::string flag : {"--interval", "--grace", "--give-up", "--timeout"}) {
    EXPECT_THAT(error_with({flag, "30"}), AllOf(HasSubstr(flag), HasSubstr("d, h, m, s or ms")));
  }
  EXPECT_THAT(error_with({"--grace", "1500ms"}), HasSubstr("whole number of seconds"));
  EXPECT_THAT(error_with({"--timeout", "0"}), HasSubstr("too short"));
}

TEST(StreamOptionsTest, WindowsAreNamesOrTimes) {
  const StreamFlags flags = with({"--since", "202611212305", "--until", "2026-11-21T23:10"});
  EXPECT_EQ(window_name(flags.stream.since.value()), "202611212305");
  EXPECT_EQ(window_name(flags.stream.until.value()), "202611212310");
  for (const char* text : {"yesterday", "2026-11-21", "20261121230", "2026-11-21T23:61",
                           "2026-11-21 23:05", "2026-02-30T00:00", "2026-11-21T23:05Z"}) {
    EXPECT_THAT(error_with({"--since", text}), AllOf(HasSubstr("--since"), HasSubstr(text)));
  }
  EXPECT_THAT(error_with({"--until", "202611212305"}), HasSubstr("--until needs --since"));
}

TEST(StreamOptionsTest, RecordsCanBeChosen) {
  const StreamFlags flags =
      with({"--format", "cbor-typed", "--fields", "dst_ctr:country,bytes", "--key", "dst_ctr,bytes",
            "--key", "flows", "--ignore-stderr", "^Warning", "--ignore-stderr", "locale"});
  EXPECT_EQ(flags.stream.run.format, MessageFormat::cbor_typed);
  EXPECT_EQ(flags.stream.run.fields, "dst_ctr:country,bytes");
  EXPECT_THAT(flags.stream.run.key, ElementsAre("dst_ctr", "bytes", "flows"));
  ASSERT_EQ(flags.stream.run.ignore_stderr.size(), 2U);
  EXPECT_TRUE(flags.stream.run.ignore_stderr[1].occurs_in("no locale here"));
  EXPECT_THAT(error_with({"--format", "xml"}),
              AllOf(HasSubstr("--format"), HasSubstr("cbor, cbor-typed, json")));
  EXPECT_THAT(error_with({"--ignore-stderr", "("}), HasSubstr("--ignore-stderr"));
}

TEST(StreamOptionsTest, ADryRunPrintsTypedValuesAsJson) {
  EXPECT_EQ(parse({"--dry-run", "--format", "cbor-typed"}).stream.run.format, MessageFormat::json);
  EXPECT_EQ(parse({"--dry-run"}).stream.run.format, MessageFormat::cbor);
}

TEST(StreamOptionsTest, ModesExcludeEachOther) {
  EXPECT_TRUE(with({"--follow"}).follow);
  EXPECT_FALSE(with({"--once"}).follow);
  EXPECT_THAT(error_with({"--once", "--follow"}), HasSubstr("--once and --follow exclude"));
  EXPECT_THAT(error_with({"--dry-run", "--follow"}), HasSubstr("--dry-run and --follow exclude"));
  EXPECT_THAT(error_with({"--since", "202611212305", "--follow"}),
              HasSubstr("--since and --follow exclude"));
}

TEST(StreamOptionsTest, TheWebSideIsForFollowing) {
  EXPECT_THAT(with({"--follow", "--web.listen-address", ":1", "--web.listen-address", ":2"})
                  .listen_addresses,
              ElementsAre(":1", ":2"));
  EXPECT_THAT(error_with({"--web.listen-address", ":1"}),
              AllOf(HasSubstr("--web.listen-address"), HasSubstr("--follow")));
  EXPECT_THAT(error_with({"--web.enable-lifecycle", "--once"}), HasSubstr("--follow"));
}

TEST(StreamOptionsTest, AFileMayHoldTheFlags) {
  const TempFolder folder;
  folder.put("weir.yaml",
             "brokers: k1:9092\ntopic: flows\nkey: [a, b]\nfollow: true\ninterval: 10m\n"
             "kafka: {client.id: x}\nfields: [src_as, bytes]\n");
  const StreamFlags flags = parse({"--config", folder.path("weir.yaml"), "--topic", "other"});
  EXPECT_EQ(flags.stream.kafka.brokers, "k1:9092");
  EXPECT_EQ(flags.stream.kafka.topic, "other");
  EXPECT_EQ(flags.stream.kafka.properties.at(0).name, "client.id");
  EXPECT_THAT(flags.stream.run.key, ElementsAre("a", "b"));
  EXPECT_EQ(flags.stream.run.fields, "src_as,bytes");
  EXPECT_TRUE(flags.follow);
  folder.put("weir.yaml", "metrics: []\n");
  EXPECT_THAT(error_with({"--config", folder.path("weir.yaml")}),
              HasSubstr("there is no setting 'metrics'"));
}

TEST(StreamOptionsTest, FilesAreReadInPlaceOfACommand) {
  EXPECT_FALSE(with({}).stream.native);
  const StreamFlags flags = with({"--read", "/flows", "--by", "dst_as", "--fields", "as:dst_as"});
  ASSERT_TRUE(flags.stream.native);
  EXPECT_THAT(flags.stream.native->folders, ElementsAre("/flows"));
  EXPECT_EQ(flags.stream.native->by, "dst_as");
  EXPECT_EQ(flags.stream.run.fields, "as:dst_as");
  for (const char* flag : {"--command", "--timeout", "--ignore-stderr"}) {
    EXPECT_THAT(error_with({"--read", "/flows", flag, "4m"}),
                AllOf(HasSubstr(flag), HasSubstr("--read exclude")));
  }
  EXPECT_TRUE(with({"--command", "", "--read", "/flows"}).stream.native) << "as systemd has it";
}

TEST(StreamOptionsTest, PropertiesOfLibrdkafkaArePassedOn) {
  const StreamFlags flags = with({"-X", "linger.ms=5", "-X", "client.id=x"});
  ASSERT_EQ(flags.stream.kafka.properties.size(), 2U);
  EXPECT_EQ(flags.stream.kafka.properties[0].name, "linger.ms");
  EXPECT_THAT(error_with({"-X", "linger.ms"}), HasSubstr("-X"));
}

TEST(StreamOptionsTest, NumbersOutOfRangeAreNamed) {
  EXPECT_THAT(error({"-i", "k", "-p", "70000"}), HasSubstr("--port"));
  EXPECT_THAT(error_with({"--max-catch-up", "0"}), HasSubstr("--max-catch-up"));
}

}  // namespace
}  // namespace weir
