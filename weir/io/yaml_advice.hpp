#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

/// What is wrong with a YAML text and what to do about it, where a parser says `message` of the
/// line with this index, from 0. Where nothing better is known, the message itself.
[[nodiscard]] std::string yaml_advice(std::string_view text, std::size_t line,
                                      std::string_view message);

/// Whether the scalar that begins at `begin`, perhaps with an anchor in front, is in quotes that
/// are never closed: some parsers take all that follows for its text.
[[nodiscard]] bool quote_is_open(std::string_view text, std::size_t begin);

}  // namespace weir
