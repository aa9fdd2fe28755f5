#include "weir/base/config_node.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "weir/base/near_match.hpp"

namespace weir {
namespace {

std::string_view name_of(ConfigNode::Kind kind) {
  switch (kind) {
    case ConfigNode::Kind::nothing:
      return "nothing";
    case ConfigNode::Kind::text:
      return "a single value";
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map of names with values";
  }
  return "";
}

Error wrong_kind(const ConfigNode& node, std::string_view what, std::string_view wanted) {
  return node.error(
      fmt::format("{}: here belongs {}, and there is {}", what, wanted, name_of(node.kind)));
}

Error at(const ConfigPlace& place, std::string_view what) {
  return Error::usage(fmt::format("{}: {}", place.to_string(), what));
}

}  // namespace

std::string ConfigPlace::to_string() const {
  return fmt::format("{}:{}:{}", file ? std::string_view(*file) : "configuration", line, column);
}

bool same_config_name(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return x == y || (x == '-' && y == '_') || (x == '_' && y == '-');
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

std::string config_name(std::string_view name) {
  std::string made(name);
  std::replace(made.begin(), made.end(), '_', '-');
  return made;
}

const ConfigNode* ConfigNode::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(), [name](const ConfigMember& each) {
    return same_config_name(each.name, name);
  });
  return found == members.end() ? nullptr : &found->value;
}

Error ConfigNode::error(std::string_view what) const {
  return at(place, what);
}

Error ConfigMember::error(std::string_view what) const {
  return at(place, what);
}

const std::string& ConfigNode::as_text(std::string_view what) const {
  if (kind != Kind::text) {
    throw wrong_kind(*this, what, "a single value");
  }
  return text;
}

std::vector<std::string> ConfigNode::as_texts(std::string_view what) const {
  if (kind == Kind::text) {
    return {text};
  }
  if (kind != Kind::list) {
    throw wrong_kind(*this, what, "a value or a list of them");
  }
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const ConfigNode& item : items) {
    texts.push_back(item.as_text(what));
  }
  return texts;
}

bool ConfigNode::as_bool(std::string_view what) const {
  const std::string& word = as_text(what);
  if (word != "true" && word != "false") {
    throw error(fmt::format("{}: write true or false", what));
  }
  return word == "true";
}

std::uint64_t ConfigNode::as_number(std::string_view what, std::uint64_t low,
                                    std::uint64_t high) const {
  const std::string& word = as_text(what);
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (failed != std::errc() || end != word.data() + word.size() || value < low || value > high) {
    throw error(fmt::format("{}: \"{}\" is no whole number from {} to {}", what, word, low, high));
  }
  return value;
}

const std::vector<ConfigNode>& ConfigNode::as_list(std::string_view what) const {
  if (kind != Kind::list) {
    throw wrong_kind(*this, what, "a list");
  }
  return items;
}

const std::vector<ConfigMember>& ConfigNode::as_map(std::string_view what) const {
  if (kind != Kind::map) {
    throw wrong_kind(*this, what, "a map of names with values");
  }
  return members;
}

const std::vector<ConfigMember>& ConfigNode::as_map(std::string_view what,
                                                    std::span<const std::string_view> known) const {
  for (const ConfigMember& member : as_map(what)) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&member](std::string_view name) {
      return same_config_name(name, member.name);
    });
    if (!is_known) {
      const std::string near = did_you_mean(member.name, known);
      throw member.error(fmt::format(
          "{}: there is no '{}' here.{}", what, member.name,
          near.empty() ? fmt::format(" What there is: {}.", fmt::join(known, ", ")) : near));
    }
  }
  return members;
}

}  // namespace weir
