#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "weir/decode/json_keys.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// What is the same in all records of one writer: the text between the values, and what kind of
/// value stands in each place.
struct JsonTemplate {
  /// What to do with a value: its shape, and whether and how it is stored.
  enum class Action : std::uint8_t {
    skip_steady,   ///< string, nearly always of the same length
    skip_string,   ///< string
    skip_digits,   ///< unsigned integer
    skip_decimal,  ///< number without exponent
    store_text,    ///< string, stored as it is
    store_number,  ///< unsigned integer, stored as it is if not above `limit`
    read_string,   ///< string, its meaning depends on the field
    read_digits,   ///< unsigned integer, its meaning depends on the field
    peek_string,   ///< as read_string, but the same value is read once more
    peek_digits,   ///< as read_digits, but the same value is read once more
  };

  /// A value, and the text that stands before it.
  struct Segment {
    std::uint32_t literal;  ///< where the text begins in `literals`
    std::uint32_t size;     ///< of that text
    Action action;
    JsonReading reading;   ///< of read_string, read_digits, peek_string and peek_digits
    FieldId field;         ///< where the value is stored, if it is
    std::uint16_t member;  ///< offset of the field in the row
    std::uint32_t length;  ///< of a skip_steady value, 1–31
    std::uint64_t limit;   ///< largest number the field can hold
  };

  std::vector<char> literals;  ///< of all segments one after another, then 64 bytes to read past
  std::vector<Segment> segments;
  std::uint32_t tail = 0;  ///< where the text after the last value begins in `literals`
  std::uint32_t tail_size = 0;
  FieldSet stored;  ///< fields of store_text and store_number

  /// Describes a JSON object without anything around it that the reference parser took as a flow.
  /// Nothing if it is not suited: line breaks, escapes, equal keys, a wanted value that is neither
  /// a string nor an unsigned integer, very long, very many values.
  static std::optional<JsonTemplate> describe(std::string_view record, const JsonKeys& keys);

  /// Both match the same records.
  [[nodiscard]] bool same_as(const JsonTemplate& other) const;
};

}  // namespace weir
