#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

/// A number as a Summary line has it: exact, or scaled (`1.2 G`) and then only known to lie in
/// between.
struct NfdumpAmount {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  [[nodiscard]] bool holds(std::uint64_t value) const { return low <= value && value <= high; }
  bool operator==(const NfdumpAmount&) const = default;
};

/// Reads `937` and `1.2 G` at the start of a text. A scaled number was rounded to its last digit,
/// so the real one may be a whole such digit away.
std::optional<NfdumpAmount> parse_nfdump_amount(std::string_view text);

struct NfdumpSummary {
  std::optional<NfdumpAmount> flows, bytes, packets;
};

/// The lines nfdump prints after the rows, each recognised by what it says:
///
///     Summary: total flows: 937, total bytes: 523142, total packets: 3882, avg bps: 7093, …
///     Time window: 2026-11-21 21:25:38 - 2026-11-21 21:35:28
///     Total flows processed: 937, passed: 937, Blocks skipped: 0, Bytes read: 97800
///     Sys: 0.0022s User: 0.0000s Wall: 0.0013s flows/second: 744753.2 Runtime: 0.0034s
///
/// The third is `Total records processed` since nfdump 1.7.4 and may have another name in forks.
/// CSV has `Summary`, a header and a line of values instead, nfdump 1.7.5 and later nothing.
class NfdumpTrailer {
 public:
  enum class Line : std::uint8_t {
    none,  ///< not a line of the trailer
    taken,
    unexpected,  ///< after the trailer's beginning, but no part of it
  };

  /// Looks at a line of `-o fmt:`.
  Line take_text(std::string_view line);
  /// Looks at a line of `-o csv`.
  Line take_csv(std::string_view line);

  [[nodiscard]] bool begun() const { return begun_; }
  /// All lines were there.
  [[nodiscard]] bool complete() const { return complete_; }
  /// nfdump said that there were no flows.
  [[nodiscard]] bool said_no_flows() const { return said_no_flows_; }
  [[nodiscard]] const NfdumpSummary& summary() const { return summary_; }

  /// The trailer says that a file was read: bytes of flows, or the time window in an idle file's
  /// own header. nfdump 1.7.1 reads 0 bytes of flows from a file of a quiet interval, but knows its
  /// times; for a file that is empty or cut off it prints `Time window: <unknown>`.
  [[nodiscard]] bool file_was_read() const { return bytes_read_ > 0 || window_known_; }

 private:
  Line take_rest(std::string_view line);

  bool begun_ = false, complete_ = false, said_no_flows_ = false;
  bool has_window_ = false, window_known_ = false, has_third_ = false, has_header_ = false;
  std::uint64_t bytes_read_ = 0;
  NfdumpSummary summary_;
};

}  // namespace weir
