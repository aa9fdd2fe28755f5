#include "cli/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/export_command.hpp"
#include "tests/support/run_program.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ProgramTest, HelpListsTheCommands) {
  for (const char* word : {"--help", "-h", "-help", "help"}) {
    const Outcome outcome = run("/usr/bin/weir", {word});
    EXPECT_EQ(outcome.status, 0) << word;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("Usage: weir COMMAND"), HasSubstr("export")));
  }
}

TEST(ProgramTest, WithoutACommandItShowsTheHelpAsAnError) {
  const Outcome outcome = run("weir", {});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("Usage: weir COMMAND"));
}

TEST(ProgramTest, APasswordInPlaceOfACommandIsNotShown) {
  for (const char* word : {"sasl.password=hunter22", "-Xsasl.password=hunter22"}) {
    const Outcome outcome = run("weir", {word});
    EXPECT_EQ(outcome.status, Error::kUsage);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("sasl.password"), Not(HasSubstr("hunter22"))));
  }
}

TEST(ProgramTest, AnUnknownCommandIsAnErrorWithANearMatch) {
  const Outcome outcome = run("weir", {"exprot"});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("\"exprot\""), HasSubstr("Did you mean export?")));
}

TEST(ProgramTest, AFlagBeforeTheCommandIsExplained) {
  const Outcome outcome = run("weir", {"--brokers", "x"});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("weir export --brokers"));
}

TEST(ProgramTest, VersionsArePrinted) {
  for (const char* word : {"--version", "-version", "version"}) {
    const Outcome outcome = run("weir", {word});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, StartsWith("weir "));
  }
  EXPECT_EQ(run("flow-exporter", {"--version"}).status, 0);
}

TEST(ProgramTest, UnderTheNameFlowExporterItIsThatCommand) {
  const Outcome help = run("/usr/local/bin/flow-exporter", {"-help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, StartsWith("Usage: flow-exporter [FLAGS]"));
  const Outcome missing = run("flow-exporter", {"-broker=kafka:9092"});
  EXPECT_EQ(missing.status, Error::kUsage);
  EXPECT_THAT(missing.err, HasSubstr("--topic is missing"));
}

TEST(ExportCommandTest, ItsHelpNamesTheCommand) {
  const Outcome outcome = run("weir", {"export", "--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("Usage: weir export [FLAGS]"), HasSubstr("--asn"),
                                 HasSubstr("-X KEY=VALUE|@FILE")));
}

TEST(ExportCommandTest, WhatCannotBeReadOrServedIsAUsageErrorThatNamesTheFlag) {
  const std::vector<std::vector<std::string>> wrong = {{"--from", "/nowhere/at/all"},
                                                       {"--web.listen-address", "nonsense"},
                                                       {"--web.listen-address", "127.0.0.1:70000"},
                                                       {"--as-names", "/nowhere/at/all"}};
  for (const auto& words : wrong) {
    std::vector<std::string> arguments = {"export", "--asn", "1", words[0], words[1]};
    if (words[0] != "--from") {
      arguments.emplace_back("--demo");
    }
    const Outcome outcome = run("weir", arguments);
    EXPECT_EQ(outcome.status, Error::kUsage) << words[0] << " " << words[1];
    EXPECT_THAT(outcome.err, HasSubstr(words[0]));
  }
}

}  // namespace
}  // namespace weir
