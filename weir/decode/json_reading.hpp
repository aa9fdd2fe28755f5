#pragma once

#include <cstdint>
#include <optional>

#include "weir/decode/json_value.hpp"

namespace weir {

/// What a key says about its value beyond which field it is for.
enum class JsonReading : std::uint8_t {
  usual,    ///< nothing: the value is read by its shape
  decimal,  ///< digits in a text are decimal, where in other spellings of the field they are not
  nanoseconds,  ///< a number is nanoseconds since 1970, whatever its size
  not_zero,     ///< 0 says nothing, and leaves what another key said
  place,        ///< nfdump's `continent/CC/city …`, of which the country is taken
};

/// The value must leave alone what another key of the same field said.
bool says_nothing(JsonReading reading, const JsonScalar& value);

/// As assign_json, but by what the key says.
std::optional<Refused> assign_json_as(JsonReading reading, Flow& flow, FieldId id,
                                      const JsonScalar& value, TextArena& texts);

}  // namespace weir
