#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/flags.hpp"
#include "weir/pipeline/native_window.hpp"

namespace weir {

/// What the flags say of reading nfcapd's files in place of a command's output.
struct NativeFlags {
  NativeOptions options;
  std::vector<std::string> given;  ///< flags that are of no use without --read
};

/// The table of flags, writing into `flags`.
std::vector<Flag> native_flags(NativeFlags& flags);

/// Throws Error::usage for flags that are not for this way of making rows; `of_command` are those
/// given that are for a command alone. Nothing without --read.
[[nodiscard]] std::optional<NativeOptions> settle_native_flags(
    const NativeFlags& flags, const std::vector<std::string>& of_command);

}  // namespace weir
