#include "weir/encode/row_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/ip.hpp"
#include "weir/base/near_match.hpp"
#include "weir/base/utf8.hpp"
#include "weir/encode/cbor_writer.hpp"
#include "weir/encode/json_writer.hpp"
#include "weir/flow/tcp_flags.hpp"

namespace weir {
namespace {

constexpr char kKeySeparator = '|';

std::vector<std::string_view> names_of(const std::vector<Column>& columns) {
  std::vector<std::string_view> names;
  names.reserve(columns.size());
  for (const Column& column : columns) {
    names.push_back(column.name);
  }
  return names;
}

void check_names(const std::vector<Column>& columns) {
  if (columns.empty()) {
    throw Error::usage("a message needs at least one column; name some in the command's -o fmt:");
  }
  auto names = names_of(columns);
  for (const std::string_view name : names) {
    if (name.empty() || !is_valid_utf8(name)) {
      throw Error::usage("a column needs a name, in UTF-8; give it one with --fields");
    }
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw Error::usage(
        fmt::format("two columns are called {}; rename or leave out one with --fields", *twice));
  }
}

bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) {
    seen |= static_cast<unsigned char>(c);
  }
  return seen < 0x80;
}

/// A text from outside, fit for a line of the log.
std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  append_mended(out, text.substr(0, kLongest));
  out += text.size() > kLongest ? "…\"" : "\"";
  return out;
}

std::string_view expected(ColumnKind kind, std::string_view text) {
  const bool scaled = is_scaled_number(text);
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  switch (kind) {
    case ColumnKind::number:
    case ColumnKind::port:
      return scaled   ? "a number without its last digits; add -N to the nfdump command"
             : digits ? "larger than 2^64-1"
                      : "not an unsigned integer";
    case ColumnKind::real:
      return scaled ? "a number without its last digits; add -N to the nfdump command"
                    : "not a number";
    case ColumnKind::duration:
      return "not a duration";
    case ColumnKind::time:
    case ColumnKind::utc_time:
      return "not a time";
    case ColumnKind::address:
      return text.find("..") != std::string_view::npos
                 ? "a shortened address; add -6 to the nfdump command"
                 : "not an address";
    case ColumnKind::tcp_flags:
      return "not TCP flags";
    case ColumnKind::text:
      break;
  }
  return "not a text";
}

}  // namespace

RowEncoder::RowEncoder(MessageFormat format, std::vector<Column> columns,
                       std::span<const std::string> key, ZoneToUtc to_utc)
    : format_(format), columns_(std::move(columns)), to_utc_(std::move(to_utc)) {
  check_names(columns_);
  const auto names = names_of(columns_);
  for (const std::string& name : key) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw Error::usage(
          fmt::format("no column for the message key is called '{}'; there are {}.{}", name,
                      fmt::join(names, ", "), did_you_mean(name, names)));
    }
    key_columns_.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  std::string made;
  if (format_ == MessageFormat::json) {
    plan(JsonWriter(made), made);
  } else {
    plan(CborWriter(made), made);
  }
}

template <typename Writer>
void RowEncoder::plan(Writer writer, std::string& made) {
  std::size_t planned = 0;
  const auto next = [&made, &planned] {
    std::string piece = made.substr(planned);
    planned = made.size();
    return piece;
  };
  writer.begin_map(columns_.size());
  for (const Column& column : columns_) {
    writer.key(column.name);
    Piece piece{next(), 0};
    piece.size = piece.bytes.size();
    piece.bytes.resize((piece.size + Piece::kStep - 1) / Piece::kStep * Piece::kStep);
    before_.push_back(std::move(piece));
  }
  writer.end_map();
  after_ = next();
}

EncodeStatus RowEncoder::encode(std::span<const std::string_view> row, std::string& value,
                                std::string& key) {
  value.clear();
  key.clear();
  if (row.size() != columns_.size()) {
    return EncodeStatus::wrong_width;
  }
  append_key(row, key);
  switch (format_) {
    case MessageFormat::cbor:
      return encode_texts(row, value);
    case MessageFormat::cbor_typed:
      return encode_typed(row, CborWriter(value));
    case MessageFormat::json:
      return encode_typed(row, JsonWriter(value));
  }
  return EncodeStatus::bad_value;
}

char* RowEncoder::put_piece(char* to, const Piece& piece) {
  for (std::size_t at = 0; at < piece.bytes.size(); at += Piece::kStep) {
    std::memcpy(to + at, piece.bytes.data() + at, Piece::kStep);
  }
  return to + piece.size;
}

