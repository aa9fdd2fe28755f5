#pragma once

#include <memory>
#include <string_view>

#include "weir/decode/json_keys.hpp"
#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// What one JSON record turned out to be.
struct JsonVerdict {
  enum class Kind : std::uint8_t {
    flow,    ///< a row
    marker,  ///< pmacct's purge_init and purge_close
    event,   ///< a record without bytes
    refused,
  };
  Kind kind = Kind::flow;
  Refused reason = Refused::not_json;  ///< of Kind::refused

  static JsonVerdict refuse(Refused reason) { return {Kind::refused, reason}; }
  bool operator==(const JsonVerdict&) const = default;
};

/// Receives records one by one: a row is asked for, filled, and finished with its verdict.
class JsonRecords {
 public:
  virtual Flow& row() = 0;
  virtual TextArena& texts() = 0;
  /// `bytes` are the record's own, as they came.
  virtual void finish(JsonVerdict verdict, std::string_view bytes) = 0;

 protected:
  ~JsonRecords() = default;
};

/// Reads JSON with simdjson: the path that decides what a record means. Numbers may be integers or
/// strings, keys come in any order, unknown keys are skipped whatever they hold, the last of equal
/// keys wins, and what is mapped comes before what has the field's own name. A text that is refused
/// is mended and tried once more.
class JsonReference {
 public:
  /// What is not wanted is not looked at, so what it holds cannot be wrong.
  explicit JsonReference(std::shared_ptr<const JsonKeys> keys);
  ~JsonReference();

  /// Reads `text` as one JSON value, an object or an array of objects, and returns true; false,
  /// without any record, when it is not JSON. `text` must be followed by 64 readable bytes.
  bool read(std::string_view text, JsonRecords& records);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

/// The version of simdjson in use.
std::string_view json_library_version();

}  // namespace weir
