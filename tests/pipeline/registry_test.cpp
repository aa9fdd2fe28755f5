#include "weir/pipeline/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/rows.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

template <typename Body>
std::string usage_error(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(RegistryTest, EveryFormThatIsListedCanBeMade) {
  for (const std::string_view name : decoder_names()) {
    const auto decoder = make_decoder(name, all_fields());
    PayloadBatch batch;
    batch.add(R"({"as_src": 1, "bytes": 5})", 0);
    Accounts accounts;
    CollectRows rows;
    decoder->decode(batch, accounts, rows);
    EXPECT_THAT(rows.rows, Contains(AllOf(HasSubstr("bytes=5"), HasSubstr("src_as=1")))) << name;
  }
  EXPECT_THAT(decoder_names(), Contains("auto"));
}

TEST(RegistryTest, AnUnknownFormIsAnErrorWithANearMatch) {
  EXPECT_THAT(usage_error([] { make_decoder("jsno", {}); }),
              AllOf(HasSubstr("\"jsno\""), HasSubstr("json?")));
}

TEST(RegistryTest, SourcesAreMadeByKind) {
  SourceOptions options;
  options.kind = "demo";
  options.demo_rate = 1;
  EXPECT_TRUE(make_source(options)->status().started);
  options.kind = "file";
  options.path = std::string(WEIR_SOURCE_DIR) + "/CMakeLists.txt";
  EXPECT_TRUE(make_source(options)->status().started);
  options.path = "/nowhere/at/all";
  EXPECT_THAT(usage_error([&] { make_source(options); }), HasSubstr("--from"));
}

TEST(RegistryTest, SourcesGoOnWhereASavedStateSays) {
  SourceOptions options;
  options.kind = "file";
  options.path = std::string(WEIR_SOURCE_DIR) + "/CMakeLists.txt";
  options.saved = make_source(options)->state();
  std::ifstream file(options.path);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  options.saved.origins.at(0).next = static_cast<std::int64_t>(line.size() + 1);
  EXPECT_EQ(make_source(options)->state(), options.saved);
  options.kind = "kafka";
  options.kafka.brokers = "127.0.0.1:1";  // no broker listens on port 1
  options.kafka.topics = {"flows"};
  options.saved.origins = {{"flows", "0", "A", 7, 9, 0}};
  EXPECT_EQ(make_source(options)->state(), options.saved);
}

TEST(RegistryTest, AnUnknownKindOfSourceIsAnError) {
  SourceOptions options;
  options.kind = "carrier pigeon";
  EXPECT_THAT(usage_error([&] { make_source(options); }), HasSubstr("carrier pigeon"));
}

}  // namespace
}  // namespace weir
