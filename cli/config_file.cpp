#include "cli/config_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

/// The names that a flag has in a file.
std::vector<std::string_view> names_in_file(const Flag& flag) {
  std::vector<std::string_view> names;
  if (!flag.in_file) {
    return names;
  }
  if (!flag.key.empty()) {
    names.emplace_back(flag.key);
  }
  for (const std::string_view name : names_of(flag)) {
    if (name.starts_with("--")) {
      names.push_back(name.substr(2));
    }
  }
  return names;
}

/// Finds flags in a tree.
class Search {
 public:
  Search(const std::vector<Flag>& flags, const std::vector<std::string_view>& sections)
      : sections_(sections) {
    for (const Flag& flag : flags) {
      for (const std::string_view name : names_in_file(flag)) {
        known_.push_back({name, &flag});
      }
    }
  }

  void visit(const ConfigNode& map, const std::string& prefix) {
    for (const ConfigMember& member : map.members) {
      const std::string name = prefix + member.name;
      const Flag* const flag = find(name);
      const bool is_map = member.value.kind == ConfigNode::Kind::map;
      if (flag != nullptr && (!is_map || flag->take_node || !begins_any(name))) {
        found(member, name, *flag);
      } else if (is_map && begins_any(name)) {
        visit(member.value, name + ".");
      } else if (!prefix.empty() || !is_section(name)) {
        throw member.error(unknown(name));
      }
    }
  }

  std::vector<ConfiguredFlag> take() { return std::move(found_); }

 private:
  struct Known {
    std::string_view name;
    const Flag* flag;
  };

  [[nodiscard]] const Flag* find(std::string_view name) const {
    const auto same = [name](const Known& each) { return same_config_name(each.name, name); };
    const auto known = std::find_if(known_.begin(), known_.end(), same);
    return known == known_.end() ? nullptr : known->flag;
  }

  /// Whether there are flags `name.something`.
  [[nodiscard]] bool begins_any(std::string_view name) const {
    return std::any_of(known_.begin(), known_.end(), [name](const Known& each) {
      return each.name.size() > name.size() && each.name[name.size()] == '.' &&
             same_config_name(each.name.substr(0, name.size()), name);
    });
  }

  [[nodiscard]] bool is_section(std::string_view name) const {
    return std::any_of(sections_.begin(), sections_.end(),
                       [name](std::string_view each) { return same_config_name(each, name); });
  }

  void found(const ConfigMember& member, const std::string& name, const Flag& flag) {
    const auto twice = std::find_if(found_.begin(), found_.end(),
                                    [&flag](const auto& each) { return each.flag == &flag; });
    if (twice != found_.end()) {
      throw member.error(fmt::format("{}: this is said already, by {} in line {}", name,
                                     twice->name, twice->place.line));
    }
    found_.push_back({&flag, name, member.place, &member.value});
  }

  [[nodiscard]] std::string unknown(const std::string& name) const {
    std::vector<std::string_view> names = sections_;
    for (const Known& each : known_) {
      names.push_back(each.name);
    }
    // Flags have dashes, whatever a file is written with.
    const std::string near = did_you_mean(config_name(name), names);
    // What follows may be a password.
    const std::string_view shown = std::string_view(name).substr(0, name.find_first_of("=:"));
    return fmt::format("there is no setting '{}'.{}", shown,
                       near.empty() ? " They are called as the flags, which --help lists." : near);
  }

  const std::vector<std::string_view>& sections_;
  std::vector<Known> known_;
  std::vector<ConfiguredFlag> found_;
};

void take_text(const Flag& flag, std::string_view name, const ConfigNode& node) {
  const std::string& text = node.as_text(name);
  if (text.empty()) {
    throw node.error(fmt::format("{}: here belongs a value, {}", name, flag.placeholder));
  }
  try {
    flag.take(text);
  } catch (const Error& error) {
    throw node.error(error.what());
  }
}

void take_toggle(const Flag& flag, std::string_view name, const ConfigNode& node) {
  if (flag.kind == Flag::Kind::maybe && node.kind == ConfigNode::Kind::text &&
      node.text != "true" && node.text != "false") {
    take_text(flag, name, node);
  } else if (node.as_bool(name)) {
    flag.take(flag.otherwise);
  }
}

/// A list for a flag whose one value is a list with commas.
void take_joined(const Flag& flag, std::string_view name, const ConfigNode& node) {
  ConfigNode joined = node;
  joined.kind = ConfigNode::Kind::text;
  joined.text = fmt::format("{}", fmt::join(node.as_texts(name), ","));
  take_text(flag, name, joined);
}

}  // namespace

std::vector<ConfiguredFlag> configured_flags(const ConfigNode& root, const std::vector<Flag>& flags,
                                             const std::vector<std::string_view>& sections) {
  if (root.kind == ConfigNode::Kind::nothing) {
    return {};
  }
  static_cast<void>(root.as_map("the configuration"));
  Search search(flags, sections);
  search.visit(root, "");
  return search.take();
}

void take(const ConfiguredFlag& configured) {
  const Flag& flag = *configured.flag;
  const ConfigNode& node = *configured.value;
  const bool is_list = node.kind == ConfigNode::Kind::list;
  if (flag.take_node) {
    flag.take_node(node);
  } else if (flag.kind == Flag::Kind::toggle || flag.kind == Flag::Kind::maybe) {
    take_toggle(flag, configured.name, node);
  } else if (flag.kind == Flag::Kind::list && is_list) {
    for (const ConfigNode& item : node.items) {
      take_text(flag, configured.name, item);
    }
  } else if (is_list && (flag.placeholder.ends_with(",…") || flag.placeholder.ends_with("LIST"))) {
    take_joined(flag, configured.name, node);
  } else {
    take_text(flag, configured.name, node);
  }
}

std::string config_name_of(const Flag& flag) {
  const auto names = names_in_file(flag);
  return names.empty() ? "" : std::string(names.front());
}

}  // namespace weir
