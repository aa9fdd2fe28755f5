#include "weir/source/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"

namespace weir {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;
constexpr int kWaitMs = 50;
/// Behind the id of a file whose last line ended without a newline.
constexpr const char* kCut = "+";

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

FileSource::FileSource(std::string path, const SourceState& saved)
    : path_(std::move(path)), chunk_(std::make_unique_for_overwrite<char[]>(kChunk)) {
  if (path_ == "-") {
    fd_ = STDIN_FILENO;
  } else {
    // Without blocking: opening a named pipe must not wait for its writer.
    opened_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    fd_ = opened_.get();
  }
  struct stat info{};
  if (fd_ < 0 || ::fstat(fd_, &info) != 0) {
    throw Error::usage(fmt::format("--from: cannot read {}: {}", path_, reason(errno)));
  }
  if (S_ISDIR(info.st_mode)) {
    throw Error::usage(fmt::format("--from: {} is a directory; give a file or -", path_));
  }
  regular_ = S_ISREG(info.st_mode);
  if (regular_ && path_ != "-") {
    id_ = fmt::format("{}:{}", info.st_dev, info.st_ino);
  }
  resume(saved);
}

void FileSource::resume(const SourceState& saved) {
  const auto origin = std::find_if(saved.origins.begin(), saved.origins.end(),
                                   [&](const OriginState& each) { return each.topic == path_; });
  if (origin == saved.origins.end() || origin->next <= 0 || id_.empty()) {
    return;
  }
  if (const std::string why = other_than(*origin); !why.empty()) {
    log::warn("the file is read from its beginning",
              {{"path", path_}, {"saved_position", std::to_string(origin->next)}, {"reason", why}});
    return;
  }
  cut_ = origin->id != id_;
  if (::lseek(fd_, origin->next, SEEK_SET) < 0) {
    throw Error::usage(fmt::format("--from: cannot read {}: {}", path_, reason(errno)));
  }
  position_.store(origin->next);
}

std::string FileSource::other_than(const OriginState& saved) const {
  if (saved.id != id_ && saved.id != id_ + kCut) {
    return "it is another file than the one that was read";
  }
  const std::int64_t end = file_end();
  if (end < saved.next) {
    return fmt::format("it is shorter than what was read of it: {} bytes", end);
  }
  char last = 0;
  const bool at_line = ::pread(fd_, &last, 1, saved.next - 1) == 1 && last == '\n';
  if (at_line || saved.id != id_) {
    return {};
  }
  return "no line ends where reading had got to";
}

bool FileSource::read(PayloadBatch& batch, const std::stop_token& stop) {
  while (batch.empty() && !stop.stop_requested()) {
    deliver(batch);
    if (batch.full()) {
      break;
    }
    if (ended_) {
      deliver_rest(batch);
      return !batch.empty();
    }
    if (!more()) {
      break;
    }
  }
  return true;
}

/// Fills the chunk, whose content is used up. False when nothing has come for a while.
bool FileSource::more() {
  pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
  if (!regular_ && ::poll(&waiting, 1, kWaitMs) <= 0) {
    return false;
  }
  const ssize_t got = ::read(fd_, chunk_.get(), kChunk);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
    return false;
  }
  if (got < 0) {
    error_.store(errno);
    log::error("reading fails", {{"path", path_}, {"reason", reason(errno)}});
  }
  begin_ = 0;
  end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  ended_ = got <= 0;
  return true;
}

/// Delivers the chunk's whole lines until the batch is full, and keeps the beginning of the next.
void FileSource::deliver(PayloadBatch& batch) {
  while (begin_ < end_ && !batch.full()) {
    const char* const from = chunk_.get() + begin_;
    const void* const found = std::memchr(from, '\n', end_ - begin_);
    if (found == nullptr) {
      take_partial();
      return;
    }
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - from);
    if (held_ == 0) {
      deliver_line({from, size}, size + 1, batch);
    } else {
      skipping_ = skipping_ || partial_.size() + size > kMaxLine + 1;
      if (!skipping_) {
        partial_.append(from, size);
      }
      deliver_line(partial_, static_cast<std::size_t>(held_) + size + 1, batch);
    }
    begin_ += size + 1;
  }
}

/// The last line, if no newline ends it. Not after an error, when more of it was to come.
void FileSource::deliver_rest(PayloadBatch& batch) {
  if (held_ != 0 && error_.load() == 0) {
    deliver_line(partial_, static_cast<std::size_t>(held_), batch);
    cut_ = !id_.empty();
  }
}

void FileSource::deliver_line(std::string_view line, std::size_t bytes, PayloadBatch& batch) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const std::int64_t begin = position_.load(std::memory_order_relaxed);
  if (skipping_ || line.size() > kMaxLine) {
    batch.add_too_long(0, begin);
  } else if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
    batch.add(line, 0, begin);
  }
  position_.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  partial_.clear();
  held_ = 0;
  skipping_ = false;
  cut_ = false;
}

void FileSource::take_partial() {
  const std::size_t size = end_ - begin_;
  held_ += size;
  // One more than allowed: the last may be the \r of a CRLF whose \n is still to come.
  skipping_ = skipping_ || held_ > kMaxLine + 1;
  if (skipping_) {
    std::string().swap(partial_);
  } else {
    partial_.append(chunk_.get() + begin_, size);
  }
  begin_ = end_;
}

SourceState FileSource::state() const {
  return {{{path_, "0", cut_ ? id_ + kCut : id_, position_.load(std::memory_order_relaxed),
            file_end(), 0}},
          {},
          {}};
}

void FileSource::committed(const SourceState& /*state*/) {}

std::int64_t FileSource::file_end() const {
  struct stat info{};
  return regular_ && ::fstat(fd_, &info) == 0 ? static_cast<std::int64_t>(info.st_size) : -1;
}

SourceStatus FileSource::status() const {
  SourceStatus status;
  status.started = true;
  const int error = error_.load();
  status.healthy = error == 0;
  if (error != 0) {
    status.trouble = fmt::format("--from: reading {} fails: {}", path_, reason(error));
  }
  status.origins.push_back({path_, "0", position_.load(std::memory_order_relaxed), file_end()});
  return status;
}

}  // namespace weir
