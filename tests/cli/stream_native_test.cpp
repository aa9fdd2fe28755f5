#include "cli/stream_native.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::optional<NativeOptions> parse(const std::vector<std::string>& words,
                                   const std::vector<std::string>& of_command = {}) {
  NativeFlags flags;
  EXPECT_EQ(parse_flags("weir stream", "", native_flags(flags), words), Parsed::run);
  return settle_native_flags(flags, of_command);
}

TEST(StreamNative, WithoutReadACommandIsRun) {
  EXPECT_EQ(parse({}), std::nullopt);
  EXPECT_EQ(parse({}, {"--command"}), std::nullopt);
}

TEST(StreamNative, AllFlagsArriveAndHaveDefaults) {
  const auto few = parse({"--read", "/flows", "--by", "dst_as"});
  EXPECT_THAT(few->folders, ElementsAre("/flows"));
  EXPECT_EQ(few->threads, 1U);
  EXPECT_EQ(few->max_memory, 1'000'000'000U);
  const auto all = parse({"--read", "a,b", "--read", "c", "--by", "src_as", "--where", "bytes > 1",
                          "--threads", "3", "--max-memory", "20M", "--geo", "x.mmdb,y.mmdb"});
  EXPECT_THAT(all->folders, ElementsAre("a", "b", "c"));
  EXPECT_EQ(all->by, "src_as");
  EXPECT_EQ(all->where, "bytes > 1");
  EXPECT_EQ(all->threads, 3U);
  EXPECT_EQ(all->max_memory, 20'000'000U);
  EXPECT_THAT(all->enrich.geo, ElementsAre("x.mmdb", "y.mmdb"));
  EXPECT_TRUE(few->enrich.empty());
  EXPECT_GT(few->enrich.check.count(), 0);  // with --follow it runs for long
}

TEST(StreamNative, FlagsOfTheOtherWayAreRefused) {
  for (const auto& words : {std::vector<std::string>{"--by", "dst_as"},
                            {"--where", "bytes"},
                            {"--threads", "2"},
                            {"--max-memory", "1G"},
                            {"--networks", "n.csv"},
                            {"--geo", "x.mmdb"}}) {
    EXPECT_THAT(usage_error([&] { static_cast<void>(parse(words)); }),
                AllOf(HasSubstr(words.front()), HasSubstr("--read")));
  }
  for (const char* flag : {"--command", "--timeout", "--ignore-stderr"}) {
    EXPECT_THAT(usage_error([&] { static_cast<void>(parse({"--read", "/flows"}, {flag})); }),
                AllOf(HasSubstr(flag), HasSubstr("exclude")));
  }
  EXPECT_THAT(usage_error([&] { static_cast<void>(parse({"--threads", "0"})); }),
              HasSubstr("--threads"));
}

}  // namespace
}  // namespace weir
