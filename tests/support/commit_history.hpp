#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "weir/flow/commit_store.hpp"
#include "weir/state/commit_log.hpp"

namespace weir {

/// The simplest state there is: all commits, one after another.
class CommitHistory final : public CommitReader {
 public:
  void begin() override { texts.clear(); }
  bool snapshot(std::string_view piece) override {
    texts.emplace_back(piece);
    return true;
  }
  bool commit(std::uint64_t number, std::string_view bytes) override {
    texts.emplace_back(bytes);
    in_order = in_order && number == texts.size();
    return true;
  }

  std::vector<std::string> texts;
  bool in_order = true;  ///< each commit had the number of its place
};

/// A commit log with somebody who keeps a state in it, as a sink does.
class CommitKeeper {
 public:
  explicit CommitKeeper(CommitLog::Options options, std::string_view about = "about")
      : log(std::move(options)) {
    recovery = log.load(history);
    offset_ = recovery.number - history.texts.size();
    log.open(about, [this](const CommitStore::Put& put) { return make_snapshot(put); });
  }
  ~CommitKeeper() { log.close(); }
  CommitKeeper(const CommitKeeper&) = delete;
  CommitKeeper& operator=(const CommitKeeper&) = delete;

  /// Commits, and merges it where it is durable.
  bool commit(const std::string& text) {
    const std::uint64_t number = log.append(text);
    if (number == 0) {
      return false;
    }
    const std::lock_guard lock(mutex_);
    history.texts.push_back(text);
    return number == history.texts.size() + offset_;
  }
  /// Waits until so many snapshots were made, or a snapshot failed.
  void await_snapshots(std::uint64_t made) const {
    for (auto stats = log.stats(); stats.snapshots.made < made && stats.snapshots.failures == 0;
         stats = log.stats()) {
      std::this_thread::yield();
    }
  }

  CommitHistory history;
  CommitRecovery recovery;
  CommitLog log;

 private:
  std::uint64_t make_snapshot(const CommitStore::Put& put) {
    const std::lock_guard lock(mutex_);
    for (const std::string& text : history.texts) {
      put(text);
    }
    return history.texts.size() + offset_;
  }

  std::mutex mutex_;
  std::uint64_t offset_ = 0;  // commits before the history begins
};

/// What the folder holds, read as a process does that is started now.
struct CommitReading {
  CommitHistory history;
  CommitRecovery recovery;
};
inline CommitReading read_commits(const std::string& folder) {
  CommitReading reading;
  CommitLog log({.folder = folder});
  reading.recovery = log.load(reading.history);
  return reading;
}

}  // namespace weir
