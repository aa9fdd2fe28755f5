#include "cli/lookup_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::ElementsAre;

TEST(LookupFlags, AllFilesArriveAndTheirFlagsAreTold) {
  EnrichOptions options;
  std::vector<std::string> given;
  const auto flags = lookup_flags(options, [&](const std::string& name) { given.push_back(name); });
  EXPECT_EQ(parse_flags("weir", "", flags,
                        {"--geo", "a.mmdb,b.mmdb", "--geo", "c.mmdb", "--networks", "n.csv",
                         "--interfaces", "i.csv", "--exporters", "e.csv"}),
            Parsed::run);
  EXPECT_THAT(options.geo, ElementsAre("a.mmdb", "b.mmdb", "c.mmdb"));
  EXPECT_EQ(options.networks, "n.csv");
  EXPECT_EQ(options.interfaces, "i.csv");
  EXPECT_EQ(options.exporters, "e.csv");
  EXPECT_THAT(given, testing::UnorderedElementsAre("--geo", "--geo", "--networks", "--interfaces",
                                                   "--exporters"));
}

TEST(LookupFlags, NobodyHasToBeTold) {
  EnrichOptions options;
  EXPECT_EQ(parse_flags("weir", "", lookup_flags(options), {"--exporters", "e.csv"}), Parsed::run);
  EXPECT_EQ(options.exporters, "e.csv");
}

}  // namespace
}  // namespace weir
