#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "weir/decode/json_keys.hpp"

namespace weir {

/// What a value without members looks like.
enum class JsonLook : std::uint8_t {
  fixed,  ///< none of the others: an array, true, a very long number
  null,
  string,   ///< without escapes
  digits,   ///< an unsigned integer of up to 19 digits, which always fit in 64 bits
  decimal,  ///< a number without exponent
};

/// A value without members in a record: where it stands, and what its key stands for.
struct JsonLeaf {
  std::size_t begin = 0;  ///< of a string, behind its opening quote
  std::size_t end = 0;
  JsonLook look = JsonLook::fixed;
  std::string_view key;
  const JsonMembers::Member* member = nullptr;  ///< null if nothing is wanted of it
  bool outermost = true;                        ///< not inside an object inside the record

  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The values of a record in their order, those of objects inside it among them. The record is an
/// object that the reference parser took, without anything around it. Nothing if it holds escapes,
/// bytes to be mended, a wanted object or more than `most` values.
std::optional<std::vector<JsonLeaf>> json_leaves(std::string_view record,
                                                 const JsonMembers& members, std::size_t most);

}  // namespace weir
