#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

inline constexpr std::size_t kMaxJsonPath = 16;  ///< names

/// The names on the way to a value, from a path as JSONPath writes it (RFC 9535): `$.flow.octets`,
/// `$['in bytes']`. Names alone: there is no place in an array to point to, and no choice. Throws
/// Error::usage that says what is wrong with it.
std::vector<std::string> parse_json_path(std::string_view path);

}  // namespace weir
