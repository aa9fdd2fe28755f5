#include "cli/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <set>

#include "cli/config_file.hpp"
#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/io/yaml.hpp"

namespace weir {
namespace {

/// What the command line says of one flag.
struct Given {
  const Flag* flag;
  CLI::Option* option = nullptr;
  std::vector<std::string> values{};

  [[nodiscard]] bool given() const { return option->count() != 0; }
};

void add_flag(CLI::App& app, Given& given) {
  using Values = std::vector<std::string>;
  const Flag& flag = *given.flag;
  if (flag.kind == Flag::Kind::toggle) {
    given.option = app.add_flag_callback(flag.names, [&given] { given.values = {""}; }, flag.help);
    return;
  }
  // CLI11's own policy "take the last" does not reach options that hold a list.
  const auto keep = [&given, kind = flag.kind](const Values& values) {
    const auto last = values.empty() ? values.end() : values.end() - 1;
    given.values.assign(kind == Flag::Kind::list ? values.begin() : last, values.end());
  };
  given.option = app.add_option_function<Values>(flag.names, keep, flag.help);
  given.option->type_size(1)->allow_extra_args(false);
  given.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::vector<std::string_view> long_names_of(const std::vector<Flag>& flags) {
  std::vector<std::string_view> names = {"help"};
  for (const Flag& flag : flags) {
    for (const std::string_view name : names_of(flag)) {
      if (name.starts_with("--")) {
        names.push_back(name.substr(2));
      }
    }
  }
  return names;
}

/// The flag called `name`, dashes included; null where there is none.
const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name) {
  const auto found = std::find_if(flags.begin(), flags.end(), [name](const Flag& flag) {
    const auto names = names_of(flag);
    return std::find(names.begin(), names.end(), name) != names.end();
  });
  return found == flags.end() ? nullptr : &*found;
}

/// Writes out the values that were left out because they need not be given.
std::vector<std::string> with_values(const std::vector<Flag>& flags,
                                     std::vector<std::string> words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const Flag* const flag = find_flag(flags, words[i]);
    const bool bare = i + 1 == words.size() || words[i + 1].starts_with('-');
    if (flag != nullptr && flag->kind == Flag::Kind::maybe && bare) {
      words[i] += "=" + flag->otherwise;
    }
  }
  return words;
}

/// CLI11 would take the next flag for a value that was forgotten.
void check_values(const std::string& command, const std::vector<Flag>& flags,
                  const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string_view word = words[i];
    const auto equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const Flag* const flag = find_flag(flags, name);
    if (flag == nullptr) {
      continue;
    }
    const bool attached = equals != std::string_view::npos;
    const std::string_view value = attached ? word.substr(equals + 1) : std::string_view();
    if (flag->kind == Flag::Kind::toggle) {
      if (attached && value != "true" && value != "false") {
        throw Error::usage(fmt::format("{}: {} takes no value", command, name));
      }
      continue;
    }
    const bool missing =
        attached ? value.empty() : i + 1 == words.size() || find_flag(flags, words[i + 1]);
    if (missing) {
      throw Error::usage(
          fmt::format("{}: {} needs a value: {} {}", command, name, name, flag->placeholder));
    }
    i += attached ? 0 : 1;
  }
}

std::string help_text(const std::string& command, const std::string& description,
                      const std::vector<Flag>& flags) {
  std::string text = fmt::format("Usage: {} [FLAGS]\n\n{}\n\nFlags:\n", command, description);
  for (const Flag& flag : flags) {
    text += fmt::format("  {}{}{}\n      {}\n", fmt::join(names_of(flag), ", "),
                        flag.placeholder.empty() ? "" : " ", flag.placeholder, flag.help);
  }
  return text + "  -h, --help\n      Print this help\n";
}

std::string unknown_flag(const std::string& command, const std::vector<std::string>& extras,
                         const std::vector<std::string_view>& long_names) {
  const std::string& word = extras.front();
  if (!word.starts_with('-') || word.size() == 1 || word == "--") {
    const auto equals = word.find('=');
    return equals == std::string::npos
               ? fmt::format("{}: unexpected argument \"{}\"; flags begin with --", command, word)
               // Without its value, which may be a password that -X was forgotten before.
               : fmt::format(
                     "{}: unexpected argument \"{}=…\"; flags begin with --, and each "
                     "property of Kafka needs a -X before it",
                     command, word.substr(0, equals));
  }
  std::string_view bare = word;
  bare.remove_prefix(std::min(bare.find_first_not_of('-'), bare.size()));
  bare = bare.substr(0, bare.find('='));
  std::vector<std::string> dashed;
  for (const std::string_view name : near_matches(bare, long_names)) {
    dashed.push_back("--" + std::string(name));
  }
  const std::string hint = dashed.empty()
                               ? fmt::format("; {} --help lists all", command)
                               : fmt::format(". Did you mean {}?", fmt::join(dashed, " or "));
  return fmt::format("{}: unknown flag {}{}", command, word.substr(0, word.find('=')), hint);
}

