#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Whether a file has the name that nfcapd gives to one that it has finished:
/// nfcapd.YYYYmmddHHMM, with seconds for intervals below a minute, with +HHMM if so told.
[[nodiscard]] bool is_nfcapd_name(std::string_view name);

/// The nfcapd files that paths mean. A file is itself; a folder all files in it and below it whose
/// names nfcapd gives (its -S puts them into folders by date), in the order of their names, which
/// is that of time. Links are followed, and a folder is read once however it is reached. The file
/// that nfcapd is writing (nfcapd.current…) only with `with_current`,
/// last.
///
/// Throws Error::usage where a path is not there, a folder cannot be read or has no such file.
[[nodiscard]] std::vector<std::string> nfcapd_files(std::span<const std::string> paths,
                                                    bool with_current = false);

}  // namespace weir
