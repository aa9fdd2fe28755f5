#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/time.hpp"

namespace weir {

/// What CborWriter and JsonWriter have in common, so that whatever turns records into messages is
/// written once. A message is `begin_map`, for each entry `key` and one value, `end_map`.
///
/// Writers append to the string they were made with and hold nothing else; making one costs
/// nothing. `text` returns whether the text was well-formed UTF-8: what is not is written with
/// U+FFFD in its place. `key` takes well-formed text. `raw` appends what a writer of the same form
/// made before.
template <typename Writer>
concept ValueWriter = std::constructible_from<Writer, std::string&> &&
                      requires(Writer writer, std::size_t entries, std::string_view text,
                               std::uint64_t integer, double real, UnixNanos time) {
                        writer.begin_map(entries);
                        writer.key(text);
                        writer.end_map();
                        { writer.text(text) } -> std::same_as<bool>;
                        writer.integer(integer);
                        writer.real(real);
                        writer.time(time);
                        writer.null();
                        writer.raw(text);
                      };

}  // namespace weir
