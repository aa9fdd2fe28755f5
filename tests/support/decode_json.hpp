#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/decode/json.hpp"

namespace weir {

/// What became of some messages.
struct Decoded {
  std::vector<std::string> rows;  ///< see row_text
  std::uint64_t records = 0;
  std::vector<std::pair<std::string, std::uint64_t>> others;  ///< reasons that are not 0

  bool operator==(const Decoded&) const = default;
};

inline Decoded decode_once(JsonDecoder& decoder, const PayloadBatch& batch) {
  Accounts accounts;
  CollectRows rows;
  decoder.decode(batch, accounts, rows);
  Decoded decoded;
  decoded.rows = std::move(rows.rows);
  for (const Accounts::Origin& origin : accounts.origins) {
    decoded.records += origin.records;
  }
  for (std::size_t i = 0; i < accounts.filtered.size(); ++i) {
    if (accounts.filtered[i] != 0) {
      decoded.others.emplace_back(kFilteredNames[i], accounts.filtered[i]);
    }
  }
  for (std::size_t i = 0; i < accounts.refused.size(); ++i) {
    if (accounts.refused[i] != 0) {
      decoded.others.emplace_back(kRefusedNames[i], accounts.refused[i]);
    }
  }
  // Each record is a row, filtered or refused.
  EXPECT_EQ(accounts.unaccounted(), static_cast<std::int64_t>(decoded.rows.size()));
  return decoded;
}

/// A batch whose memory was used before: what follows each message is `stale`, over and over.
/// It is the same one in every call.
inline const PayloadBatch& batch_over(std::string_view stale,
                                      const std::vector<std::string>& messages) {
  static PayloadBatch batch;
  batch.clear();
  std::size_t size = 4096;
  for (const std::string& message : messages) {
    size += message.size() + PayloadBatch::kPadding;
  }
  std::string filler;
  while (filler.size() < size) {
    filler += stale;
  }
  batch.add(filler, 0);
  batch.clear();
  for (const std::string& message : messages) {
    batch.add(message, 0);
  }
  return batch;
}

/// Decodes the messages in every way that must make no difference: with and without templates, with
/// templates made before, over memory that held something else.
inline Decoded decode_json(const std::vector<std::string>& messages,
                           const FieldSet& wanted = all_fields()) {
  JsonDecoder plain(wanted, JsonDecoder::Learn::no);
  const Decoded decoded = decode_once(plain, batch_over(" ", messages));
  JsonDecoder learning(wanted);
  std::vector<std::string> stale = {"9", "}", "\"", ",\"bytes\": 1}", "\xff"};
  for (const std::string& message : messages) {
    if (!message.empty() && message.size() < 1000) {
      stale.push_back(message);
    }
  }
  for (const std::string& filler : stale) {
    EXPECT_EQ(decode_once(learning, batch_over(filler, messages)).rows, decoded.rows);
    EXPECT_EQ(decode_once(learning, batch_over(filler, messages)).others, decoded.others);
    EXPECT_EQ(decode_once(plain, batch_over(filler, messages)), decoded);
  }
  return decoded;
}

}  // namespace weir
