#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "weir/io/file.hpp"

namespace weir {

/// A program that was started, or why it was not.
struct SpawnedChild {
  pid_t pid = -1;     ///< also its process group
  Fd out;             ///< what it writes to standard output; reading does not block
  Fd err;             ///< and to standard error
  std::string error;  ///< not started: why, and what to do about it
};

/// The path of the program that a shell would run for `name`: itself if there is a slash in it,
/// else the first executable file of this name in a folder of $PATH. Empty, with `error` set, where
/// there is none.
[[nodiscard]] std::string find_program(const std::string& name, std::string& error);

/// Starts words[0] with the others as its arguments: standard input is /dev/null, other descriptors
/// are closed, no signal is blocked or ignored, it leads a process group of its own, and it is
/// killed when the calling *thread* ends. Its environment is PATH, HOME and TZ of this process, the
/// locale C.UTF-8, and `environment` (NAME=value), which goes before these. Thread-safe. Whoever
/// calls has to wait for `pid`.
[[nodiscard]] SpawnedChild spawn_child(std::span<const std::string> words,
                                       std::span<const std::string> environment);

}  // namespace weir
