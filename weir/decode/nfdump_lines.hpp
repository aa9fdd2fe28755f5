#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "weir/decode/nfdump_verdict.hpp"

namespace weir {

/// Cuts a stream that arrives in chunks into lines of at most kMaxNfdumpLine bytes.
class LineCutter {
 public:
  /// Calls `take(line)` for each line that is complete, without its line break, until it returns
  /// false. Returns false if a line is too long.
  template <typename Take>
  bool feed(std::string_view chunk, const Take& take) {
    if (!partial_.empty()) {
      const std::size_t stop = chunk.find('\n');
      if (partial_.size() + std::min(stop, chunk.size()) > kMaxNfdumpLine) {
        partial_.append(chunk.substr(0, kMaxNfdumpLine - partial_.size()));
        return false;
      }
      partial_.append(chunk.substr(0, stop));
      if (stop == std::string_view::npos) {
        return true;
      }
      chunk.remove_prefix(stop + 1);
      const bool more = take(std::string_view(partial_));
      partial_.clear();
      if (!more) {
        return true;
      }
    }
    return feed_lines(chunk, take);
  }

  /// What came after the last line break.
  [[nodiscard]] std::string_view rest() const { return partial_; }

 private:
  template <typename Take>
  bool feed_lines(std::string_view chunk, const Take& take) {
    while (!chunk.empty()) {
      const std::size_t stop = chunk.find('\n');
      if (std::min(stop, chunk.size()) > kMaxNfdumpLine) {
        partial_ = chunk.substr(0, kMaxNfdumpLine);
        return false;
      }
      if (stop == std::string_view::npos) {
        partial_ = chunk;
        return true;
      }
      if (!take(chunk.substr(0, stop))) {
        return true;
      }
      chunk.remove_prefix(stop + 1);
    }
    return true;
  }

  std::string partial_;
};

}  // namespace weir
