#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/time.hpp"
#include "weir/encode/value_writer.hpp"

namespace weir {

/// Appends CBOR (RFC 8949) to a string: definite lengths and the shortest heads, which is what
/// Python's packages make, too. Floating-point numbers always take 64 bits.
class CborWriter {
 public:
  explicit CborWriter(std::string& out) : out_(out) {}

  void begin_map(std::size_t entries);
  void key(std::string_view name) { text(name); }
  void end_map() {}
  bool text(std::string_view text);
  void integer(std::uint64_t value);
  void real(double value);
  /// Tag 1, seconds since 1970 as a 64-bit float: exact to the microsecond until 2242. Readers
  /// make a date of it unasked, which they do not of the tags for nanoseconds (RFC 9581).
  void time(UnixNanos value);
  void null();
  void raw(std::string_view encoded) { out_.append(encoded); }

 private:
  bool mended_text(std::string_view text);

  std::string& out_;
};
static_assert(ValueWriter<CborWriter>);

/// Writes `text`, which is UTF-8, at `to`, where there is room for its bytes and kLongestCborHead
/// more. Returns the end. For rows of many short texts: appending each takes twice the time.
char* put_cbor_text(char* to, std::string_view text);
inline constexpr std::size_t kLongestCborHead = 9;  ///< initial byte and an argument of 64 bits

}  // namespace weir
