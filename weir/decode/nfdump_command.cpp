#include "weir/decode/nfdump_command.hpp"

#include <algorithm>
#include <string_view>

namespace weir {
namespace {

// Of all versions together. `-H` takes an argument since 1.7.4 only; before it was no option.
constexpr std::string_view kWithArgument = "ACDEGHJKLMOPRWcfilnorstvwx";
constexpr std::string_view kOtherTasks = "EIJVXZghivwx";
constexpr std::string_view kAggregating = "AaBbs";
constexpr std::string_view kLimiting = "LOPclms";

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

void apply(NfdumpOptions& options, char letter, std::string_view argument) {
  const auto one_of = [letter](std::string_view letters) {
    return letters.find(letter) != std::string_view::npos;
  };
  options.aggregated = options.aggregated || one_of(kAggregating);
  options.limited = options.limited || one_of(kLimiting) ||
                    (letter == 'n' && argument.find_first_not_of('0') != std::string_view::npos);
  options.quiet = options.quiet || letter == 'q';
  options.plain_numbers = options.plain_numbers || letter == 'N';
  options.full_addresses = options.full_addresses || letter == '6';
  if (letter == 'o') {
    options.output = argument;
  } else if (letter == 's') {
    options.statistics = argument;
  } else if (one_of(kOtherTasks)) {
    options.other_task = letter;
  }
}

/// Reads the word's letters; true if the last of them takes the next word.
bool apply_letters(NfdumpOptions& options, std::string_view letters, std::string_view next) {
  while (!letters.empty()) {
    const char letter = letters.front();
    letters.remove_prefix(1);
    if (kWithArgument.find(letter) != std::string_view::npos) {
      apply(options, letter, letters.empty() ? next : letters);
      return letters.empty();
    }
    apply(options, letter, {});
    if (letter == 'z') {
      return false;  // its argument is optional, so what follows can only be that
    }
  }
  return false;
}

}  // namespace

NfdumpOptions nfdump_options(std::span<const std::string> command) {
  NfdumpOptions options;
  const auto named = std::find_if(command.begin(), command.end(), [](const std::string& word) {
    return file_name(word).starts_with("nfdump");
  });
  auto word = named == command.end() ? command.begin() : named;
  for (word += word != command.end() ? 1 : 0; word != command.end() && *word != "--"; ++word) {
    if (word->starts_with("--")) {
      options.plain_numbers = options.plain_numbers || *word == "--no-scale-number";
      continue;
    }
    if (word->size() < 2 || word->front() != '-') {
      continue;
    }
    const auto next = word + 1;
    if (apply_letters(options, std::string_view(*word).substr(1),
                      next == command.end() ? std::string_view() : std::string_view(*next)) &&
        next != command.end()) {
      word = next;
    }
  }
  return options;
}

}  // namespace weir
