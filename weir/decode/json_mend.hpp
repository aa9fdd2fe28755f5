#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Rewrites almost-JSON into JSON where its meaning is clear, so that one bad byte does not cost a
/// record: bytes that are no UTF-8 and lone surrogate escapes become U+FFFD, raw control characters
/// inside a string (but not line breaks) are escaped, and numbers too large for 64 bits become
/// strings, whose field then says what is wrong with them. Everything else is copied as it is.
void append_mended_json(std::string& out, std::string_view text);

}  // namespace weir
