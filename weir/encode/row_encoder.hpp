#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/encode/column_values.hpp"

namespace weir {

/// The forms of a message, see docs/stream-records.md.
enum class MessageFormat : std::uint8_t {
  cbor,        ///< a map of texts, as they were printed
  cbor_typed,  ///< a map of numbers, times and texts
  json,        ///< an object of the same
};

struct Column {
  std::string name;  ///< the key in the message
  ColumnKind kind = ColumnKind::text;
};

enum class EncodeStatus : std::uint8_t {
  encoded,
  wrong_width,   ///< the row has not as many values as there are columns
  bad_value,     ///< a text is not what its column holds
  no_such_time,  ///< the zone's clocks never show that time
};

/// Makes one message of each row of texts. Not thread-safe. Allocates nothing once the strings it
/// is given have room, except for a text that is not UTF-8.
class RowEncoder {
 public:
  /// The key of a message is made of the `key` columns' texts without blanks at their ends, joined
  /// by `|` where there are several. `to_utc` is asked for the times of ColumnKind::time that have
  /// no zone of their own; without it they are UTC.
  /// Throws Error (usage) without columns, when a name is empty, not UTF-8 or given twice, and when
  /// a key is no column.
  RowEncoder(MessageFormat format, std::vector<Column> columns, std::span<const std::string> key,
             ZoneToUtc to_utc = {});

  /// Replaces `value` and `key` by those of `row`, whose texts are in the columns' order. What both
  /// hold after any other answer than `encoded` is not to be used. Never throws but for want of
  /// memory.
  [[nodiscard]] EncodeStatus encode(std::span<const std::string_view> row, std::string& value,
                                    std::string& key);

  /// Why the last row was not encoded, and what to do about it; `row` is that row.
  [[nodiscard]] std::string explain(EncodeStatus status,
                                    std::span<const std::string_view> row) const;

  /// Whether messages have a key at all.
  [[nodiscard]] bool has_key() const { return !key_columns_.empty(); }
  /// How many texts were not UTF-8 and were written with U+FFFD in place of what was wrong.
  [[nodiscard]] std::uint64_t mended() const { return mended_; }

 private:
  /// What stands between two values. Copied in steps of fixed length, so its bytes are padded.
  struct Piece {
    static constexpr std::size_t kStep = 16;
    std::string bytes;
    std::size_t size;
    [[nodiscard]] std::string_view text() const { return std::string_view(bytes).substr(0, size); }
  };
  static char* put_piece(char* to, const Piece& piece);

  template <typename Writer>
  void plan(Writer writer, std::string& made);
  EncodeStatus encode_texts(std::span<const std::string_view> row, std::string& value);
  EncodeStatus encode_mended_texts(std::span<const std::string_view> row, std::string& value);
  template <typename Writer>
  EncodeStatus encode_typed(std::span<const std::string_view> row, Writer writer);
  template <typename Writer>
  EncodeStatus write_value(ColumnKind kind, std::string_view text, Writer& writer);
  template <typename Writer>
  EncodeStatus write_time(ColumnKind kind, std::string_view text, Writer& writer);
  void append_key(std::span<const std::string_view> row, std::string& key);

  MessageFormat format_;
  std::vector<Column> columns_;
  std::vector<Piece> before_;  ///< for each column, what stands before its value
  std::string after_;          ///< what stands behind the last value
  std::vector<std::size_t> key_columns_;
  ZoneToUtc to_utc_;
  std::size_t refused_column_ = 0;
  std::uint64_t mended_ = 0;
};

}  // namespace weir
