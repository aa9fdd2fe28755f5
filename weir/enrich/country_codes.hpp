#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// The number of a country in ISO 3166-1 (276 for "DE", in capitals); 0 where the standard has none
/// (as for "XK", which it leaves to users) or the text is no code.
[[nodiscard]] std::uint16_t country_number(std::string_view code);

/// The two letters of a country's number; empty where there is none. Static storage.
[[nodiscard]] std::string_view country_code(std::uint64_t number);

}  // namespace weir