Flag config_flag(std::string& file) {
  return {.names = "--config",
          .placeholder = "FILE",
          .help = "YAML file that says what these flags say, and more; flags given here win",
          .take = [&file](const std::string& value) { file = value; },
          .in_file = false};
}

/// Which of the flags of a file count, as alternatives were chosen.
class Choice {
 public:
  Choice(const std::deque<Given>& given, const std::vector<ConfiguredFlag>& configured) {
    for (const Given& each : given) {
      if (each.given()) {
        add(chosen_, *each.flag);
      }
    }
    for (const ConfiguredFlag& each : configured) {
      add(in_file_, *each.flag);
    }
  }

  [[nodiscard]] bool counts(const Flag& flag) const {
    if (chosen_.empty()) {
      return true;
    }
    if (flag.with_alternatives) {
      return in_file_.empty() || std::any_of(in_file_.begin(), in_file_.end(), [this](auto each) {
               return chosen_.count(each) != 0;
             });
    }
    return flag.alternative.empty() || chosen_.count(flag.alternative) != 0;
  }

 private:
  using Alternatives = std::set<std::string_view>;

  static void add(Alternatives& alternatives, const Flag& flag) {
    if (!flag.alternative.empty()) {
      alternatives.insert(flag.alternative);
    }
  }

  Alternatives chosen_;   ///< by the command line
  Alternatives in_file_;  ///< by the file
};

/// Takes what the file says and the command line does not, then what the command line says.
void take_all(std::deque<Given>& all, std::string& file, const std::vector<Flag>& table,
              const ConfigSections& sections) {
  const auto take_values = [](const Given& given) {
    std::for_each(given.values.begin(), given.values.end(), given.flag->take);
  };
  take_values(all.back());  // --config itself
  all.pop_back();
  ConfigNode root;
  std::vector<ConfiguredFlag> configured;
  if (!file.empty()) {
    root = read_yaml(file);
    configured = configured_flags(root, table, sections.names);
    if (sections.take) {
      sections.take(root);
    }
  }
  const Choice choice(all, configured);
  for (const Given& given : all) {
    const Flag& flag = *given.flag;
    const auto in_file = std::find_if(configured.begin(), configured.end(),
                                      [&flag](const auto& each) { return each.flag == &flag; });
    if (in_file != configured.end() && choice.counts(flag) && (!given.given() || flag.adds)) {
      take(*in_file);
    }
    take_values(given);
  }
}

}  // namespace

std::vector<std::string_view> names_of(const Flag& flag) {
  std::vector<std::string_view> names;
  std::string_view rest = flag.names;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    names.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

std::vector<std::string> with_two_dashes(const std::vector<std::string>& arguments,
                                         const std::vector<std::string_view>& long_names) {
  std::vector<std::string> rewritten;
  bool flags_ended = false;
  for (const std::string& word : arguments) {
    flags_ended = flags_ended || word == "--";
    const bool one_dash = word.size() > 2 && word[0] == '-' && word[1] != '-';
    const std::string_view name = std::string_view(word).substr(one_dash ? 1 : 0);
    const bool known = one_dash && std::find(long_names.begin(), long_names.end(),
                                             name.substr(0, name.find('='))) != long_names.end();
    rewritten.push_back(known && !flags_ended ? "-" + word : word);
  }
  return rewritten;
}

Parsed parse_flags(const std::string& command, const std::string& description,
                   const std::vector<Flag>& flags, const std::vector<std::string>& arguments) {
  return parse_flags(command, description, flags, arguments, {});
}

Parsed parse_flags(const std::string& command, const std::string& description,
                   const std::vector<Flag>& flags, const std::vector<std::string>& arguments,
                   const ConfigSections& sections) {
  std::string file;
  std::vector<Flag> table = flags;
  table.push_back(config_flag(file));
  CLI::App app(description, command);
  app.set_help_flag("-h,--help");
  app.allow_extras();
  std::deque<Given> all;
  for (const Flag& flag : table) {
    add_flag(app, all.emplace_back(Given{&flag}));
  }
  const auto long_names = long_names_of(table);
  auto words = with_values(table, with_two_dashes(arguments, long_names));
  check_values(command, table, words);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::fputs(help_text(command, description, table).c_str(), stdout);
    return Parsed::help;
  } catch (const CLI::ParseError& error) {
    throw Error::usage(fmt::format("{}: {}", command, error.what()));
  }
  const auto extras = app.remaining();
  if (!extras.empty()) {
    throw Error::usage(unknown_flag(command, extras, long_names));
  }
  take_all(all, file, table, sections);
  return Parsed::run;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, end);
    const auto begin = part.find_first_not_of(" \t");
    if (begin != std::string_view::npos) {
      part = part.substr(begin, part.find_last_not_of(" \t") - begin + 1);
      parts.emplace_back(part);
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

unsigned long long parse_number(std::string_view flag, std::string_view text,
                                unsigned long long low, unsigned long long high) {
  unsigned long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
    throw Error::usage(
        fmt::format("{}: \"{}\" is no whole number from {} to {}", flag, text, low, high));
  }
  return value;
}

}  // namespace weir
