// Records that pmacct 1.7 printed for real captures.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/rows.hpp"
#include "tests/support/shared_data.hpp"
#include "weir/decode/json.hpp"

namespace weir {
namespace {

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
  const auto folder = shared_data() / "pmacct_json";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no " << folder;
  }
  JsonDecoder learning(DecoderOptions{all_fields()});
  JsonDecoder plain(DecoderOptions{all_fields()}, JsonDecoder::Learn::no);
  FieldSet few;
  few.add(field("packets"));
  JsonDecoder learning_few(DecoderOptions{few});
  Sums total;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename());
    const std::string text = unpacked_file(entry.path());
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