/// Most rows are ASCII: they are written as if they were and looked at afterwards, once for all.
EncodeStatus RowEncoder::encode_texts(std::span<const std::string_view> row, std::string& value) {
  std::size_t room = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    room += before_[i].bytes.size() + kLongestCborHead + row[i].size();
  }
  value.resize(room);
  char* to = value.data();
  for (std::size_t i = 0; i < row.size(); ++i) {
    to = put_piece(to, before_[i]);
    to = put_cbor_text(to, row[i]);
  }
  value.resize(static_cast<std::size_t>(to - value.data()));
  // Behind the map's own head a byte above 127 may be a text's or the length of a very long one.
  const auto behind_head = std::string_view(value).substr(before_.front().size);
  return is_ascii(behind_head) ? EncodeStatus::encoded : encode_mended_texts(row, value);
}

EncodeStatus RowEncoder::encode_mended_texts(std::span<const std::string_view> row,
                                             std::string& value) {
  value.clear();
  CborWriter writer(value);
  for (std::size_t i = 0; i < row.size(); ++i) {
    writer.raw(before_[i].text());
    mended_ += writer.text(row[i]) ? 0 : 1;
  }
  return EncodeStatus::encoded;
}

template <typename Writer>
EncodeStatus RowEncoder::encode_typed(std::span<const std::string_view> row, Writer writer) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    writer.raw(before_[i].text());
    const EncodeStatus status = write_value(columns_[i].kind, trimmed(row[i]), writer);
    if (status != EncodeStatus::encoded) {
      refused_column_ = i;
      return status;
    }
  }
  writer.raw(after_);
  return EncodeStatus::encoded;
}

template <typename Writer>
EncodeStatus RowEncoder::write_value(ColumnKind kind, std::string_view text, Writer& writer) {
  if (kind == ColumnKind::text) {
    mended_ += writer.text(text) ? 0 : 1;
    return EncodeStatus::encoded;
  }
  if (says_nothing(text)) {
    writer.null();
    return EncodeStatus::encoded;
  }
  const auto integer = [&writer](const auto& value) {
    if (value) {
      writer.integer(*value);
    }
    return value ? EncodeStatus::encoded : EncodeStatus::bad_value;
  };
  const auto real = [&writer](const auto& value) {
    if (value) {
      writer.real(*value);
    }
    return value ? EncodeStatus::encoded : EncodeStatus::bad_value;
  };
  switch (kind) {
    case ColumnKind::number:
      return integer(read_number(text));
    case ColumnKind::port:
      return integer(read_port(text));
    case ColumnKind::tcp_flags:
      return integer(parse_tcp_flags(text));
    case ColumnKind::real:
      return real(read_real(text));
    case ColumnKind::duration:
      return real(read_duration(text));
    case ColumnKind::address:
      if (!IpNetwork::parse(text)) {
        return EncodeStatus::bad_value;
      }
      writer.text(text);
      return EncodeStatus::encoded;
    default:
      return write_time(kind, text, writer);
  }
}

template <typename Writer>
EncodeStatus RowEncoder::write_time(ColumnKind kind, std::string_view text, Writer& writer) {
  const auto time = read_time(text);
  if (!time) {
    return EncodeStatus::bad_value;
  }
  const bool known = !time->local || kind == ColumnKind::utc_time || !to_utc_;
  const auto moment = known ? std::optional(time->nanos) : to_utc_(time->nanos);
  if (!moment) {
    return EncodeStatus::no_such_time;
  }
  if (*moment == 0) {
    writer.null();  // how nfdump prints that it knows no time, in some columns
  } else {
    writer.time(*moment);
  }
  return EncodeStatus::encoded;
}

void RowEncoder::append_key(std::span<const std::string_view> row, std::string& key) {
  for (std::size_t i = 0; i < key_columns_.size(); ++i) {
    if (i != 0) {
      key += kKeySeparator;
    }
    const std::string_view text = trimmed(row[key_columns_[i]]);
    if (is_valid_utf8(text)) {
      key += text;
    } else {
      append_mended(key, text);
    }
  }
}

std::string RowEncoder::explain(EncodeStatus status, std::span<const std::string_view> row) const {
  switch (status) {
    case EncodeStatus::encoded:
      return "nothing is wrong";
    case EncodeStatus::wrong_width:
      return fmt::format("a row has {} values for {} columns", row.size(), columns_.size());
    case EncodeStatus::bad_value:
    case EncodeStatus::no_such_time:
      break;
  }
  if (refused_column_ >= row.size()) {
    return "a row has fewer values than it had";
  }
  const Column& column = columns_[refused_column_];
  const std::string_view text = trimmed(row[refused_column_]);
  return fmt::format("column {}: {} is {}", column.name, quoted(text),
                     status == EncodeStatus::no_such_time
                         ? "no time that clocks in this zone show; set --timezone to that of nfdump"
                         : expected(column.kind, text));
}

}  // namespace weir
