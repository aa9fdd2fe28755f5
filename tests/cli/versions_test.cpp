#include "cli/versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/base/version.hpp"

namespace weir {
namespace {

TEST(VersionsTest, NamesTheProgramItsCommitAndItsLibraries) {
  const std::string text = version_text();
  EXPECT_THAT(text, testing::StartsWith("weir " + std::string(version()) + " (" +
                                        std::string(git_hash()) + ")\n"));
  for (const char* library : {"librdkafka", "libmicrohttpd", "libcurl", "simdjson"}) {
    EXPECT_THAT(text, testing::ContainsRegex(std::string(library) + " [0-9]+\\.[0-9]+"));
  }
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace weir
