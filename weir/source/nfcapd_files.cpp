#include "weir/source/nfcapd_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "nfcapd.";
constexpr std::string_view kCurrent = "nfcapd.current";

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
  throw Error::usage(fmt::format("{}: {}", path, why));
}

using Named = std::pair<std::string, std::string>;  // name, path

/// Adds the files of a folder and of those below it, also where links lead to them. `seen` ends
/// circles of links, and keeps a folder with two names from being read twice.
void look_into(const fs::path& folder, bool with_current, std::set<std::string>& seen,
               std::vector<Named>& found) {
  const bool outermost = seen.empty();
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (!error && !seen.insert(real.string()).second) {
    return;
  }
  std::vector<fs::path> below;
  fs::directory_iterator at(folder, error);
  while (!error && at != fs::directory_iterator()) {
    // What nfcapd's expiry has just removed is neither.
    std::error_code ignored;
    std::string name = at->path().filename().string();
    if (at->is_directory(ignored)) {
      below.push_back(at->path());
    } else if ((is_nfcapd_name(name) || (with_current && name.starts_with(kCurrent))) &&
               at->is_regular_file(ignored)) {
      found.emplace_back(std::move(name), at->path().string());
    }
    at.increment(error);
  }
  if (error && (outermost || error != std::errc::no_such_file_or_directory)) {
    refuse(folder.string(), error.message());
  }
  for (const fs::path& path : below) {
    look_into(path, with_current, seen, found);
  }
}

/// Finished files first, by name; "nfcapd.2" stands before "nfcapd.c".
void add_folder(const std::string& folder, bool with_current, std::vector<std::string>& files) {
  std::set<std::string> seen;
  std::vector<Named> found;
  look_into(folder, with_current, seen, found);
  if (found.empty()) {
    refuse(folder, "there is no nfcapd.YYYYmmddHHMM in this folder or below it");
  }
  std::sort(found.begin(), found.end());
  for (auto& [name, path] : found) {
    files.push_back(std::move(path));
  }
}

}  // namespace

bool is_nfcapd_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) {
    return false;
  }
  std::string_view time = name.substr(kPrefix.size());
  if (const auto zone = time.find_first_of("+-"); zone != std::string_view::npos) {
    if (time.size() - zone != 5 || !all_digits(time.substr(zone + 1))) {
      return false;
    }
    time = time.substr(0, zone);
  }
  return (time.size() == 12 || time.size() == 14) && all_digits(time);
}

std::vector<std::string> nfcapd_files(std::span<const std::string> paths, bool with_current) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::directory) {
      add_folder(path, with_current, files);
    } else if (fs::exists(status)) {
      files.push_back(path);
    } else {
      refuse(path, error ? error.message() : "no such file");
    }
  }
  return files;
}

}  // namespace weir
