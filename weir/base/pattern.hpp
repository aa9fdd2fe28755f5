#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// A regular expression, POSIX extended as in `grep -E`, of the C library: its run time is bounded
/// for lines of any length. Immutable, thread-safe.
class Pattern {
 public:
  /// Throws Error::usage that names `flag` for a text that is none.
  Pattern(const std::string& text, std::string_view flag);

  /// Whether it occurs in `line`, which holds no NUL behind which anything would count.
  [[nodiscard]] bool occurs_in(std::string_view line) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace weir
