#pragma once

#include <string>
#include <vector>

#include "weir/flow/flow.hpp"
#include "weir/flow/refusals.hpp"

namespace weir {

/// A value that is found elsewhere in a record than where its field's own names say.
struct MappedValue {
  /// The way to it as in JSONPath (RFC 9535), member names alone: `$.flow.octets`, `$['a b'].c`.
  std::string path;
  FieldId field = 0;
};

/// What a decoder is to do.
struct DecoderOptions {
  FieldSet wanted{};                   ///< only these fields are read
  std::vector<MappedValue> mapping{};  ///< of JSON; comes before the names in the field table
  Refusals* refusals = nullptr;        ///< outlives the decoder
};

}  // namespace weir
