#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Notes refusals as `reason position.index size`.
class NotedRefusals final : public Refusals {
 public:
  void refused(Refused reason, const RecordPlace& place) override {
    noted.push_back(fmt::format("{} {}.{} {}", kRefusedNames[static_cast<std::size_t>(reason)],
                                place.position, place.index, place.bytes.size()));
  }
  std::vector<std::string> noted;
};

/// Notes rows as row_text, and their places as refusals are noted.
class NotedRows final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    ++batches;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RecordPlace& place = batch.place(i);
      rows.push_back(row_text(batch[i]));
      places.push_back(fmt::format("{}.{} {}", place.position, place.index, place.bytes.size()));
    }
  }
  std::vector<std::string> rows;
  std::vector<std::string> places;
  std::size_t batches = 0;
};

/// What became of messages.
struct Judged {
  std::vector<std::string> rows;
  std::vector<std::string> places;
  std::vector<std::string> refused;
  std::uint64_t records = 0;

  bool operator==(const Judged&) const = default;
};

/// Decodes messages at the positions 0, 1, … in memory that was full of `stale` before. The decoder
/// is made by `make(Refusals*)`.
template <typename Make>
Judged judge(const Make& make, const std::vector<std::string>& messages, char stale) {
  PayloadBatch batch;
  std::size_t size = 4096;
  for (const std::string& message : messages) {
    size += message.size() + PayloadBatch::kPadding;
  }
  batch.add(std::string(size, stale), 0);
  batch.clear();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    batch.add(messages[i], 0, static_cast<std::int64_t>(i));
  }
  NotedRefusals refusals;
  NotedRows rows;
  Accounts accounts;
  make(&refusals)->decode(batch, accounts, rows);
  EXPECT_EQ(accounts.unaccounted(), static_cast<std::int64_t>(rows.rows.size()));
  EXPECT_EQ(accounts.origin(0).messages, messages.size());
  return {std::move(rows.rows), std::move(rows.places), std::move(refusals.noted),
          accounts.origin(0).records};
}

/// The same over several kinds of memory, which must make no difference.
template <typename Make>
Judged judge(const Make& make, const std::vector<std::string>& messages) {
  Judged judged = judge(make, messages, '\0');
  for (const char stale : {'\xff', '\x80', '\x08', '\x01', '{'}) {
    EXPECT_EQ(judge(make, messages, stale), judged);
  }
  return judged;
}

}  // namespace weir
