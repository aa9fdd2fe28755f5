#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/nfdump_text.hpp"

namespace weir {

/// Keeps the columns' names and the rows.
class KeptNfdumpRows final : public RowReceiver {
 public:
  void columns(std::span<const NfdumpColumn> columns) override {
    for (const NfdumpColumn& column : columns) {
      names.push_back(column.name);
    }
  }
  void row(std::span<const std::string_view> texts) override {
    rows.emplace_back(texts.begin(), texts.end());
  }
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
};

struct NfdumpOutcome {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  NfdumpVerdict verdict;
};

/// What is read of `text`, arriving in chunks, as the output of nfdump with these options.
inline NfdumpOutcome read_nfdump(std::vector<std::string> options, std::string_view text,
                                 const NfdumpEnd& end = {}, std::size_t chunk = 7) {
  options.insert(options.begin(), "nfdump");
  NfdumpText reader(nfdump_format(options));
  KeptNfdumpRows kept;
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    reader.feed(text.substr(at, chunk), kept);
  }
  return {kept.names, kept.rows, reader.finish(end)};
}

}  // namespace weir
