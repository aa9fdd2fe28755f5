#include "weir/decode/nfdump_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

struct Item {
  std::string_view column;
  std::string_view name;  ///< empty: the column's own
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<Item> parse(std::string_view selection) {
  std::vector<Item> items;
  while (true) {
    const std::size_t comma = selection.find(',');
    const std::string_view item = trimmed(selection.substr(0, comma));
    const std::size_t colon = item.find(':');
    items.push_back({trimmed(item.substr(0, colon)), {}});
    if (colon != std::string_view::npos) {
      items.back().name = trimmed(item.substr(colon + 1));
    }
    if (items.back().column.empty() ||
        (colon != std::string_view::npos && items.back().name.empty())) {
      throw Error::usage(fmt::format(
          "--fields: '{}' is not column or column:name; for example first_seen,bytes:octets",
          item));
    }
    if (comma == std::string_view::npos) {
      return items;
    }
    selection.remove_prefix(comma + 1);
  }
}

bool is_token(std::string_view word, std::string_view token) {
  return word == token || (token.starts_with('%') && word == token.substr(1));
}

std::size_t find_column(std::span<const NfdumpColumn> columns, std::string_view word) {
  // A JSON key of one address family stands for the column of both.
  for (const std::string& name : {std::string(word), nfdump_json_column(word).name}) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == name) {
        return i;
      }
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (is_token(word, columns[i].token)) {
      return i;
    }
  }
  std::vector<std::string_view> known;
  for (const NfdumpColumn& column : columns) {
    known.push_back(column.name);
    known.push_back(column.token);
  }
  throw Error::usage(fmt::format("--fields: the command's output has no column {}.{}", word,
                                 did_you_mean(word, known)));
}

}  // namespace

std::vector<NfdumpField> choose_nfdump_fields(std::span<const NfdumpColumn> columns,
                                              std::string_view selection) {
  std::vector<NfdumpField> fields;
  if (selection.empty()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      fields.push_back({i, columns[i].name, columns[i].kind});
    }
  } else {
    for (const Item& item : parse(selection)) {
      const std::size_t at = find_column(columns, item.column);
      fields.push_back(
          {at, item.name.empty() ? columns[at].name : std::string(item.name), columns[at].kind});
    }
  }
  std::set<std::string_view> names;
  for (const NfdumpField& field : fields) {
    if (!names.insert(field.name).second) {
      throw Error::usage(fmt::format(
          "--fields: two fields would be named {}; give one a name of its own, as in {}:other",
          field.name, columns[field.column].token));
    }
  }
  return fields;
}

void fix_nfdump_columns(NfdumpFormat& format, std::string_view selection) {
  const bool json =
      format.style == NfdumpFormat::Style::json || format.style == NfdumpFormat::Style::ndjson;
  if (!json || selection.empty()) {
    return;
  }
  std::vector<NfdumpColumn> known;
  for (const NfdumpKey& key : nfdump_keys()) {
    known.push_back({std::string(key.key), std::string(key.name), key.kind});
  }
  format.columns.clear();
  for (const Item& item : parse(selection)) {
    const NfdumpColumn& column = known[find_column(known, item.column)];
    if (std::none_of(format.columns.begin(), format.columns.end(),
                     [&](const NfdumpColumn& other) { return other.name == column.name; })) {
      format.columns.push_back(column);
    }
  }
}

}  // namespace weir
