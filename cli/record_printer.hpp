#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "weir/encode/row_encoder.hpp"

namespace weir {

/// Prints messages as JSON, one on each line: the texts of a CBOR map of texts as JSON strings, and
/// messages that are JSON as they are. One thread.
class RecordPrinter {
 public:
  /// `format`: cbor or json. `out` outlives it.
  RecordPrinter(MessageFormat format, std::FILE* out) : format_(format), out_(out) {}

  /// False where nobody reads any more (a pipe to `head` that has ended). Throws Error where it
  /// cannot be written for another reason.
  [[nodiscard]] bool print(std::string_view message);
  /// Writes what is left. As `print`.
  [[nodiscard]] bool finish();

 private:
  bool failed(int error);

  MessageFormat format_;
  std::FILE* out_;
  std::string line_;
  bool closed_ = false;
};

/// Appends a CBOR map of texts (RFC 8949, of definite lengths) to `out` as a JSON object. False,
/// with `out` as it was, for anything else.
[[nodiscard]] bool append_json_of_texts(std::string_view cbor, std::string& out);

}  // namespace weir
