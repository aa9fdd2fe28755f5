#include "weir/io/yaml_advice.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

struct Advice {
  std::string_view message;  ///< how the parser's begins
  std::string_view text;
};

constexpr auto kAdvice = std::to_array<Advice>({
    {"illegal map value",
     "a colon does not fit here: put a value that has a colon and a blank in it into quotes, and "
     "check that this line is indented as its neighbours"},
    {"end of map not found",
     "this line is not indented as those it belongs to, or the one before it has no end"},
    {"end of sequence not found",
     "this line is not indented as those it belongs to, or the one before it has no end"},
    {"end of map flow not found", "a { is never closed, or a comma is missing"},
    {"end of sequence flow not found", "a [ is never closed, or a comma is missing"},
    {"illegal flow end", "there is no { or [ that this closes"},
    {"illegal block entry", "a list's item cannot begin here; check how it is indented"},
    {"unknown token", "a value cannot begin with this character; put it into quotes"},
    {"illegal EOF in scalar", "a quote is never closed"},
    {"the referenced anchor", "there is no anchor (&…) of this name in front of here"},
    {"unknown escape character",
     "a backslash means something within \"…\"; write two of them, or use '…'"},
    {"YAML major version", "only YAML 1 is understood; leave the %YAML line out"},
});

constexpr std::string_view kBlankThatIsNone = "\xc2\xa0";  // U+00A0, from web pages and chats

std::string_view line_of(std::string_view text, std::size_t line) {
  for (; line != 0 && !text.empty(); --line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// What stands in front of the first word that is no blank.
std::string_view indentation(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ' || line[at] == '\t') {
      ++at;
    } else if (line.substr(at).starts_with(kBlankThatIsNone)) {
      at += kBlankThatIsNone.size();
    } else {
      break;
    }
  }
  return line.substr(0, at);
}

}  // namespace

std::string yaml_advice(std::string_view text, std::size_t line, std::string_view message) {
  const std::string_view before = indentation(line_of(text, line));
  if (before.find('\t') != std::string_view::npos) {
    return "this line is indented with a tab; indent with blanks";
  }
  if (before.find(kBlankThatIsNone) != std::string_view::npos) {
    return "this line is indented with a no-break space (U+00A0); indent with blanks";
  }
  const auto* const known =
      std::find_if(kAdvice.begin(), kAdvice.end(),
                   [message](const Advice& each) { return message.starts_with(each.message); });
  return std::string(known == kAdvice.end() ? message : known->text);
}

bool quote_is_open(std::string_view text, std::size_t begin) {
  std::string_view rest = text.substr(std::min(begin, text.size()));
  while (rest.starts_with('&') || rest.starts_with('!')) {
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  if (!rest.starts_with('"') && !rest.starts_with('\'')) {
    return false;
  }
  const char quote = rest.front();
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '\\' && quote == '"') {
      ++at;
    } else if (rest[at] == quote) {
      if (quote == '"' || at + 1 == rest.size() || rest[at + 1] != quote) {
        return false;
      }
      ++at;
    }
  }
  return true;
}

}  // namespace weir
