#include "cli/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/check_command.hpp"
#include "cli/export_command.hpp"
#include "cli/print_command.hpp"
#include "cli/stream_command.hpp"
#include "cli/versions.hpp"
#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

struct Command {
  std::string_view name;
  std::string_view help;
  int (*run)(const std::string& command, const std::vector<std::string>& arguments);
};

constexpr auto kCommands = std::to_array<Command>({
    {"export", "Flow records from Kafka as counters for Prometheus", run_export},
    {"stream", "Rows of an nfdump command to Kafka, window by window, exactly once", run_stream},
    {"print", "Flow records of nfcapd files or JSON as text, as they are or in groups", run_print},
    {"check", "Say what a command would do with its flags, and what is wrong", run_check},
});

/// A program that was started under the name of one it replaces takes that one's arguments.
struct Replaced {
  std::string_view program;
  std::string_view name;  ///< in messages
  int (*run)(const std::string& command, const std::vector<std::string>& arguments);
};

constexpr auto kReplaced = std::to_array<Replaced>({
    {"flow-exporter", "flow-exporter", run_export},
    {"stream-flow", "stream-flow", run_stream},
    {"stream-flow.py", "stream-flow", run_stream},
});

std::string help_text() {
  std::string text = "Usage: weir COMMAND [FLAGS]\n\nMoves network flow records.\n\nCommands:\n";
  for (const Command& command : kCommands) {
    text += fmt::format("  {:10} {}\n", command.name, command.help);
  }
  return text +
         "\n  -h, --help     Print this help; `weir COMMAND --help` prints a command's flags\n"
         "  --version      Print the version, with those of the libraries\n";
}

Error unknown_command(std::string word) {
  word.resize(std::min(word.find('='), word.size()));  // what follows may be a password
  if (word.starts_with('-')) {
    return Error::usage(fmt::format(
        "weir: \"{}\" comes before the command; write `weir COMMAND [FLAGS]`, as in `weir export "
        "{}`. `weir --help` lists all commands.",
        word, word));
  }
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) {
    names.push_back(command.name);
  }
  return Error::usage(fmt::format("weir: there is no command \"{}\".{} `weir --help` lists all.",
                                  word, did_you_mean(word, names)));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

int run_program(std::string_view program, std::vector<std::string> arguments) {
  program.remove_prefix(program.rfind('/') + 1);
  const auto* const replaced =
      std::find_if(kReplaced.begin(), kReplaced.end(),
                   [&](const Replaced& each) { return each.program == program; });
  const bool drop_in = replaced != kReplaced.end();
  const bool versions =
      !arguments.empty() && is_one_of(arguments.front(), {"--version", "-version"});
  if (versions || (!drop_in && arguments == std::vector<std::string>{"version"})) {
    std::fputs(version_text().c_str(), stdout);
    return 0;
  }
  if (drop_in) {
    return replaced->run(std::string(replaced->name), arguments);
  }
  if (arguments.empty()) {
    std::fputs(help_text().c_str(), stderr);
    return Error::kUsage;
  }
  const std::string word = arguments.front();
  arguments.erase(arguments.begin());
  if (is_one_of(word, {"-h", "--help", "-help", "help"})) {
    std::fputs(help_text().c_str(), stdout);
    return 0;
  }
  const auto* const command = std::find_if(kCommands.begin(), kCommands.end(),
                                           [&](const Command& each) { return each.name == word; });
  if (command == kCommands.end()) {
    throw unknown_command(word);
  }
  return command->run("weir " + word, arguments);
}

}  // namespace weir
