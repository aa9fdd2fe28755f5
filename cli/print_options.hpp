#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.hpp"
#include "weir/pipeline/print_run.hpp"

namespace weir {

/// What the flags of `weir print` say.
struct PrintFlags {
  PrintOptions print;
  std::string format;    ///< empty: not given
  unsigned threads = 0;  ///< 0: not given
  bool quiet = false;
};

/// The table of flags, writing into `flags`.
std::vector<Flag> print_flags(PrintFlags& flags);

/// Takes the words that are no flags and no flag's values out of the arguments: the sources.
std::vector<std::string> take_sources(const std::vector<Flag>& flags,
                                      std::vector<std::string>& arguments);

/// Fills in what depends on other flags and on where the output goes. Throws Error::usage without a
/// source.
void settle_print_flags(PrintFlags& flags, bool terminal);

/// A number of bytes with k, M or G (1000) behind it. Throws Error::usage that names `flag`.
[[nodiscard]] std::size_t parse_size(std::string_view flag, std::string_view text);

}  // namespace weir
