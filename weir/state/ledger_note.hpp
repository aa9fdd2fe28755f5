#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/state/window.hpp"

namespace weir {

/// What the ledger keeps beside the number of the last finished window, for people and for the next
/// run: `window=202611212305 rows=1234 skipped=2 202611212255 202611212300`.
struct LedgerNote {
  static constexpr std::size_t kMaxNames = 200;  ///< as a broker takes 4,096 bytes by default

  Window window;
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;           ///< windows given up, ever
  std::vector<Window> newest_skipped;  ///< the last kMaxNames of them, oldest first

  /// Counts a window that is given up.
  void skip(Window given_up);

  bool operator==(const LedgerNote&) const = default;
};

[[nodiscard]] std::string write_ledger_note(const LedgerNote& note);

/// What can be read of a note, whoever wrote it: what is missing or no number is 0 or left out.
[[nodiscard]] LedgerNote read_ledger_note(std::string_view text);

}  // namespace weir
