#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/decode/json_template.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// Reads records that are written like one seen before, several times faster than a JSON parser.
///
/// Writers such as pmacct print the same keys in the same order with the same blanks, so most of a
/// message is known text. A template is made from a record that the reference parser accepted; a
/// new record matches it when every byte between its values is the same and every value is a plain
/// one of the same shape: a string without escapes, or a short number. Whatever does not match
/// exactly is left to the reference parser, so both always give the same row.
class JsonScanner {
 public:
  explicit JsonScanner(std::shared_ptr<const JsonKeys> keys) : keys_(std::move(keys)) {}

  /// Reads one record from the start of `text`, which must be followed by 64 readable bytes.
  /// Returns its length, or 0 when no template matches; then nothing is present in `row`.
  std::size_t read(std::string_view text, Flow& row, TextArena& texts);

  /// Makes a template of one record, a JSON object without anything around it that the reference
  /// parser took as a flow.
  void learn(std::string_view record);

 private:
  static constexpr std::size_t kMaxTemplates = 8;

  std::size_t read_other(std::string_view text, Flow& row, TextArena& texts);

  std::shared_ptr<const JsonKeys> keys_;
  std::vector<JsonTemplate> templates_;
  std::size_t latest_ = 0;  ///< the template that matched last
  std::size_t oldest_ = 0;  ///< the one to be replaced next
  unsigned misses_ = 0;     ///< records learnt since a template matched
  unsigned skip_ = 0;       ///< records not to learn from, when learning does not pay
};

}  // namespace weir
