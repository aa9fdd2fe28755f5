#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/time.hpp"
#include "weir/encode/value_writer.hpp"

namespace weir {

/// Appends JSON (RFC 8259) without blanks or newlines to a string.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_map(std::size_t entries);
  void key(std::string_view name);
  void end_map();
  bool text(std::string_view text);
  void integer(std::uint64_t value);
  /// The fewest digits that give the same double, always with a point or exponent, so that readers
  /// which tell integers from floats do. Infinities and NaN, which JSON has not, become null.
  void real(double value);
  /// RFC 3339 in UTC as a string, to the millisecond; with six or nine decimals where it takes
  /// them.
  void time(UnixNanos value);
  void null();
  void raw(std::string_view encoded) { out_.append(encoded); }

 private:
  void quoted(std::string_view text);

  std::string& out_;
};
static_assert(ValueWriter<JsonWriter>);

}  // namespace weir
