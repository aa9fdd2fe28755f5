#include "weir/state/commit_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/io/append_file.hpp"
#include "weir/state/log_writer.hpp"

namespace weir {
namespace {

/// A process that keeps being killed leaves a log each time; reading many small ones is slow.
constexpr std::uint64_t kManyLogs = 16;

}  // namespace

struct CommitLog::Impl {
  explicit Impl(Options given) : options(std::move(given)), files(options.folder) {}

  void rotate_if_due();
  std::string rebuild();
  std::string put(std::string_view commit);
  std::string begin_log(std::string_view commit);

  const Options options;
  const CommitFiles files;

  // Of the sink's thread, once it is open.
  std::string about;
  RecoveredFiles found;
  bool loaded = false;
  LogWriter log;
  std::uint64_t number = 0;                  // of the last commit
  std::uint64_t next_generation = 1;         // of the log that is begun next
  bool anew = false;                         // that log begins with nothing
  bool snapshot_wanted = false;              // whatever the size of the log
  bool removed = false;                      // what was committed is on the disk no more
  std::optional<std::uint64_t> made_before;  // snapshots, when one was asked for because of that

  std::atomic<std::uint64_t> log_bytes{0};  // since the last snapshot was asked for
  Guarded<std::string> trouble;
  bool troubled = false;  // there is a text in `trouble`
  Guarded<std::unique_ptr<SnapshotMaker>> maker;
};

CommitLog::CommitLog(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

CommitLog::~CommitLog() {
  close();
}

std::optional<std::string> CommitLog::about() const {
  return newest_about(impl_->files);
}

CommitRecovery CommitLog::load(CommitReader& reader) {
  Impl& self = *impl_;
  CommitFilesReader files(self.files, reader);
  CommitRecovery recovery = files.run();
  self.loaded = true;
  self.found = files.found();
  self.number = recovery.number;
  self.next_generation = self.found.next_generation;
  self.log_bytes = self.found.log_bytes;
  self.snapshot_wanted = !recovery.set_aside.empty() || self.found.logs > kManyLogs;
  return recovery;
}

void CommitLog::open(std::string_view about, MakeSnapshot make_snapshot) {
  Impl& self = *impl_;
  if (!self.loaded) {
    throw std::logic_error("a commit log is opened before it was loaded");
  }
  CommitFileHeader header;
  header.about = self.about = about;
  static_cast<void>(header.encode(FileKind::log));  // throws where it is too long
  self.anew = self.found.start == 0;
  if (self.anew) {
    self.found.start = self.next_generation;
    self.found.snapshot_bytes = 0;
    self.log_bytes = 0;
    self.snapshot_wanted = false;
  }
  auto made =
      std::make_unique<SnapshotMaker>(self.files, std::move(make_snapshot),
                                      SnapshotMaker::Options{.about = self.about,
                                                             .start = self.found.start,
                                                             .bytes = self.found.snapshot_bytes,
                                                             .retry = self.options.snapshot_retry});
  self.maker.with([&](auto& maker) { maker.swap(made); });
}

void CommitLog::close() {
  std::unique_ptr<SnapshotMaker> last;
  impl_->maker.with([&](auto& maker) { maker.swap(last); });
}

std::uint64_t CommitLog::append(std::string_view commit) {
  Impl& self = *impl_;
  self.rotate_if_due();
  std::string why = self.removed ? self.rebuild() : std::string();
  if (why.empty()) {
    why = self.put(commit);
  }
  if (!why.empty()) {
    self.troubled = true;
    self.trouble.with([&](std::string& text) { text = std::move(why); });
    return 0;
  }
  if (self.troubled) {
    self.troubled = false;
    self.trouble.with([](std::string& text) { text.clear(); });
  }
  return ++self.number;
}

std::string CommitLog::trouble() const {
  return impl_->trouble.with([](const std::string& text) { return text; });
}

CommitLogStats CommitLog::stats() const {
  CommitLogStats stats{.log_bytes = impl_->log_bytes, .snapshots = {}};
  impl_->maker.with([&](const auto& maker) {
    if (maker) {
      stats.snapshots = maker->stats();
    }
  });
  return stats;
}

/// Ends the log and asks for a snapshot. That is done before a commit, not behind it: the one
/// before has been merged into what a snapshot is made of by now.
void CommitLog::Impl::rotate_if_due() {
  if (anew || removed) {
    return;  // there is no snapshot of what is not durable yet
  }
  maker.with([this](const std::unique_ptr<SnapshotMaker>& made) {
    if (!made || made->busy()) {
      return;
    }
    const std::uint64_t limit = std::max(options.compact_above, made->stats().bytes / 2);
    if (snapshot_wanted || log_bytes > limit) {
      snapshot_wanted = false;
      log_bytes = 0;
      log.end();
      made->request(next_generation, number);
    }
  });
}

/// What was committed is known to the sink alone: it has to be in a snapshot before anything can
/// follow it. Why that is not so yet, or nothing.
std::string CommitLog::Impl::rebuild() {
  if (const int error = sync_folder(files.folder()); error != 0) {
    return fmt::format("{}: {}", files.folder(), write_failure(error));
  }
  maker.with([this](const std::unique_ptr<SnapshotMaker>& made) {
    if (!made || made->busy()) {
      return;
    }
    if (made_before && made->stats().made > *made_before) {
      removed = false;
      made_before.reset();
      log_bytes = 0;
    } else {
      made_before = made->stats().made;
      made->request(next_generation, number);
    }
  });
  return removed ? fmt::format("{}: its files were removed; a snapshot of all there is comes first",
                               files.folder())
                 : std::string();
}

/// Makes the next commit durable; what went wrong, or nothing.
std::string CommitLog::Impl::put(std::string_view commit) {
  if (commit.size() > FrameHeader::kMaxCommit) {
    return fmt::format(
        "{}: a commit of {} bytes, the most is {}; fewer series (--max-series) make "
        "smaller ones",
        files.folder(), commit.size(), FrameHeader::kMaxCommit);
  }
  if (!log.can_append()) {
    return begin_log(commit);
  }
  const std::uint64_t before = log.size();
  std::string why = log.append(number + 1, commit);
  log_bytes += log.size() - std::min(before, log.size());
  removed = removed || log.removed();
  return why;
}

std::string CommitLog::Impl::begin_log(std::string_view commit) {
  const CommitFileHeader header{
      .base = number, .anew = anew, .salt = {}, .writer = {}, .about = about};
  const std::uint64_t generation = next_generation;
  std::string why = log.begin(files.path(FileKind::log, generation), header, commit);
  if (why.empty()) {
    ++next_generation;
    log_bytes += log.size();
    anew = false;
  }
  return why;
}

}  // namespace weir
