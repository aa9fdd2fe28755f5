#include "weir/base/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kOperators = "|&;<>()";

/// Takes words from a text, by the rules of POSIX.1-2017, Shell Command Language, 2.2 and 2.3.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<std::string> words() {
    while (at_ < text_.size()) {
      take(text_[at_++]);
    }
    end_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (kBlanks.find(c) != std::string_view::npos) {
      end_word();
    } else if (kOperators.find(c) != std::string_view::npos) {
      throw Error::usage(fmt::format(
          "--command: there is a {0} without quotes at character {1}, and no shell to understand "
          "it; quote it as '{0}', or run a shell: sh -c '…'",
          c, at_));
    } else if (c == '\'') {
      single_quoted();
    } else if (c == '"') {
      double_quoted();
    } else if (c == '\\') {
      escaped();
    } else {
      add(c);
    }
  }

  void single_quoted() {
    const auto end = text_.find('\'', at_);
    if (end == std::string_view::npos) {
      unclosed('\'', at_);
    }
    word_ += text_.substr(at_, end - at_);
    in_word_ = true;
    at_ = end + 1;
  }

  void double_quoted() {
    const std::size_t begin = at_;
    in_word_ = true;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        word_ += text_[at_++];
        continue;
      }
      const char next = text_[at_ + 1];
      if (std::string_view("$`\"\\\n").find(next) == std::string_view::npos) {
        word_ += '\\';  // in front of any other character a backslash is one
      }
      if (next != '\n') {
        word_ += next;
      }
      at_ += 2;
    }
    if (at_ == text_.size()) {
      unclosed('"', begin);
    }
    ++at_;
  }

  void escaped() {
    if (at_ == text_.size()) {
      throw Error::usage(
          "--command: it ends with a backslash, which quotes nothing; remove it, or write \\\\");
    }
    const char next = text_[at_++];
    if (next != '\n') {  // otherwise the line goes on
      add(next);
    }
  }

  void add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) {
      words_.push_back(std::move(word_));
      word_.clear();
      in_word_ = false;
    }
  }

  [[noreturn]] static void unclosed(char quote, std::size_t position) {
    throw Error::usage(fmt::format(
        "--command: the quote {} at character {} is never closed; close it, or write \\{} where it "
        "is meant as itself",
        quote, position, quote));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;  // also true for '' and "", which are words
};

/// A piece of a word: plain text, or the name of a placeholder.
struct Piece {
  std::string_view text;
  bool placeholder = false;
};

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

/// The piece that `rest` begins with, which is removed from it.
Piece next_piece(std::string_view& rest) {
  const auto take = [&rest](std::size_t bytes) {
    const std::string_view text = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    return text;
  };
  for (std::size_t open = 0; open < rest.size(); ++open) {
    if (rest[open] != '{') {
      continue;
    }
    const auto* name_end = std::find_if_not(rest.begin() + open + 1, rest.end(), is_name);
    const auto close = static_cast<std::size_t>(name_end - rest.begin());
    if (close == open + 1 || close == rest.size() || rest[close] != '}') {
      continue;
    }
    const bool doubled =
        open > 0 && rest[open - 1] == '{' && close + 1 < rest.size() && rest[close + 1] == '}';
    if (doubled) {
      if (open > 1) {
        return {.text = take(open - 1)};
      }
      const std::string_view quoted = take(close + 2);
      return {.text = quoted.substr(1, quoted.size() - 2)};
    }
    if (open > 0) {
      return {.text = take(open)};
    }
    const std::string_view braced = take(close + 1);
    return {.text = braced.substr(1, braced.size() - 2), .placeholder = true};
  }
  return {.text = take(rest.size())};
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Error::usage("--command: there is a zero byte in it; remove it");
  }
  return Splitter(text).words();
}

CommandLine::CommandLine(std::string_view text, std::span<const std::string_view> names)
    : words_(split_words(text)) {
  if (words_.empty() || words_.front().empty()) {
    throw Error::usage(
        "--command: there is no program in it; give one, as in --command 'nfdump -r "
        "{timestamp} -o fmt:%ts,%byt'");
  }
  for (std::string_view rest : words_) {
    while (!rest.empty()) {
      const Piece piece = next_piece(rest);
      if (piece.placeholder && std::find(names.begin(), names.end(), piece.text) == names.end()) {
        throw Error::usage(fmt::format(
            "--command: {{{0}}} is no placeholder; there are {{{1}}}. Write {{{{{0}}}}} for the "
            "text itself.{2}",
            piece.text, fmt::join(names, "}, {"), did_you_mean(piece.text, names)));
      }
    }
  }
}

std::vector<std::string> CommandLine::fill(std::span<const Placeholder> values) const {
  std::vector<std::string> filled;
  filled.reserve(words_.size());
  for (std::string_view rest : words_) {
    std::string& word = filled.emplace_back();
    while (!rest.empty()) {
      const Piece piece = next_piece(rest);
      if (!piece.placeholder) {
        word += piece.text;
        continue;
      }
      const auto found = std::find_if(values.begin(), values.end(), [&piece](const auto& each) {
        return each.name == piece.text;
      });
      if (found != values.end()) {
        word += found->value;
      }
    }
  }
  return filled;
}

}  // namespace weir
