#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/flow/accounts.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

struct JsonScalar;

/// The largest number that an integer field can hold.
std::uint64_t largest_number(FieldId id);

// Each stores a number in an integer field, or returns why the field cannot take it:
// Refused::wrong_type or Refused::out_of_range.

std::optional<Refused> store_integer(Flow& flow, FieldId id, std::uint64_t value);
/// A number with a fraction or exponent stands for an integer when it is one.
std::optional<Refused> store_real_as_integer(Flow& flow, FieldId id, double value);
/// `-` before digits is a number too, but none that a field can hold.
std::optional<Refused> store_digits(Flow& flow, FieldId id, std::string_view text, int base = 10);
/// A value that is no text.
std::optional<Refused> store_number(Flow& flow, FieldId id, const JsonScalar& value);

}  // namespace weir
