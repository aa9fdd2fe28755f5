#include "weir/encode/flow_texts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "weir/flow/protocols.hpp"

namespace weir {
namespace {

constexpr std::uint64_t kNanosPerMilli = 1'000'000;

ColumnKind kind_of(const RowColumn& column) {
  if (column.compute != nullptr) {
    return column.milliseconds ? ColumnKind::duration : ColumnKind::number;
  }
  switch (info(column.field).kind) {
    case Kind::number:
    case Kind::etype:
      return ColumnKind::number;
    case Kind::time:
      return ColumnKind::utc_time;
    case Kind::tcp_flags:
      return ColumnKind::tcp_flags;
    case Kind::real:
      return ColumnKind::real;
    case Kind::address:
      return ColumnKind::address;
    default:
      return ColumnKind::text;
  }
}

char* put_text(char* to, std::string_view text) {
  return std::copy(text.begin(), text.end(), to);
}

char* put_flags(char* to, std::uint64_t flags) {
  constexpr std::string_view kLetters = "CEUAPRSF";
  if (flags >> kLetters.size() != 0) {
    return fmt::format_to(to, "0x{:x}", flags);
  }
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    *to++ = (flags >> (kLetters.size() - 1 - i) & 1U) != 0 ? kLetters[i] : '.';
  }
  return to;
}

char* put_protocol(char* to, std::uint64_t number) {
  const std::string_view name =
      number > 0xff ? std::string_view() : protocol_name(static_cast<std::uint8_t>(number));
  return name.empty() || name.size() > kLongestValue ? put_number(to, number) : put_text(to, name);
}

}  // namespace

FlowTexts::FlowTexts(std::vector<RowColumn> columns, std::optional<TimeZone> zone)
    : columns_(std::move(columns)),
      zone_(std::move(zone)),
      texts_(columns_.size()),
      room_(columns_.size() * kLongestValue) {}

std::vector<Column> FlowTexts::columns() const {
  std::vector<Column> named;
  named.reserve(columns_.size());
  for (const RowColumn& column : columns_) {
    named.push_back({column.name, kind_of(column)});
  }
  return named;
}

std::span<const std::string_view> FlowTexts::of(const Flow& row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    texts_[i] = text_of(columns_[i], row, room_.data() + i * kLongestValue);
  }
  return texts_;
}

std::string_view FlowTexts::text_of(const RowColumn& column, const Flow& row, char* room) {
  const auto until = [room](const char* end) {
    return std::string_view(room, static_cast<std::size_t>(end - room));
  };
  if (column.compute != nullptr) {
    const std::uint64_t value = column.compute(row);
    return until(column.milliseconds ? put_seconds(room, value) : put_number(room, value));
  }
  const Kind kind = info(column.field).kind;
  switch (storage_of(kind)) {
    case Storage::text:
      return get_text(row, column.field);
    case Storage::address:
      return until(row.present.has(column.field) ? put_address(room, get_address(row, column.field))
                                                 : room);
    case Storage::real:
      return until(put_real(room, get_real(row, column.field)));
    case Storage::integer:
      break;
  }
  return until(put_integer(room, kind, get_integer(row, column.field)));
}

char* FlowTexts::put_integer(char* to, Kind kind, std::uint64_t value) {
  switch (kind) {
    case Kind::time:
      return put_time(to, value);
    case Kind::mac:
      return put_mac(to, value);
    case Kind::proto:
      return put_protocol(to, value);
    case Kind::tcp_flags:
      return put_flags(to, value);
    case Kind::etype:
      return fmt::format_to(to, "0x{:04x}", value);
    default:
      return put_number(to, value);
  }
}

char* FlowTexts::put_time(char* to, UnixNanos time) {
  if (time == 0) {
    return to;
  }
  if (!zone_) {
    return exact_.put(to, time);
  }
  const std::chrono::sys_seconds second{
      std::chrono::seconds(static_cast<std::int64_t>(time / kNanosPerSecond))};
  if (second != shown_second_ || shown_.empty()) {
    const auto shown = zone_->to_local(second).time_since_epoch();
    // As a std::tm: fmt 9 takes a time point to the zone of the process.
    shown_ =
        fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(shown.count())));
    shown_second_ = second;
  }
  return fmt::format_to(put_text(to, shown_), ".{:03}", time % kNanosPerSecond / kNanosPerMilli);
}

}  // namespace weir
