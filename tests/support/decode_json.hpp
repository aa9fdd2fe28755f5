#pragma once

#include <fmt/format.h>
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
  std::vector<std::string> places;                            ///< of the rows, see place_text
  std::vector<std::string> refusals;                          ///< reason and place, in their order

  bool operator==(const Decoded&) const = default;
};

/// `position/index bytes`.
inline std::string place_text(const RecordPlace& place) {
  return fmt::format("{}/{} {}", place.position, place.index, place.bytes);
}

/// Keeps what it is told.
class CollectRefusals final : public Refusals {
 public:
  void refused(Refused reason, const RecordPlace& place) override {
    refusals.push_back(
        fmt::format("{} {}", kRefusedNames[static_cast<std::size_t>(reason)], place_text(place)));
  }
  std::vector<std::string> refusals;
};

/// Keeps rows and their places.
class CollectPlaces final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      rows.push_back(row_text(batch[i]));
      places.push_back(place_text(batch.place(i)));
    }
  }
  std::vector<std::string> rows;
  std::vector<std::string> places;
};

/// `refusals` are those that the decoder tells of, if it was made with any.
inline Decoded decode_once(Decoder& decoder, const PayloadBatch& batch,
                           CollectRefusals* refusals = nullptr) {
  Accounts accounts;
  CollectPlaces rows;
  decoder.decode(batch, accounts, rows);
  Decoded decoded;
  decoded.rows = std::move(rows.rows);
  decoded.places = std::move(rows.places);
  std::uint64_t refused = 0;
  for (const Accounts::Origin& origin : accounts.origins) {
    decoded.records += origin.records;
  }
  for (std::size_t i = 0; i < accounts.filtered.size(); ++i) {
    if (accounts.filtered[i] != 0) {
      decoded.others.emplace_back(kFilteredNames[i], accounts.filtered[i]);
    }
  }
  for (std::size_t i = 0; i < accounts.refused.size(); ++i) {
    refused += accounts.refused[i];
    if (accounts.refused[i] != 0) {
      decoded.others.emplace_back(kRefusedNames[i], accounts.refused[i]);
    }
  }
  // Each record is a row, filtered or refused.
  EXPECT_EQ(accounts.unaccounted(), static_cast<std::int64_t>(decoded.rows.size()));
  if (refusals != nullptr) {
    decoded.refusals = std::exchange(refusals->refusals, {});
    EXPECT_EQ(decoded.refusals.size(), refused);
  }
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
  std::int64_t position = 100;
  for (const std::string& message : messages) {
    batch.add(message, 0, position++);
  }
  return batch;
}

/// Decodes the messages in every way that must make no difference: with and without templates, with
/// templates made before, over memory that held something else.
inline Decoded decode_json(const std::vector<std::string>& messages, DecoderOptions options) {
  CollectRefusals refusals;
  options.refusals = &refusals;
  JsonDecoder plain(options, JsonDecoder::Learn::no);
  const Decoded decoded = decode_once(plain, batch_over(" ", messages), &refusals);
  JsonDecoder learning(options);
  std::vector<std::string> stale = {"9", "}", "\"", ",\"bytes\": 1}", "\xff"};
  for (const std::string& message : messages) {
    if (!message.empty() && message.size() < 1000) {
      stale.push_back(message);
    }
  }
  for (const std::string& filler : stale) {
    EXPECT_EQ(decode_once(learning, batch_over(filler, messages), &refusals), decoded);
    EXPECT_EQ(decode_once(learning, batch_over(filler, messages), &refusals), decoded);
    EXPECT_EQ(decode_once(plain, batch_over(filler, messages), &refusals), decoded);
  }
  return decoded;
}

inline Decoded decode_json(const std::vector<std::string>& messages,
                           const FieldSet& wanted = all_fields()) {
  return decode_json(messages, DecoderOptions{wanted});
}

}  // namespace weir
