#include "cli/check_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/run_program.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/log.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Outcome check(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "check");
  Outcome outcome = run("weir", arguments);
  log::configure(log::Level::info, log::Format::logfmt);
  return outcome;
}

const std::vector<std::string> kFine = {"--demo", "--web.listen-address", "127.0.0.1:0"};

std::vector<std::string> fine(std::vector<std::string> before, std::vector<std::string> after) {
  before.insert(before.end(), kFine.begin(), kFine.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

TEST(CheckCommandTest, LiveMayStandAnywhereAndExportBeLeftOut) {
  for (const auto& words :
       {fine({"--live", "export"}, {}), fine({"export"}, {"--live"}), fine({"--live"}, {}),
        fine({"export", "--live"}, {}), fine({}, {"-live"})}) {
    const Outcome outcome = check(words);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("\nno problem, no warning\n"));
  }
  EXPECT_THAT(check(fine({"export"}, {})).out, HasSubstr("nobody was asked"));
  EXPECT_THAT(check(fine({}, {})).out, HasSubstr("nobody was asked"));
}

TEST(CheckCommandTest, AConfigurationMayTakeThePlaceOfFlags) {
  const TempFolder folder;
  folder.put("weir.yaml",
             "demo: true\nweb.listen-address: 127.0.0.1:0\n"
             "metrics: [{name: x_total, labels: {to: dst_as}, max_series: 10}]\n");
  const std::string file = folder.path("weir.yaml");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{file},
                                             {"export", file},
                                             {"--live", "export", file},
                                             {"--config", file},
                                             {"export", "--live", file}}) {
    const Outcome outcome = check(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("counts bytes in x_total by to (dst_as)"),
                                   HasSubstr("at most 10 series"), HasSubstr("no problem")));
  }
  folder.put("weir.yaml", "demo: perhaps\n");
  EXPECT_EQ(check({file}).status, Error::kUsage);
  EXPECT_THAT(check({file}).err, StartsWith(file + ":1:7: demo: "));
  EXPECT_THAT(check({folder.path("none.yaml")}).err, HasSubstr("none.yaml: "));
}

TEST(CheckCommandTest, ItsHelpComesFromEverywhere) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"-h"}, {"export", "--help"}, {"--live", "-help"}}) {
    const Outcome outcome = check(words);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, AllOf(StartsWith("Usage: weir check"), HasSubstr("--live")));
  }
}

TEST(CheckCommandTest, WrongWordsAreUsageErrors) {
  const Outcome command = check({"exprot", "--demo"});
  EXPECT_EQ(command.status, Error::kUsage);
  EXPECT_THAT(command.err, HasSubstr("there is no command \"exprot\" to check"));
  EXPECT_THAT(check({"--demo", "--lvie"}).err, HasSubstr("Did you mean --live?"));
  EXPECT_THAT(check({"--demo", "export"}).err, HasSubstr("unexpected argument \"export\""));
  EXPECT_THAT(check({}).err, HasSubstr("nothing to read"));
  EXPECT_THAT(check({"--brokers", "x:1", "--topic", "a b"}).err, HasSubstr("--topic"));
}

TEST(CheckCommandTest, NothingIsSaidBeforeAllFlagsAreKnownToBeGood) {
  const Outcome outcome = check({"--demo", "--web.listen-address", "nonsense"});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("--web.listen-address nonsense"));
}

TEST(CheckCommandTest, ABrokerThatRefusesMakesTheStatusOne) {
  const Outcome outcome = check({"--live", "--brokers", "127.0.0.1:1", "--topic", "flows", "--asn",
                                 "1", "--as-names", "none", "--addr", "127.0.0.1:0"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("problem  broker 127.0.0.1:1"));
}

}  // namespace
}  // namespace weir
