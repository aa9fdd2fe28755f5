#include "weir/io/sequential_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace weir {
namespace {

/// Pieces of up to 1 MiB that begin anywhere then move a quarter of it on average. Larger windows
/// do not fit into the processor's cache.
constexpr std::size_t kWindow = std::size_t{2} << 20;

/// What the disk is asked for in advance, so that it works while what it has given is looked at.
/// The kernel by itself asks for a quarter of a MiB, for which a disk behind a network is too far
/// away.
constexpr std::uint64_t kAhead = std::uint64_t{16} << 20;

}  // namespace

std::string SequentialFile::open(const std::string& path) {
  *this = SequentialFile();
  // O_NONBLOCK: opening a pipe nobody writes to would block for ever.
  fd_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!fd_ || ::fstat(fd_.get(), &status) != 0) {
    return std::generic_category().message(errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return "it is not a regular file";
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return {};
}

std::string_view SequentialFile::peek(std::size_t bytes) {
  if (end_ - begin_ < bytes && error_.empty()) {
    const std::uint64_t left = size_ - std::min(size_, offset());
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, left));
    reserve(wanted);
    read_ahead();
    while (end_ < wanted) {
      const std::size_t room = static_cast<std::size_t>(
          std::min<std::uint64_t>(capacity_ - end_, size_ - std::min(size_, read_)));
      const ssize_t got = ::pread(fd_.get(), window_.get() + end_, room, static_cast<off_t>(read_));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        error_ = got == 0 ? "it became shorter while it was read"
                          : std::generic_category().message(errno);
        break;
      }
      end_ += static_cast<std::size_t>(got);
      read_ += static_cast<std::uint64_t>(got);
    }
  }
  return {window_.get() + begin_, std::min(bytes, end_ - begin_)};
}

/// Not at the first look at a file: of many nobody wants more than that.
void SequentialFile::read_ahead() {
  if (read_ != 0 && read_ + kAhead / 2 >= asked_ && asked_ < size_) {
    const std::uint64_t begin = std::max(asked_, read_);
    asked_ = begin + kAhead;
    ::posix_fadvise(fd_.get(), static_cast<off_t>(begin), static_cast<off_t>(kAhead),
                    POSIX_FADV_WILLNEED);
  }
}

/// Moves what is left in the window to its front and makes room for so many bytes in all.
void SequentialFile::reserve(std::size_t bytes) {
  const std::size_t held = end_ - begin_;
  if (capacity_ < std::max(bytes, kWindow)) {
    const std::size_t capacity = std::max(bytes, kWindow);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (held > 0) {
      std::memcpy(larger.get(), window_.get() + begin_, held);
    }
    window_ = std::move(larger);
    capacity_ = capacity;
  } else if (held > 0) {
    std::memmove(window_.get(), window_.get() + begin_, held);
  }
  begin_ = 0;
  end_ = held;
}

void SequentialFile::skip(std::size_t bytes) {
  begin_ += std::min(bytes, end_ - begin_);
}

void SequentialFile::seek(std::uint64_t offset) {
  begin_ = end_ = 0;
  read_ = asked_ = offset;
  error_.clear();
}

}  // namespace weir
