#pragma once

#include <optional>
#include <string>

#include "weir/decode/cbor_cursor.hpp"
#include "weir/decode/json_keys.hpp"
#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// Reads the value whose head was read and stores it in a field, as a JSON value of the same shape
/// would be; a text stands for what its field is, with or without blanks around it, and stays where
/// it is unless it has to be mended. Byte strings may be addresses. `refused` says why it cannot be
/// taken. False if it is not CBOR: then the cursor has a fault.
bool read_cbor_value(CborCursor& cursor, const CborHead& head, const JsonTarget& target, Flow& row,
                     TextArena& texts, std::optional<Refused>& refused);

}  // namespace weir
