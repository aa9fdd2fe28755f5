#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/flags.hpp"
#include "cli/stream_native.hpp"
#include "weir/base/log.hpp"
#include "weir/pipeline/stream.hpp"

namespace weir {

/// What the flags of `weir stream` say.
struct StreamFlags {
  StreamOptions stream;
  NativeFlags native;
  std::vector<std::string> of_command;  ///< flags given that are for a command alone
  std::string hosts;  ///< of -i, the script's way to name brokers; empty: not given
  std::uint16_t port = 9092;
  bool port_given = false;
  std::string ledger;  ///< empty: not given
  bool at_least_once = false;
  bool once = false;
  bool follow = false;
  std::vector<std::string> listen_addresses;
  bool enable_lifecycle = false;
  std::string log_file;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;
};

/// The table of flags, writing into `flags`.
std::vector<Flag> stream_flags(StreamFlags& flags);

/// Throws Error::usage for flags that make no sense together, and fills in what depends on others:
/// the brokers of -i and -p, the ledger's name, what --read is to make.
void settle_stream_flags(StreamFlags& flags);

/// `YYYYmmddHHMM`, or `YYYY-mm-ddTHH:MM`: a file name's time. Throws Error::usage naming `flag`.
[[nodiscard]] Window parse_window_flag(std::string_view flag, std::string_view text);

}  // namespace weir
