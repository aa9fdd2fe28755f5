#include "weir/decode/json_value.hpp"

#include <bit>

#include "fuzz/support.hpp"
#include "weir/decode/json_number.hpp"

/// A value is taken and then present (or absent, when it is an empty text), within its field's
/// range and readable as text; or it is refused as being of the wrong type or out of range, and
/// then the field is as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  using fuzzing::require;
  fuzzing::Input input(fuzzing::as_text(data, size));
  const auto id = static_cast<FieldId>(input.byte() % kFieldCount);
  const unsigned shape = input.byte() % 5;
  std::uint64_t bits = 0;
  std::string text;
  if (shape == 3) {
    append_mended(text, input.text(size));
  } else {
    for (int i = 0; i < 8; ++i) {
      bits = bits << 8 | input.byte();
    }
  }
  double number = std::bit_cast<double>(bits);
  number = number - number == 0 ? number : 0;  // JSON has no infinity
  const JsonScalar value = shape == 0   ? JsonScalar::of_integer(bits)
                           : shape == 1 ? JsonScalar::of_negative(-std::abs(number))
                           : shape == 2 ? JsonScalar::of_real(number)
                           : shape == 3 ? JsonScalar::of_text(text)
                                        : JsonScalar::of_boolean(bits % 2 != 0);
  Flow row;
  row.present.clear();
  TextArena texts;
  const auto refused = assign_json(row, id, value, texts);
  if (refused) {
    require(*refused == Refused::wrong_type || *refused == Refused::out_of_range);
    require(row.present.empty());
    return 0;
  }
  // What the field holds, what a companion does, or both: a network and its mask.
  FieldSet may = row.present;
  may.remove(id);
  if (const auto companion = json_companion(id)) {
    require(!row.present.has(*companion) || storage_of(info(*companion).kind) == Storage::text ||
            get_integer(row, *companion) <= largest_number(*companion));
    may.remove(*companion);
  }
  require(may.empty());
  require(!row.present.empty() || shape == 3 || id == field("src_vlan") || id == field("dst_vlan"));
  if (storage_of(info(id).kind) == Storage::integer) {
    require(get_integer(row, id) <= largest_number(id));
  }
  fuzzing::require_valid_texts(row);
  require(row.present.empty() || !row_text(row).empty());
  return 0;
}
