#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/time_zone.hpp"
#include "weir/encode/column_values.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/encode/row_encoder.hpp"
#include "weir/encode/text_values.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// Makes of each flow the texts that RowEncoder takes: numbers plain, durations with three
/// decimals, TCP flags as nfdump's letters, protocols by IANA's keywords; nothing at all for
/// addresses, times and texts that are absent. One thread.
class FlowTexts {
 public:
  /// With `zone` times are what its clock shows, `2026-11-21 23:05:02.113`, cut to milliseconds as
  /// nfdump prints them; without it they are exact, in UTC.
  FlowTexts(std::vector<RowColumn> columns, std::optional<TimeZone> zone);

  /// What the texts mean.
  [[nodiscard]] std::vector<Column> columns() const;
  /// One text for each column; they are good until the next call, and as long as `row`.
  [[nodiscard]] std::span<const std::string_view> of(const Flow& row);

 private:
  [[nodiscard]] std::string_view text_of(const RowColumn& column, const Flow& row, char* room);
  char* put_integer(char* to, Kind kind, std::uint64_t value);
  char* put_time(char* to, UnixNanos time);

  std::vector<RowColumn> columns_;
  std::optional<TimeZone> zone_;
  std::vector<std::string_view> texts_;
  std::vector<char> room_;
  TimeText exact_;
  // The second that was shown last, since many flows of a file share one.
  std::chrono::sys_seconds shown_second_;
  std::string shown_;
};

}  // namespace weir
