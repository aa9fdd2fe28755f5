#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What a placeholder stands for.
struct Placeholder {
  std::string_view name;  ///< without its braces
  std::string_view value;
};

/// The words of a command, as a POSIX shell makes them of a line: parted by blanks and newlines,
/// with single quotes, double quotes and backslashes. Nothing is expanded: `$`, `*`, `~` and `#`
/// stand for themselves. What only a shell can do (unquoted `| & ; < > ( )`) is refused rather than
/// handed to the program as a word. Throws Error::usage naming --command.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

/// A command line with placeholders in its words, as `{timestamp}`, that are filled in when the
/// words are made already, so that no value can make two words of one. `{{timestamp}}` stands for
/// the text `{timestamp}`; braces around anything but lower-case letters and underscores are text.
class CommandLine {
 public:
  /// Throws Error::usage naming --command: no word at all, what split_words throws, and a
  /// placeholder that is not among `names`, with near matches.
  CommandLine(std::string_view text, std::span<const std::string_view> names);

  /// As they were written, with the placeholders in them. At least one.
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  /// The words with each placeholder's value; one that `values` lacks becomes empty.
  [[nodiscard]] std::vector<std::string> fill(std::span<const Placeholder> values) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace weir
