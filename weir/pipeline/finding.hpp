#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One thing that a check has found out.
struct Finding {
  enum class Level : std::uint8_t {
    ok,
    warning,  ///< it works, but perhaps not as it was meant
    problem,  ///< it does not work as it is
  };
  Level level = Level::ok;
  std::string text;
  std::string advice;  ///< what to do about it; of warnings and problems
};
using Findings = std::vector<Finding>;

[[nodiscard]] Finding ok(std::string text);
[[nodiscard]] Finding warning(std::string text, std::string advice);
[[nodiscard]] Finding problem(std::string text, std::string advice);

/// Appends `more` to `findings`.
void add(Findings& findings, Findings more);

/// A finding as it is printed: one line, and one for what to do. Whatever the texts hold, the lines
/// are UTF-8 without control characters.
[[nodiscard]] std::string to_lines(const Finding& finding);

/// Bytes from outside in quotes, for people: printable ASCII as it is, the rest escaped. At most
/// `most` bytes are shown, and told how many there are in all.
[[nodiscard]] std::string quoted_bytes(std::string_view bytes, std::size_t most = 200);

/// `1 message`, `2 messages`, `1,000,000 messages`.
[[nodiscard]] std::string counted_words(std::uint64_t count, std::string_view noun);

/// A number with a comma between each three digits.
[[nodiscard]] std::string with_commas(std::uint64_t number);

}  // namespace weir
