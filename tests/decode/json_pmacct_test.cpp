// Records that pmacct 1.7 printed for real captures. They are not part of this repository: the
// folder is looked for beside it, or where WEIR_SHARED_DATA says.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/rows.hpp"
#include "weir/decode/json.hpp"

#ifndef WEIR_SOURCE_DIR
#define WEIR_SOURCE_DIR "."
#endif

namespace weir {
namespace {

std::filesystem::path data_folder() {
  const char* const named = std::getenv("WEIR_SHARED_DATA");
  const std::filesystem::path shared =
      named != nullptr ? named : std::filesystem::path(WEIR_SOURCE_DIR) / "../shared/data";
  return shared / "pmacct_json";
}

/// A file's content, unpacked if it is packed.
std::string content(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string text;
  char chunk[65536];
  int size = 0;
  while (file && (size = gzread(file.get(), chunk, sizeof chunk)) > 0) {
    text.append(chunk, static_cast<std::size_t>(size));
  }
  return text;
}

struct Sums {
  std::uint64_t flows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;

  bool operator==(const Sums&) const = default;
};

/// The sums by looking for `"bytes": 123` in the text, which real records hold nowhere else.
Sums sums_of_text(const std::string& text) {
  const auto add_up = [&text](const std::string& key, std::uint64_t& sum) {
    std::uint64_t count = 0;
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
      sum += std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
      ++count;
    }
    return count;
  };
  Sums sums;
  sums.flows = add_up("\"bytes\": ", sums.bytes);
  EXPECT_EQ(add_up("\"packets\": ", sums.packets), sums.flows);
  return sums;
}

class AddUp final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ++sums.flows;
      sums.bytes += get_integer(batch[i], field("bytes"));
      sums.packets += get_integer(batch[i], field("packets"));
    }
  }
  Sums sums;
};

/// As many messages as the text has lines, or one.
Sums decode(JsonDecoder& decoder, const std::string& text, bool by_line) {
  AddUp rows;
  Accounts accounts;
  PayloadBatch batch;
  std::uint64_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = by_line ? text.find('\n', at) : text.size();
    batch.add(text.substr(at, end - at), 0);
    at = end == std::string::npos ? text.size() : end + 1;
    if (batch.full() || at >= text.size()) {
      decoder.decode(batch, accounts, rows);
      batch.clear();
    }
  }
  EXPECT_EQ(accounts.refused, decltype(accounts.refused){});
  EXPECT_EQ(accounts.unaccounted(), static_cast<std::int64_t>(rows.sums.flows));
  EXPECT_TRUE(!by_line || accounts.origin(0).records == lines);
  return rows.sums;
}

TEST(JsonOfPmacct, EveryRecordOfRealFilesIsRead) {
  if (!std::filesystem::is_directory(data_folder())) {
    GTEST_SKIP() << "no " << data_folder() << "; WEIR_SHARED_DATA names the folder above it";
  }
  JsonDecoder learning(DecoderOptions{all_fields()});
  JsonDecoder plain(DecoderOptions{all_fields()}, JsonDecoder::Learn::no);
  FieldSet few;
  few.add(field("packets"));
  JsonDecoder learning_few(DecoderOptions{few});
  Sums total;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder())) {
    SCOPED_TRACE(entry.path().filename());
    const std::string text = content(entry.path());
    const Sums expected = sums_of_text(text);
    EXPECT_EQ(decode(learning, text, true), expected);
    EXPECT_EQ(decode(learning, text, false), expected);
    EXPECT_EQ(decode(plain, text, true), expected);
    EXPECT_EQ(decode(learning_few, text, true), expected);
    total.flows += expected.flows;
  }
  EXPECT_GT(total.flows, 1000U);
}

}  // namespace
}  // namespace weir
