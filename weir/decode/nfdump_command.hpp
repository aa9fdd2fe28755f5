#pragma once

#include <span>
#include <string>

namespace weir {

/// What the options of an nfdump command line say about its output.
struct NfdumpOptions {
  std::string output;           ///< the argument of the last `-o`, empty without one
  std::string statistics;       ///< the argument of the last `-s`, empty without one
  bool quiet = false;           ///< `-q`
  bool plain_numbers = false;   ///< `-N`, `--no-scale-number`
  bool full_addresses = false;  ///< `-6`
  bool aggregated = false;      ///< `-a`, `-A`, `-b`, `-B`, `-s`: a row is many flows
  bool limited = false;         ///< `-c`, `-n`, `-s`, `-O` and the like: not every flow is in a row
  char other_task = 0;          ///< an option that makes nfdump print no rows, such as `-w`, else 0
};

/// Reads the words of a command line as nfdump 1.6, 1.7 and Flowmon's do: options in any order,
/// letters together or apart, arguments attached or not. Words up to the one that names nfdump, as
/// in `nice -n 10 nfdump`, are not nfdump's.
NfdumpOptions nfdump_options(std::span<const std::string> command);

}  // namespace weir
