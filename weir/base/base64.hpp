#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Bytes in the alphabet of RFC 4648 section 4, padded, without line breaks.
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace weir
