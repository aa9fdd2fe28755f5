#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config_file.hpp"
#include "cli/flags.hpp"
#include "weir/pipeline/print_run.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {

/// What the flags of `weir print` say.
struct PrintFlags {
  PrintOptions print;
  std::string format;    ///< empty: not given
  unsigned threads = 0;  ///< 0: not given
  bool quiet = false;
  bool from_kafka = false;
  KafkaSourceOptions kafka;
  std::string start;       ///< empty: not given
  std::string kafka_flag;  ///< one that was given and is of no use without --from-kafka
  EnrichOptions lookups;   ///< of a configuration file; flags come before it
};

/// The table of flags, writing into `flags`.
std::vector<Flag> print_flags(PrintFlags& flags);

/// What a configuration file may hold besides: `fields` of the user's own and `lookups`.
ConfigSections print_sections(PrintFlags& flags);

/// Takes the words that are no flags and no flag's values out of the arguments: the sources.
std::vector<std::string> take_sources(const std::vector<Flag>& flags,
                                      std::vector<std::string>& arguments);

/// Fills in what depends on other flags and on where the output goes. Throws Error::usage without a
/// source, and for flags that make no sense together.
void settle_print_flags(PrintFlags& flags, bool terminal);

/// A number of bytes with k, M or G (1000) behind it. Throws Error::usage that names `flag`.
[[nodiscard]] std::size_t parse_size(std::string_view flag, std::string_view text);

}  // namespace weir
