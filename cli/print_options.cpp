#include "cli/print_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <thread>
#include <utility>

#include "cli/program_flags.hpp"

namespace weir {
namespace {

using Takes = Flag::Kind;

constexpr unsigned long long kMaxThreads = 256;

PrintFormat parse_print_format(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, PrintFormat>, 3> kFormats = {
      {{"table", PrintFormat::table}, {"json", PrintFormat::json}, {"csv", PrintFormat::csv}}};
  return parse_choice("--format", text, kFormats);
}

/// Half of the machine's.
std::size_t default_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0
             ? static_cast<std::size_t>(pages) / 2 * static_cast<std::size_t>(size)
             : std::size_t{1} << 30;
}

std::string temporary_folder() {
  const char* const given = std::getenv("TMPDIR");
  // /tmp is in memory on many systems, which is what there is too little of.
  return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

bool is_help(std::string_view word) {
  return word == "-h" || word == "--help" || word == "-help";
}

bool is_toggle(const std::vector<Flag>& flags, std::string_view word) {
  if (word.starts_with("--")) {
    word.remove_prefix(1);
  }
  return std::any_of(flags.begin(), flags.end(), [&](const Flag& flag) {
    const std::string names = flag.names + ",";
    return flag.kind == Takes::toggle && names.find(std::string(word) + ",") != std::string::npos;
  });
}

}  // namespace

std::vector<Flag> print_flags(PrintFlags& flags) {
  PrintOptions& print = flags.print;
  return {
      {"--by", Takes::value, "FIELD[/BITS],…",
       "Group by these fields, addresses by their network where bits are given, as in "
       "src_addr/24 (no groups: a row for each record)",
       [&](const std::string& value) { print.by = value; }},
      {"--fields", Takes::value, "FIELD[:NAME],…",
       "Columns, with new names; duration, pps, bps and bpp are computed (with --by: its fields, "
       "flows, packets, bytes)",
       [&](const std::string& value) { print.fields = value; }},
      {"--where", Takes::value, "FILTER",
       "Only records that match, as 'proto == tcp and port == 443'",
       [&](const std::string& value) { print.where = value; }},
      {"--top", Takes::value, "N", "Only the N greatest groups, and all others as one row",
       [&](const std::string& value) {
         print.top = parse_number("--top", value, 1, std::numeric_limits<std::uint32_t>::max());
       }},
      {"--order", Takes::value, "COLUMN[:asc|desc]",
       "Sort groups by this column (tables and --top: bytes; else none)",
       [&](const std::string& value) { print.order = value; }},
      {"--bidirectional", Takes::toggle, "",
       "Both directions of a connection are one group; what came back is out_packets, out_bytes",
       [&](const std::string&) { print.bidirectional = true; }},
      {"--format", Takes::value, "FORMAT",
       "table, json (an object a line) or csv (on a terminal table, else json)",
       [&](const std::string& value) {
         flags.format = value;
         print.format = parse_print_format(value);
       }},
      {"--threads", Takes::value, "N",
       "That read and group (with --by one for each processor; without it 1, which keeps the order "
       "of records)",
       [&](const std::string& value) {
         flags.threads = static_cast<unsigned>(parse_number("--threads", value, 1, kMaxThreads));
       }},
      {"--max-memory", Takes::value, "BYTES",
       "Of groups, with k, M or G; more are put into a file in $TMPDIR (half of the machine's)",
       [&](const std::string& value) { print.max_memory = parse_size("--max-memory", value); }},
      {"-q,--quiet", Takes::toggle, "", "No summary and no progress bar on stderr",
       [&](const std::string&) { flags.quiet = true; }},
  };
}

std::vector<std::string> take_sources(const std::vector<Flag>& flags,
                                      std::vector<std::string>& arguments) {
  std::vector<std::string> sources;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      sources.insert(sources.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                     arguments.end());
      break;
    }
    if (!word.starts_with('-') || word == "-") {
      sources.push_back(word);
      continue;
    }
    rest.push_back(word);
    const bool alone =
        word.find('=') != std::string::npos || is_help(word) || is_toggle(flags, word);
    if (!alone && i + 1 < arguments.size()) {
      rest.push_back(arguments[++i]);
    }
  }
  arguments = std::move(rest);
  return sources;
}

void settle_print_flags(PrintFlags& flags, bool terminal) {
  PrintOptions& print = flags.print;
  if (print.sources.empty()) {
    throw Error::usage(
        "weir print: name what to print: an nfcapd file, a folder of them, a file of JSON records, "
        "or - for standard input");
  }
  if (flags.format.empty()) {
    print.format = terminal ? PrintFormat::table : PrintFormat::json;
  }
  print.units = terminal;
  print.threads = flags.threads;
  if (flags.threads == 0) {
    print.threads = print.by ? std::max(std::thread::hardware_concurrency(), 1U) : 1;
  }
  if (print.max_memory == 0) {
    print.max_memory = default_memory();
  }
  print.spill_folder = temporary_folder();
}

std::size_t parse_size(std::string_view flag, std::string_view text) {
  static constexpr std::array<std::pair<char, std::size_t>, 4> kUnits = {
      {{'k', 1000}, {'K', 1000}, {'M', 1'000'000}, {'G', 1'000'000'000}}};
  std::size_t unit = 1;
  std::string_view digits = text;
  for (const auto& [name, size] : kUnits) {
    if (text.ends_with(name)) {
      unit = size;
      digits.remove_suffix(1);
    }
  }
  constexpr std::size_t kMost = std::size_t{1} << 50;
  if (digits.empty() || digits.size() > 15 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    throw Error::usage(
        fmt::format("{}: \"{}\" is no size; write a number of bytes, as 500M or 2G", flag, text));
  }
  return parse_number(flag, digits, 1, kMost / unit) * unit;
}

}  // namespace weir
