// Every example of docs/filter.md compiles.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "weir/flow/filter.hpp"

namespace weir {
namespace {

/// Lines of the blocks marked ```filter, and the second column of the table of equivalents.
std::vector<std::string> examples() {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/filter.md");
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = line == "```filter";
    } else if (inside && !line.empty()) {
      found.push_back(line);
    } else if (line.starts_with("| `")) {
      const auto end = line.rfind("` |");
      const auto begin = line.rfind("| `", end);
      if (begin != 0 && end != std::string::npos) {
        found.push_back(line.substr(begin + 3, end - begin - 3));
      }
    }
  }
  return found;
}

TEST(FilterDocs, EveryExampleCompiles) {
  const auto found = examples();
  EXPECT_GT(found.size(), 40U);
  for (const std::string& example : found) {
    EXPECT_NO_THROW(Filter::compile(example)) << example;
  }
}

TEST(FilterDocs, EveryFieldIsListed) {
  std::ifstream file(WEIR_SOURCE_DIR "/docs/filter.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const FieldInfo& row : kNamedFields) {
    EXPECT_NE(text.find(fmt::format("`{}`", row.name)), std::string::npos) << row.name;
  }
}

}  // namespace
}  // namespace weir
