#include "weir/decode/nfdump_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/decode/nfdump_command.hpp"

namespace weir {
namespace {

constexpr std::string_view kBlanks = " \t";

bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

/// Characters that also occur inside values: of numbers, times, addresses, flags, names.
bool may_be_inside_value(char c) {
  return is_alnum(c) || std::string_view(".:-/()<>_%").find(c) != std::string_view::npos;
}

NfdumpColumn column_of(std::string_view token) {
  const NfdumpToken* known = find_nfdump_token(token);
  // A fork's own token; a misspelt one is nfdump's to refuse.
  return known == nullptr
             ? NfdumpColumn{std::string(token), std::string(token.substr(1)), NfdumpKind::text}
             : NfdumpColumn{std::string(token), std::string(known->name), known->kind};
}

/// Splits `%ts,%sa` into columns and the texts around them: one text more than columns.
std::vector<std::string> parse_tokens(std::string_view text, std::vector<NfdumpColumn>& columns) {
  std::vector<std::string> around(1);
  while (!text.empty()) {
    if (text.front() != '%') {
      around.back() += text.front();
      text.remove_prefix(1);
      continue;
    }
    std::size_t size = 1;
    while (size < text.size() && is_alnum(text[size])) {
      ++size;
    }
    const std::string_view token = text.substr(0, size);
    if (size == 1) {
      throw Error::usage(fmt::format("-o: a % without a name at '{}'; write it as %ts", text));
    }
    if (is_nfdump_line_token(token)) {
      throw Error::usage(fmt::format(
          "-o: {} prints lines of its own, so rows cannot be told apart; leave it out", token));
    }
    columns.push_back(column_of(token));
    around.emplace_back();
    text.remove_prefix(size);
  }
  if (columns.empty()) {
    throw Error::usage("-o: the format names no column; for example fmt:%ts,%sa,%da,%byt,%fl");
  }
  return around;
}

void require_distinct(const std::vector<NfdumpColumn>& columns) {
  std::set<std::string_view> names;
  for (const NfdumpColumn& column : columns) {
    if (!names.insert(column.name).second) {
      throw Error::usage(
          fmt::format("-o: two columns are named {}; leave out {}", column.name, column.token));
    }
  }
}

NfdumpSeparator separator_after(const NfdumpColumn& left, const NfdumpColumn& right,
                                std::string text) {
  NfdumpSeparator made{std::move(text)};
  const std::string between = fmt::format("between {} and {}", left.token, right.token);
  if (made.text.empty()) {
    throw Error::usage(fmt::format("-o: nothing stands {}; put a comma there", between));
  }
  made.blank = made.text.find_first_not_of(kBlanks) == std::string::npos;
  if (!made.blank) {
    if (std::all_of(made.text.begin(), made.text.end(), may_be_inside_value)) {
      throw Error::usage(fmt::format("-o: the '{}' {} can be part of a value; put a comma there",
                                     made.text, between));
    }
    return made;
  }
  const NfdumpToken* known = find_nfdump_token(left.token);
  if (known == nullptr || known->words == 0) {
    throw Error::usage(fmt::format(
        "-o: the values of {} may have blanks, so a blank {} does not end them; put a comma there",
        left.token, between));
  }
  return made;
}

void read_fmt(std::string_view text, NfdumpFormat& format) {
  std::vector<std::string> around = parse_tokens(text, format.columns);
  require_distinct(format.columns);
  format.before = std::move(around.front());
  format.after = std::move(around.back());
  for (std::size_t i = 1; i < format.columns.size(); ++i) {
    format.separators.push_back(
        separator_after(format.columns[i - 1], format.columns[i], std::move(around[i])));
  }
}

/// What nfdump itself takes after `csv:`: tokens with commas between them.
void read_csv(std::string_view text, NfdumpFormat& format) {
  const std::vector<std::string> around = parse_tokens(text, format.columns);
  require_distinct(format.columns);
  for (std::size_t i = 0; i < around.size(); ++i) {
    std::string text_alone = around[i];
    std::erase(text_alone, ' ');
    const bool inner = i > 0 && i + 1 < around.size();
    if (text_alone != (inner ? "," : "")) {
      throw Error::usage("-o: csv: takes tokens with one comma between them, as in csv:%ts,%byt");
    }
  }
}

void read_output(const std::string& output, NfdumpFormat& format) {
  using Style = NfdumpFormat::Style;
  if (output.find('\n') != std::string::npos) {
    throw Error::usage("-o: a line break in the format; a row must be one line");
  }
  const std::string word = lower(output);
  if (word.starts_with("fmt:")) {
    read_fmt(std::string_view(output).substr(4), format);
  } else if (word.starts_with("%")) {  // nfdump takes it for fmt: since 1.7.4
    read_fmt(output, format);
  } else if (word.starts_with("csv:")) {
    format.style = Style::csv;
    read_csv(std::string_view(output).substr(4), format);
  } else if (word == "csv" || word == "csv6") {
    format.style = Style::csv;
  } else if (word == "json" || word == "json6") {
    format.style = Style::json;
  } else if (word == "ndjson" || word == "ndjson6" || word == "json-log") {
    format.style = Style::ndjson;
  } else {
    throw Error::usage(fmt::format(
        "the command {}; its output can be read with -o 'fmt:…' (best: its end proves that it is "
        "whole), csv, 'csv:…', json or ndjson, for example -o 'fmt:%ts,%sa,%da,%pkt,%byt,%fl' -N",
        output.empty() ? "has no -o" : fmt::format("has -o {}", output)));
  }
}

}  // namespace

NfdumpFormat nfdump_format(std::span<const std::string> command) {
  const NfdumpOptions options = nfdump_options(command);
  if (options.other_task != 0) {
    throw Error::usage(
        fmt::format("the command has -{}, with which nfdump prints no rows", options.other_task));
  }
  if (options.quiet) {
    throw Error::usage(
        "the command has -q, which leaves out the lines that prove the output whole; leave out -q");
  }
  NfdumpFormat format;
  format.plain_numbers = options.plain_numbers;
  format.aggregated = options.aggregated;
  format.limited = options.limited;
  read_output(options.output, format);
  if (format.style != NfdumpFormat::Style::csv && !options.statistics.empty() &&
      !lower(options.statistics).starts_with("record")) {
    throw Error::usage(fmt::format(
        "the command has -s {}, whose table does not follow -o; group with -A instead, or use -o "
        "csv",
        options.statistics));
  }
  return format;
}

}  // namespace weir
