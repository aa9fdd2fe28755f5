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
#include "weir/sink/checkpoint_reader.hpp"

namespace weir {
namespace {

/// A line for each name, as files keep it.
std::string about_of(const Meaning& meaning) {
  std::string about;
  for (const auto& [name, value] : meaning) {
    about += fmt::format("{}\t{}\n", name, value);
  }
  return about;
}

Meaning meaning_of(std::string_view about) {
  Meaning meaning;
  while (!about.empty()) {
    const std::string_view line = about.substr(0, about.find('\n'));
    about.remove_prefix(std::min(about.size(), line.size() + 1));
    const std::size_t tab = std::min(line.find('\t'), line.size());
    meaning.emplace_back(line.substr(0, tab), line.substr(std::min(tab + 1, line.size())));
  }
  return meaning;
}

std::string value_of(const Meaning& meaning, const std::string& name) {
  const auto found = std::find_if(meaning.begin(), meaning.end(),
                                  [&](const auto& each) { return each.first == name; });
  return found == meaning.end() || found->second.empty() ? "nothing" : found->second;
}

/// What is different, for people.
std::string differences(const Meaning& before, const Meaning& now) {
  std::string text;
  const auto add = [&](const std::string& name) {
    text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : ", ", name,
                        value_of(before, name), value_of(now, name));
  };
  for (const auto& [name, value] : now) {
    if (value_of(before, name) != value_of(now, name)) {
      add(name);
    }
  }
  for (const auto& [name, value] : before) {
    if (value_of(now, name) == "nothing" && value_of(before, name) != "nothing") {
      add(name);
    }
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

/// Reads all there is into the sink. What the last commit was about where that is something else:
/// then the sink is as it was.
std::optional<std::string> ExportState::load(PrometheusSink& sink, const std::string& about) {
  log_ = std::make_unique<CommitLog>(CommitLog::Options{.folder = folder_});
  if (const auto before = log_->about(); before && *before != about) {
    return before;
  }
  recovery_ = log_->load(sink.reader());
  if (recovery_.number != 0 && recovery_.about != about) {
    // The newest file was damaged, and the one before is from before a change.
    static_cast<void>(sink.reader());
    static_cast<void>(sink.restored());
    log_ = std::make_unique<CommitLog>(CommitLog::Options{.folder = folder_});
    return recovery_.about;
  }
  checkpoint_ = sink.restored();
  return std::nullopt;
}

ExportState::ExportState(ExportStateOptions options, PrometheusSink& sink)
    : folder_(std::move(options.folder)), lock_(lock_of(folder_)) {
  Meaning meaning = std::move(options.meaning);
  for (auto& line : sink.describe()) {
    meaning.push_back(std::move(line));
  }
  const std::string about = about_of(meaning);
  const auto before = load(sink, about);
  if (before && !options.restart_on_change) {
    throw Error::usage(fmt::format(
        "--state-dir: the counters in {} mean something else: {}. Start it as before, or give "
        "another --state-dir, or --on-config-change restart, with which counters begin at 0 and "
        "reading goes on where it was",
        folder_, differences(meaning_of(*before), meaning)));
  }
  if (before) {
    CheckpointReader reader;
    recovery_ = log_->load(reader);
    checkpoint_.source = reader.checkpoint().source;
    for (OriginState& origin : checkpoint_.source.origins) {
      origin.lost = 0;
    }
    log::warn("counters begin at 0, because they mean something else now; reading goes on",
              {{"state", folder_}, {"changed", differences(meaning_of(*before), meaning)}});
  } else if (recovery_.number != 0) {
    restored_ = true;
    log::info("going on from the state",
              {{"state", folder_}, {"commit", std::to_string(recovery_.number)}});
  }
  sink.keep_in(*log_, recovery_.number);
  log_->open(
      about, [&sink](const CommitStore::Put& put) { return sink.make_snapshot(put); },
      before.has_value());
}

ExportState::~ExportState() {
  log_->close();
}

}  // namespace weir
