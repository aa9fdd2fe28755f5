#include "weir/state/commit_recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/append_file.hpp"

namespace weir {
namespace {

/// Bytes that nothing has damaged, and that the reader still cannot make sense of.
Error not_understood(const FrameFile& file) {
  return Error::usage(fmt::format(
      "--state-dir: {}: what weir {} kept there makes no sense to this version of weir; run the "
      "version that wrote it, or begin in another folder",
      file.path(), file.header()->writer));
}

}  // namespace

CommitRecovery CommitFilesReader::run() {
  files_.remove_temporaries();
  open_files();
  read_start();
  for (Log& log : logs_) {
    read_log(log);
  }
  deal_with_damage();
  make_durable();
  return out_;
}

void CommitFilesReader::open_files() {
  for (CommitFile& file : files_.list()) {
    found_.next_generation = file.generation + 1;
    if (file.kind == FileKind::snapshot) {
      snapshots_.push_back(std::move(file));
    } else {
      FrameFile frames(file.path, file.kind);
      logs_.push_back({.file = std::move(file), .frames = std::move(frames)});
    }
  }
  std::uint64_t lowest = UINT64_MAX;
  for (auto log = logs_.rbegin(); log != logs_.rend(); ++log) {
    log->overruled_above = lowest;
    if (log->frames.header()) {
      lowest = std::min(lowest, log->frames.header()->base);
    }
  }
}

/// Finds what all else builds upon, and leaves the logs that come behind it.
void CommitFilesReader::read_start() {
  const auto anew = std::find_if(logs_.rbegin(), logs_.rend(), [](const Log& log) {
    return log.frames.header() && log.frames.header()->anew;
  });
  const std::uint64_t newest_anew = anew == logs_.rend() ? 0 : anew->file.generation;
  for (auto file = snapshots_.rbegin(); found_.start == 0 && file != snapshots_.rend(); ++file) {
    if (file->generation < newest_anew) {
      break;
    }
    reader_.begin();
    if (read_snapshot(*file)) {
      found_.start = file->generation;
    }
  }
  if (found_.start == 0) {
    reader_.begin();
    out_.number = newest_anew == 0 ? 0 : anew->frames.header()->base;
    found_.start = newest_anew;
    for (Damage& damage : damages_) {
      damage.lost = newest_anew == 0;  // there is nothing older to read instead
    }
  }
  std::erase_if(logs_, [this](const Log& log) { return log.file.generation < found_.start; });
}

bool CommitFilesReader::read_snapshot(const CommitFile& file) {
  FrameFile frames(file.path, file.kind);
  SnapshotTotals totals;
  std::optional<std::uint64_t> number;
  while (auto frame = frames.next()) {
    if (number) {
      frames.refuse("something behind its end");
    } else if (frame->kind == FrameKind::piece && frame->number == totals.pieces + 1) {
      if (!reader_.snapshot(frame->payload)) {
        throw not_understood(frames);
      }
      ++totals.pieces;
      totals.bytes += frame->payload.size();
    } else if (frame->kind == FrameKind::end && decode_totals(frame->payload) == totals) {
      number = frame->number;
    } else {
      frames.refuse("a piece is missing");
    }
  }
  if (number && frames.damage().empty()) {
    out_.number = *number;
    out_.about = frames.header()->about;
    found_.snapshot_bytes = totals.bytes;
    return true;
  }
  const std::string what = frames.damage().empty() ? "it has no end" : frames.damage();
  damages_.push_back({.path = file.path, .offset = frames.offset(), .what = what});
  return false;
}

void CommitFilesReader::read_log(Log& log) {
  FrameFile& frames = log.frames;
  if (!frames.header()) {
    damages_.push_back({.path = frames.path(), .what = frames.damage(), .lost = true});
    return;
  }
  const std::uint64_t base = frames.header()->base;
  if (base >= log.overruled_above) {
    return;  // nothing in it counts
  }
  if (base > out_.number || (found_.start == 0 && base == 0)) {
    damages_.push_back({.path = frames.path(),
                        .what = fmt::format("its commits from {} on do not connect: the one "
                                            "before it was not found",
                                            base + 1),
                        .lost = true});
    return;
  }
  std::uint64_t last = base;
  while (last < log.overruled_above) {
    const auto frame = frames.next();
    if (!frame) {
      break;
    }
    if (frame->kind != FrameKind::commit || frame->number != last + 1) {
      frames.refuse(fmt::format("commit {} is missing", last + 1));
      break;
    }
    ++last;
    if (last == out_.number + 1) {
      if (!reader_.commit(last, frame->payload)) {
        throw not_understood(frames);
      }
      out_.number = last;
      out_.about = frames.header()->about;
    }
  }
  if (last > base) {
    ++found_.logs;
    found_.log_bytes += frames.size();
    used_logs_.push_back(frames.path());
  }
  if (!frames.damage().empty() && out_.number < log.overruled_above) {
    judge_end(log);
  }
}

/// A damage that no later log makes good: is it a commit that was not finished, or are some gone?
void CommitFilesReader::judge_end(Log& log) {
  FrameFile& frames = log.frames;
  const bool is_first = frames.offset() == frames.header()->size();
  // A log appears with its first commit in it, whole: that one cannot be unfinished. And later
  // files are begun behind commits that were whole.
  const bool unfinished =
      !is_first && log.overruled_above == UINT64_MAX &&
      (snapshots_.empty() || snapshots_.back().generation <= log.file.generation);
  if (unfinished && !frames.commit_behind(out_.number)) {
    cut_tail(log);
    return;
  }
  damages_.push_back({.path = frames.path(),
                      .offset = frames.offset(),
                      .what = frames.damage(),
                      .keep_front = !is_first,
                      .lost = true});
}

void CommitFilesReader::cut_tail(const Log& log) {
  const std::uint64_t good = log.frames.offset();
  out_.cut_bytes += log.frames.size() - good;
  if (const int error = CommitFiles::cut(log.frames.path(), good); error != 0) {
    throw Error::usage(
        fmt::format("--state-dir: {}: cannot cut off an unfinished commit at byte {}: {}",
                    log.frames.path(), good, write_failure(error)));
  }
  log::info(
      "the last commit was not finished when weir ended and was cut off; nothing of it had "
      "been shown, its records are read again",
      {{"file", log.frames.path()},
       {"bytes", std::to_string(log.frames.size() - good)},
       {"last_commit", std::to_string(out_.number)}});
}

void CommitFilesReader::deal_with_damage() {
  for (const Damage& damage : damages_) {
    out_.lost = out_.lost || damage.lost;
  }
  for (const Damage& damage : damages_) {
    const std::string aside = damage.keep_front
                                  ? CommitFiles::copy_and_cut(damage.path, "damaged", damage.offset)
                                  : CommitFiles::set_aside(damage.path, "damaged");
    const std::string consequence =
        !out_.lost ? "nothing is lost, as older files hold the same"
        : out_.number == 0
            ? "nothing could be read: counters begin at 0"
            : fmt::format(
                  "reading goes on where commit {} left off; counters may have been shown "
                  "higher than they are now",
                  out_.number);
    log::error(
        fmt::format("a file of the saved state is damaged and was {}; {}",
                    aside.empty() ? "left as it is, as it could not be set aside" : "set aside",
                    consequence),
        {{"file", damage.path},
         {"offset", std::to_string(damage.offset)},
         {"what", damage.what},
         {"last_commit", std::to_string(out_.number)},
         {"set_aside", aside}});
    out_.set_aside.push_back(aside.empty() ? damage.path : aside);
  }
}

/// What a process that was killed has written need not be on the disk yet, and is about to be
/// shown.
void CommitFilesReader::make_durable() {
  int error = 0;
  std::string path = files_.folder();
  for (auto log = used_logs_.begin(); error == 0 && log != used_logs_.end(); ++log) {
    path = *log;
    error = sync_file(path);
  }
  if (error == 0) {
    path = files_.folder();
    error = sync_folder(path);
  }
  if (error != 0) {
    throw Error(fmt::format("--state-dir: {}: cannot make what was read durable: {}", path,
                            write_failure(error)));
  }
}

std::optional<std::string> newest_about(const CommitFiles& files) {
  const std::vector<CommitFile> all = files.list();
  for (auto file = all.rbegin(); file != all.rend(); ++file) {
    if (const FrameFile frames(file->path, file->kind); frames.header()) {
      return frames.header()->about;
    }
  }
  return std::nullopt;
}

}  // namespace weir
