#include "weir/pipeline/window_files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// Where nfcapd -S 0 to 8 keeps files, by their time.
constexpr std::array<std::string_view, 9> kByDate = {"",          "%Y/%m/%d/",    "%Y/%m/%d/%H/",
                                                     "%Y/%W/%u/", "%Y/%W/%u/%H/", "%Y/%j/",
                                                     "%Y/%j/%H/", "%Y-%m-%d/",    "%Y-%m-%d/%H/"};
/// Deeper below a folder nobody keeps channels.
constexpr int kDepth = 8;
/// Windows that are looked for to tell whether a channel is in use.
constexpr int kMostRecent = 288;

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The outermost folder of each of kByDate: a year, or a day.
bool is_date(std::string_view name) {
  if (name.size() == 4) {
    return all_digits(name);
  }
  return name.size() == 10 && name[4] == '-' && name[7] == '-' && all_digits(name.substr(0, 4)) &&
         all_digits(name.substr(5, 2)) && all_digits(name.substr(8));
}

std::tm calendar(Window window) {
  return fmt::gmtime(static_cast<std::time_t>(window.minute * 60));
}

/// The window's files of one channel: one, or several where -S was changed meanwhile.
std::vector<std::string> files_of(const std::string& channel, Window window, std::string& trouble) {
  const std::tm time = calendar(window);
  std::vector<std::string> found;
  for (const std::string_view folder : kByDate) {
    const std::string under =
        folder.empty() ? "" : fmt::format(fmt::runtime(fmt::format("{{:{}}}", folder)), time);
    std::string path = fmt::format("{}/{}nfcapd.{}", channel, under, window_name(window));
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status)) {
      found.push_back(std::move(path));
    } else if (status.type() != fs::file_type::not_found) {
      trouble = fmt::format("{}: {}", path, error.message());
    }
  }
  return found;
}

/// Adds a folder and those below it, but for folders by date. `seen` ends circles of links, and
/// keeps what is named twice from being read twice.
void add_channels(const fs::path& folder, int depth, std::set<std::string>& seen,
                  std::vector<std::string>& channels, std::string& trouble) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (!error && !seen.insert(real.string()).second) {
    return;
  }
  fs::directory_iterator at(real, error);
  if (error) {
    trouble = fmt::format("{}: {}", folder.string(), error.message());
    return;
  }
  channels.push_back(folder.string());
  std::vector<fs::path> below;
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code ignored;  // it is gone by now
    const std::string name = at->path().filename().string();
    if (depth < kDepth && !name.starts_with('.') && !is_date(name) && at->is_directory(ignored)) {
      below.push_back(folder / name);
    }
  }
  if (error) {
    trouble = fmt::format("{}: {}", folder.string(), error.message());
  }
  for (const fs::path& path : below) {
    add_channels(path, depth + 1, seen, channels, trouble);
  }
}

}  // namespace

WindowFiles::WindowFiles(std::vector<std::string> folders, const WindowPlan& plan,
                         std::chrono::seconds recent)
    : folders_(std::move(folders)),
      plan_(plan),
      recent_(std::min<std::chrono::seconds>(recent, kMostRecent * plan.interval())) {
  for (const std::string& folder : folders_) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
      throw Error::usage(fmt::format(
          "--read: {}: {}", folder,
          error ? error.message() : "not a folder; name the one that nfcapd -w writes to"));
    }
  }
}

std::vector<std::string> WindowFiles::channels(std::string& trouble) const {
  std::set<std::string> seen;
  std::vector<std::string> channels;
  for (const std::string& folder : folders_) {
    add_channels(folder, 0, seen, channels, trouble);
  }
  return channels;
}

bool WindowFiles::any_between(const std::string& channel, Window after, Window before) const {
  std::string ignored;
  for (Window window = plan_.next(after); window < before; window = plan_.next(window)) {
    if (!files_of(channel, window, ignored).empty()) {
      return true;
    }
  }
  return false;
}

WindowFileList WindowFiles::find(Window window) const {
  WindowFileList list;
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(recent_).count();
  for (const std::string& channel : channels(list.trouble)) {
    std::vector<std::string> found = files_of(channel, window, list.trouble);
    if (!found.empty()) {
      std::ranges::move(found, std::back_inserter(list.files));
    } else if (any_between(channel, {window.minute - minutes - 1}, window)) {
      const bool gone_on = any_between(channel, window, {window.minute + minutes + 1});
      (gone_on ? list.lacking : list.awaited).push_back(channel);
    }
  }
  std::ranges::sort(list.files);
  return list;
}

}  // namespace weir
