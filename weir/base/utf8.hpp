#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms,
/// nothing above U+10FFFF). NUL is well-formed here.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// Appends `text` to `out` such that the result is well-formed: each maximal subpart of an
/// ill-formed sequence becomes one U+FFFD, as Unicode recommends (section 3.9), and so does each
/// NUL, because Prometheus' text parser takes NUL for the end of its input.
void append_mended(std::string& out, std::string_view text);

/// `text` read as ISO 8859-1, as UTF-8. Cannot fail: each byte is a code point.
[[nodiscard]] std::string latin1_to_utf8(std::string_view text);

}  // namespace weir
