// Records that goflow2 2.2.6 and nfdump 1.7.1 printed for real captures.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/decode_json.hpp"
#include "tests/support/shared_data.hpp"

namespace weir {
namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// How often a key stands in a text.
std::size_t count_of(std::string_view key, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    ++count;
  }
  return count;
}

/// Decodes all messages with and without templates; what both make of them.
Decoded decode_both(const std::vector<std::string>& messages, const DecoderOptions& options) {
  JsonDecoder plain(options, JsonDecoder::Learn::no);
  JsonDecoder learning(options);
  const Decoded decoded = decode_once(plain, batch_over(" ", messages));
  EXPECT_EQ(decode_once(learning, batch_over("9", messages)), decoded);
  return decoded;
}

TEST(JsonOfGoflow2, EveryRecordOfRealFilesIsRead) {
  const auto lines = lines_of(shared_data() / "goflow2_real" / "values.jsonl");
  if (lines.empty()) {
    GTEST_SKIP() << "no goflow2_real in " << shared_data();
  }
  const Decoded decoded = decode_both(lines, DecoderOptions{all_fields()});
  EXPECT_EQ(decoded.rows.size(), lines.size());
  EXPECT_TRUE(decoded.others.empty());
}

TEST(JsonOfGoflow2, RenamedAndRenderedFieldsAreTheSameWithAMapping) {
  const auto folder = shared_data() / "goflow2_real";
  const auto lines = lines_of(folder / "values.jsonl");
  if (lines.empty()) {
    GTEST_SKIP() << "no " << folder;
  }
  // Of what is in both files all but the time at which they were made; a protocol's name does not
  // always tell its number.
  DecoderOptions options;
  for (const FieldId id :
       {field("bytes"), field("packets"), field("src_as"), field("dst_as"), field("src_addr"),
        field("dst_addr"), field("src_port"), field("dst_port"), field("in_if"), field("out_if"),
        field("exporter"), field("etype"), field("flow_type"), field("sampling_rate")}) {
    options.wanted.add(id);
  }
  const auto expected = decode_both(lines, options).rows;
  options.mapping = {{"$.srcAS", field("src_as")}};
  EXPECT_EQ(decode_both(lines_of(folder / "values_mapped.jsonl"), options).rows, expected);
}

TEST(JsonOfNfdump, EveryRecordOfRealFilesIsRead) {
  const auto folder = shared_data() / "nfdump_text";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no " << folder;
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().filename().string().ends_with(".o_json.txt")) {
      continue;
    }
    SCOPED_TRACE(entry.path().filename());
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Decoded decoded = decode_both({text.str()}, DecoderOptions{all_fields()});
    EXPECT_EQ(decoded.rows.size(), count_of("\"in_bytes\"", text.str()));
    EXPECT_TRUE(decoded.others.empty());
    ++files;
  }
  EXPECT_GT(files, 0U);
}

}  // namespace
}  // namespace weir
