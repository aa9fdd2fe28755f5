#include "weir/decode/json_reading.hpp"

#include <algorithm>

#include "weir/decode/json_number.hpp"

namespace weir {
namespace {

using Shape = JsonScalar::Shape;

bool is_digits(const JsonScalar& value) {
  return value.shape == Shape::text && !value.text.empty() &&
         value.text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The country's two letters stand between the first slash and the second; nfdump has others, or
/// nothing, there for an address that it cannot place.
void store_country(Flow& flow, FieldId id, std::string_view text) {
  const std::size_t begin = text.find('/') + 1;  // 0 if there is none
  const std::size_t end = text.find('/', begin);
  if (begin == 0 || end == std::string_view::npos) {
    return;
  }
  const std::string_view country = text.substr(begin, end - begin);
  if (country.size() == 2 && std::all_of(country.begin(), country.end(), is_letter)) {
    set(flow, id, country);
  }
}

}  // namespace

bool says_nothing(JsonReading reading, const JsonScalar& value) {
  if (reading != JsonReading::not_zero) {
    return false;
  }
  switch (value.shape) {
    case Shape::integer:
      return value.integer == 0;
    case Shape::real:
      return value.number == 0;
    case Shape::text:
      return is_digits(value) && value.text.find_first_not_of('0') == std::string_view::npos;
    default:
      return false;
  }
}

std::optional<Refused> assign_json_as(JsonReading reading, Flow& flow, FieldId id,
                                      const JsonScalar& value, TextArena& texts) {
  switch (reading) {
    case JsonReading::decimal:
      if (is_digits(value)) {
        return store_digits(flow, id, value.text);
      }
      break;
    case JsonReading::nanoseconds:
      if (is_digits(value)) {
        return store_digits(flow, id, value.text);
      }
      if (value.shape != Shape::text) {
        return store_number(flow, id, value);
      }
      break;
    case JsonReading::not_zero:
      if (says_nothing(reading, value)) {
        return std::nullopt;
      }
      break;
    case JsonReading::place:
      if (value.shape == Shape::text) {
        store_country(flow, id, value.text);
      }
      return std::nullopt;
    case JsonReading::usual:
      break;
  }
  return assign_json(flow, id, value, texts);
}

}  // namespace weir
