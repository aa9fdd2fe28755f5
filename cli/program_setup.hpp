#pragma once

#include <csignal>
#include <string>

namespace weir {

// What a command that goes on for a while sets up before it starts threads.

/// SIGTERM, SIGINT and SIGHUP are taken by the main thread, which waits for the set that this
/// returns; every thread started later leaves them alone. SIGPIPE is ignored.
sigset_t block_signals();

/// Many clients may be connected; the usual soft limit of 1024 files is too low for that.
void raise_file_limit();

/// SIGTERM or SIGINT, as it is called.
[[nodiscard]] std::string signal_name(int signal);

}  // namespace weir
