#include "weir/decode/json_number.hpp"

#include <charconv>
#include <cmath>

#include "weir/decode/json_value.hpp"

namespace weir {

std::uint64_t largest_number(FieldId id) {
  const unsigned bits = info(id).bits;
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::optional<Refused> store_integer(Flow& flow, FieldId id, std::uint64_t value) {
  if (value > largest_number(id)) {
    return Refused::out_of_range;
  }
  set(flow, id, value);
  return std::nullopt;
}

std::optional<Refused> store_real_as_integer(Flow& flow, FieldId id, double value) {
  if (std::floor(value) != value) {
    return Refused::wrong_type;
  }
  constexpr double kTwoTo64 = 18446744073709551616.0;
  if (value < 0 || value >= kTwoTo64) {
    return Refused::out_of_range;
  }
  return store_integer(flow, id, static_cast<std::uint64_t>(value));
}

std::optional<Refused> store_digits(Flow& flow, FieldId id, std::string_view text, int base) {
  const bool negative = text.starts_with('-');
  if (negative) {
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return Refused::wrong_type;
  }
  if (error == std::errc::result_out_of_range || (negative && value != 0)) {
    return Refused::out_of_range;
  }
  return store_integer(flow, id, value);
}

std::optional<Refused> store_number(Flow& flow, FieldId id, const JsonScalar& value) {
  switch (value.shape) {
    case JsonScalar::Shape::integer:
      return store_integer(flow, id, value.integer);
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      return store_real_as_integer(flow, id, value.number);
    case JsonScalar::Shape::boolean:
      // The one field that is true or false; others mean something else by it.
      return id == field("sampled") ? store_integer(flow, id, value.integer)
                                    : std::optional(Refused::wrong_type);
    default:
      return Refused::wrong_type;
  }
}

}  // namespace weir
