#include "weir/enrich/file_follower.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/base/stop_wait.hpp"

namespace weir {

FileFollower::FileFollower(std::vector<FollowedFile> files, std::chrono::milliseconds check,
                           std::function<void()> changed)
    : check_(check), changed_(std::move(changed)) {
  for (FollowedFile& file : files) {
    Followed& followed = followed_.emplace_back(Followed{std::move(file)});
    followed.status.kind = followed.file.kind;
    followed.status.path = followed.file.path;
    if (const std::string trouble = read(followed); !trouble.empty()) {
      throw Error::usage(fmt::format("{}: {}", followed.file.path, trouble));
    }
  }
  statuses_.with([this](auto& statuses) {
    for (const Followed& followed : followed_) {
      statuses.push_back(followed.status);
    }
  });
  changed_();
  if (check_.count() > 0 && !followed_.empty()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
  }
}

void FileFollower::follow(const std::stop_token& stop) {
  while (wait_unless_stopped(stop, check_)) {
    try {
      look_at_all();
    } catch (const std::exception& error) {
      log::warn("files cannot be looked at", {{"error", error.what()}});  // out of memory
    }
  }
}

std::string FileFollower::refresh() {
  look_at_all();
  for (const LookupFile& file : files()) {
    if (!file.trouble.empty()) {
      return fmt::format("{}: {}", file.path, file.trouble);
    }
  }
  return {};
}

std::vector<LookupFile> FileFollower::files() const {
  return statuses_.with([](const auto& statuses) { return statuses; });
}

void FileFollower::look_at_all() {
  const std::lock_guard lock(looking_);
  bool news = false;
  for (Followed& followed : followed_) {
    news = look(followed) || news;
  }
  if (news) {
    changed_();
  }
  // Last, so that what is told of a file holds for the records that come next.
  statuses_.with([this](auto& statuses) {
    for (std::size_t i = 0; i < followed_.size(); ++i) {
      statuses[i] = followed_[i].status;
    }
  });
}

/// Whether there is something new in it.
bool FileFollower::look(Followed& followed) {
  LookupFile& status = followed.status;
  // What could not be read is tried again even if its stamp stays, as it does when only its mode
  // changes. What was read would say the same again, after seconds of work for a big one. It still
  // counts, so that an alert for what counts lately lasts as long as the trouble.
  if (followed.was_read && file_stamp(followed.file.path) == followed.stamp) {
    status.failures += status.trouble.empty() ? 0 : 1;
    return false;
  }
  const std::string before = status.trouble;
  status.trouble = read(followed);
  if (status.trouble.empty()) {
    return true;
  }
  ++status.failures;
  if (status.trouble != before) {
    log::warn(
        "a file cannot be used, what it said before still counts",
        {{"kind", std::string(status.kind)}, {"file", status.path}, {"error", status.trouble}});
  }
  return false;
}

/// What is wrong, if anything: nothing that a file contains may end the thread.
std::string FileFollower::read(Followed& followed) try {
  const FollowedFile& file = followed.file;
  // Before reading, so that a change meanwhile is seen later.
  followed.stamp = file_stamp(file.path);
  followed.was_read = false;
  FileContent content = read_file(file.path, file.max_bytes);
  if (!content.ok()) {
    return content.error;
  }
  if (content.bytes.empty()) {
    return "the file is empty";  // most likely it is being written
  }
  followed.was_read = true;
  followed.status.entries = file.take(std::move(content.bytes));
  followed.status.loaded = std::chrono::system_clock::now();
  if (!file.told_by_taker) {
    log::info("a file was read", {{"kind", std::string(followed.status.kind)},
                                  {"file", file.path},
                                  {"entries", std::to_string(followed.status.entries)}});
  }
  return {};
} catch (const std::bad_alloc&) {
  followed.was_read = false;  // it is not the file's fault, so it is tried again
  return "there is not enough memory for it";
} catch (const std::exception& error) {
  return error.what();
}

}  // namespace weir
