#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/export_options.hpp"
#include "weir/io/yaml.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {
namespace {

using testing::ElementsAreArray;
using testing::UnorderedElementsAreArray;

/// docs/weir.schema.json; JSON is YAML.
const ConfigNode& schema() {
  static const ConfigNode kSchema =
      read_yaml(std::string(WEIR_SOURCE_DIR) + "/docs/weir.schema.json");
  return kSchema;
}

/// The node at the end of these names.
const ConfigNode& at(const ConfigNode& node, std::span<const std::string_view> names) {
  const ConfigNode* found = &node;
  for (const std::string_view name : names) {
    const auto member = std::find_if(found->members.begin(), found->members.end(),
                                     [name](const auto& each) { return each.name == name; });
    if (member == found->members.end()) {
      ADD_FAILURE() << "the schema has no " << name;
      return node;
    }
    found = &member->value;
  }
  return *found;
}
const ConfigNode& at(const ConfigNode& node, std::initializer_list<std::string_view> names) {
  return at(node, std::span(names.begin(), names.size()));
}

std::set<std::string> names_of(const ConfigNode& map) {
  std::set<std::string> names;
  for (const ConfigMember& member : map.members) {
    names.insert(member.name);
  }
  return names;
}

template <typename Words>
void expect_names(const ConfigNode& map, const Words& words) {
  EXPECT_THAT(names_of(map), UnorderedElementsAreArray(words.begin(), words.end()));
}

/// The flags that a configuration can have.
std::vector<Flag> flags_in_file(ExportOptions& options) {
  std::vector<Flag> flags = export_flags(options);
  std::erase_if(flags, [](const Flag& flag) { return config_name_of(flag).empty(); });
  return flags;
}

TEST(ConfigSchemaTest, EveryFlagAndSectionIsThereAndNothingElse) {
  ExportOptions options;
  std::set<std::string> names(kExportSections.begin(), kExportSections.end());
  for (const Flag& flag : flags_in_file(options)) {
    names.insert(config_name_of(flag));
  }
  names.insert({"web", "log"});  // what is before the dots
  expect_names(at(schema(), {"properties"}), names);
}

TEST(ConfigSchemaTest, FlagsAreWhatTheHelpSays) {
  ExportOptions options;
  for (const Flag& flag : flags_in_file(options)) {
    const ConfigNode& property = at(schema(), {"properties", config_name_of(flag)});
    EXPECT_EQ(at(property, {"description"}).text, flag.help) << flag.names;
    const ConfigNode* const type = property.find("type");
    const bool boolean =
        type != nullptr && std::ranges::count(type->as_texts("type"), "boolean") != 0;
    const bool toggle = flag.kind == Flag::Kind::toggle || flag.kind == Flag::Kind::maybe;
    EXPECT_EQ(boolean || config_name_of(flag) == "demo", toggle) << flag.names;
    const bool list = property.find("anyOf") != nullptr;
    EXPECT_TRUE(flag.kind != Flag::Kind::list || list || flag.take_node) << flag.names;
  }
}

TEST(ConfigSchemaTest, NamesWithDotsAreGroupsToo) {
  ExportOptions options;
  std::set<std::string> grouped;
  for (const char* group : {"web", "log", "demo"}) {
    const ConfigNode& of = at(schema(), {"properties", group});
    const ConfigNode& map = std::string_view(group) == "demo" ? of.find("anyOf")->items.at(1) : of;
    for (const ConfigMember& member : at(map, {"properties"}).members) {
      grouped.insert(std::string(group) + "." + member.name);
    }
  }
  std::set<std::string> dotted;
  for (const Flag& flag : flags_in_file(options)) {
    if (config_name_of(flag).find('.') != std::string::npos) {
      dotted.insert(config_name_of(flag));
    }
  }
  EXPECT_EQ(grouped, dotted);
}

TEST(ConfigSchemaTest, SectionsHaveTheWordsThatTheParserKnows) {
  const ConfigNode& metric = at(schema(), {"definitions", "metric", "properties"});
  expect_names(metric, kMetricKeys);
  EXPECT_THAT(at(metric, {"keep", "enum"}).as_texts("keep"), ElementsAreArray(kKeeps));
  const ConfigNode& label =
      at(at(schema(), {"definitions", "label", "anyOf"}).items.at(1), {"properties"});
  expect_names(label, kLabelKeys);
  EXPECT_THAT(at(label, {"lookup", "enum"}).as_texts("lookup"), ElementsAreArray(kLookups));
  expect_names(at(schema(), {"properties", "lookups", "properties"}), kLookupKeys);
  expect_names(at(at(schema(), {"properties", "sampling", "anyOf"}).items.at(2), {"properties"}),
               kSamplingKeys);
  const ConfigNode& field =
      at(at(schema(), {"properties", "fields", "additionalProperties", "anyOf"}).items.at(1),
         {"properties"});
  expect_names(field, kFieldKeys);
  EXPECT_THAT(at(field, {"type", "enum"}).as_texts("type"), ElementsAreArray(kFieldTypes));
  EXPECT_THAT(at(schema(), {"properties", "format", "enum"}).as_texts("format"),
              ElementsAreArray(decoder_names()));
}

TEST(ConfigExamplesTest, AllOfThemAreUnderstood) {
  std::size_t examples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(WEIR_SOURCE_DIR) + "/deploy/examples")) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    ++examples;
    const ExportOptions options =
        read_export_options("weir export", {"--config", entry.path().string()});
    EXPECT_EQ(options.config_file, entry.path().string());
    EXPECT_FALSE(options.kafka.topics.empty());
  }
  EXPECT_GE(examples, 7U);
}

}  // namespace
}  // namespace weir
