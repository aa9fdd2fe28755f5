#include "cli/stream_native.hpp"

#include <fmt/format.h>

#include <utility>

#include "cli/lookup_flags.hpp"
#include "cli/print_options.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using Takes = Flag::Kind;

constexpr unsigned kMaxThreads = 256;
constexpr std::size_t kDefaultMemory = 1'000'000'000;

}  // namespace

std::vector<Flag> native_flags(NativeFlags& flags) {
  flags.options.max_memory = kDefaultMemory;
  NativeOptions& native = flags.options;
  std::vector<Flag> all = {
      {"--read", Takes::list, "DIR,…",
       "Read nfcapd's files below these folders in place of running a command; may be repeated",
       [&](const std::string& value) {
         for (std::string& folder : split_list(value)) {
           native.folders.push_back(std::move(folder));
         }
       }},
      {"--by", Takes::value, "FIELD,…",
       "With --read: what makes a row, as dst_as or src_addr/24 (each flow is one)",
       [&](const std::string& value) {
         native.by = value;
         flags.given.emplace_back("--by");
       }},
      {"--where", Takes::value, "FILTER", "With --read: only flows that match (all)",
       [&](const std::string& value) {
         native.where = value;
         flags.given.emplace_back("--where");
       }},
      {"--threads", Takes::value, "N", "With --read: how many read and group (1)",
       [&](const std::string& value) {
         native.threads = static_cast<unsigned>(parse_number("--threads", value, 1, kMaxThreads));
         flags.given.emplace_back("--threads");
       }},
      {"--max-memory", Takes::value, "BYTES",
       "With --read: for groups; what does not fit goes to a file beside the state (1G)",
       [&](const std::string& value) {
         native.max_memory = parse_size("--max-memory", value);
         flags.given.emplace_back("--max-memory");
       }},
  };
  for (Flag& flag : lookup_flags(
           native.enrich, [&flags](const std::string& name) { flags.given.push_back(name); })) {
    flag.help = "With --read: " + flag.help;
    all.push_back(std::move(flag));
  }
  return all;
}

std::optional<NativeOptions> settle_native_flags(const NativeFlags& flags,
                                                 const std::vector<std::string>& of_command) {
  if (flags.options.folders.empty()) {
    if (!flags.given.empty()) {
      throw Error::usage(fmt::format(
          "{} is for --read DIR, which reads nfcapd's files itself: a command has options of its "
          "own for that",
          flags.given.front()));
    }
    return std::nullopt;
  }
  if (!of_command.empty()) {
    throw Error::usage(fmt::format(
        "{} and --read exclude each other: no command is run where nfcapd's files are read",
        of_command.front()));
  }
  return flags.options;
}

}  // namespace weir
