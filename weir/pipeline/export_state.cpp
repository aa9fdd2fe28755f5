#include "weir/pipeline/export_state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/append_file.hpp"

namespace weir {
namespace {

/// What the files say they are about, and those of other programs do not. What the counters mean is
/// told by the commits.
constexpr std::string_view kAbout = "weir export 2";

/// What is different, for people.
std::string describe(const std::vector<MetricChange>& changes) {
  std::string text;
  for (const MetricChange& change : changes) {
    text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : "; ", change.name,
                        change.before, change.now);
  }
  return text;
}

FileLock lock_of(const std::string& folder) {
  if (const std::string why = cannot_keep_state(folder); !why.empty()) {
    throw Error::usage(
        fmt::format("--state-dir: {}; name a folder that this user may write in, or none", why));
  }
  const std::string path = folder + "/lock";
  if (auto lock = FileLock::try_take(path)) {
    return std::move(*lock);
  }
  throw Error(fmt::format(
      "--state-dir: {} belongs to {}, which counts the same records; give this one another "
      "--state-dir, or none",
      folder, FileLock::holder(path)));
}

}  // namespace

std::string state_folder(std::string_view state_dir, std::vector<std::string> places) {
  constexpr std::size_t kLongest = 200;  // file names have 255 bytes at most
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::string name;
  for (const std::string& place : places) {
    name += name.empty() ? "" : "+";
    for (const char c : place) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                         (c == '.' && !name.empty());
      name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() > kLongest) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, for it has to be the same for ever
    for (const char c : name) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    name = fmt::format("{}+{:016x}", name.substr(0, kLongest), hash);
  }
  return fmt::format("{}/{}", state_dir, name);
}

bool state_is_there(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with("log-")) {
      return true;
    }
  }
  return false;
}

std::string cannot_keep_state(const std::string& folder) {
  if (const int error = make_folders(folder); error != 0) {
    return fmt::format("{} cannot be made: {}", folder, std::generic_category().message(error));
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fmt::format("{} cannot be written in: {}", folder,
                       std::generic_category().message(errno));
  }
  return {};
}

ExportState::ExportState(ExportStateOptions options, PrometheusSink& sink)
    : folder_(std::move(options.folder)),
      lock_(lock_of(folder_)),
      log_(std::make_unique<CommitLog>(CommitLog::Options{.folder = folder_})) {
  if (const auto before = log_->about(); before && *before != kAbout) {
    throw Error::usage(
        fmt::format("--state-dir: what is kept in {} was written by another version of weir; start "
                    "that one, or give another --state-dir",
                    folder_));
  }
  recovery_ = log_->load(sink.reader());
  checkpoint_ = sink.restored();
  if (!sink.changes().empty() && !options.restart_on_change) {
    throw Error::usage(fmt::format(
        "--state-dir: counters in {} mean something else: {}. Start it as before, or give the "
        "metric another name, or another --state-dir, or --on-config-change restart, with which "
        "these counters begin at 0 and reading goes on where it was",
        folder_, describe(sink.changes())));
  }
  if (recovery_.number != 0) {
    restored_ = true;
    log::info("going on from the state",
              {{"state", folder_}, {"commit", std::to_string(recovery_.number)}});
  }
  if (!sink.changes().empty()) {
    log::warn("counters begin at 0, because they mean something else now; reading goes on",
              {{"state", folder_}, {"changed", describe(sink.changes())}});
  }
  sink.keep_in(*log_, recovery_.number);
  log_->open(kAbout, [&sink](const CommitStore::Put& put) { return sink.make_snapshot(put); });
}

ExportState::~ExportState() {
  log_->close();
}

}  // namespace weir
