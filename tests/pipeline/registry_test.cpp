#include "weir/pipeline/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "tests/support/flow_message.hpp"
#include "tests/support/rows.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
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
  const FlowMessage protobuf = FlowMessage().number(1, 1).number(9, 5).number(14, 1);
  const std::map<std::string_view, std::string> messages = {
      {"auto", protobuf.framed()},
      {"json", R"({"as_src": 1, "bytes": 5})"},
      {"goflow2-protobuf", protobuf.framed()},
      {"goflow1-protobuf", protobuf.bare()},
      {"cbor", "\xa2\x66src_as\x01\x65\x62ytes\x05"},
  };
  for (const std::string_view name : decoder_names()) {
    const auto decoder = make_decoder(name, {.wanted = all_fields()});
    PayloadBatch batch;
    batch.add(messages.at(name), 0);
    Accounts accounts;
    CollectRows rows;
    decoder->decode(batch, accounts, rows);
    EXPECT_THAT(rows.rows, Contains(AllOf(HasSubstr("bytes=5"), HasSubstr("src_as=1")))) << name;
  }
  EXPECT_EQ(decoder_names().size(), messages.size());
}

TEST(RegistryTest, TheNumberingIsTheOneThatIsNamed) {
  PayloadBatch batch;
  batch.add(FlowMessage().number(1, 1).number(38, 2).framed(), 0);
  for (const auto& [name, row] :
       {std::pair("goflow2-protobuf", "bytes=0 first_seen=1970-01-01T00:00:00Z ip_flags=2"),
        std::pair("goflow1-protobuf", "bytes=0 first_seen=1970-01-01T00:00:02Z")}) {
    FieldSet wanted;
    wanted.add(field("first_seen"));
    wanted.add(field("ip_flags"));
    Accounts accounts;
    CollectRows rows;
    make_decoder(name, {.wanted = wanted})->decode(batch, accounts, rows);
    EXPECT_THAT(rows.rows, ElementsAre(row)) << name;
  }
}

TEST(RegistryTest, AnUnknownFormIsAnErrorWithANearMatch) {
  EXPECT_THAT(usage_error([] { make_decoder("jsno", {}); }),
              AllOf(HasSubstr("\"jsno\""), HasSubstr("json?")));
  EXPECT_THAT(usage_error([] { make_decoder("goflow-protobuf", {}); }),
              HasSubstr("goflow2-protobuf"));
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
