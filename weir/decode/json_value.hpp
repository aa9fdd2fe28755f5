#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// A JSON value without parts, whichever parser found it.
struct JsonScalar {
  enum class Shape : std::uint8_t { integer, negative, real, text, boolean };
  Shape shape;
  std::uint64_t integer = 0;  ///< Shape::integer; for Shape::boolean 0 or 1
  double number = 0;          ///< Shape::negative, Shape::real
  std::string_view text;      ///< Shape::text, unescaped, valid UTF-8 without NUL

  static JsonScalar of_integer(std::uint64_t value) { return {Shape::integer, value, 0, {}}; }
  static JsonScalar of_negative(double value) { return {Shape::negative, 0, value, {}}; }
  static JsonScalar of_real(double value) { return {Shape::real, 0, value, {}}; }
  static JsonScalar of_text(std::string_view value) { return {Shape::text, 0, 0, value}; }
  static JsonScalar of_boolean(bool value) { return {Shape::boolean, value ? 1U : 0U, 0, {}}; }
};

/// The other field that a value of this one may fill: a network's text tells its mask, too, and a
/// country may come in letters where a number is expected.
std::optional<FieldId> json_companion(FieldId id);

/// Reads `value` as the field's kind, or as what another dialect writes under the same key, and
/// stores it. An empty text for anything but a number or text
/// leaves the field absent. A text value is stored as it is, so it must live as long as the row;
/// texts that have to be made go to `texts`.
/// Returns why the value cannot be taken: Refused::wrong_type or Refused::out_of_range.
std::optional<Refused> assign_json(Flow& flow, FieldId id, const JsonScalar& value,
                                   TextArena& texts);

}  // namespace weir
