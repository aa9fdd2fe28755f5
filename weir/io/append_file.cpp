#include "weir/io/append_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace weir {
namespace {

namespace fs = std::filesystem;

/// A file system that knows no fsync of this kind (of folders, mostly) leaves nothing to be done.
bool unsupported(int error) {
  return error == EINVAL || error == ENOTSUP || error == ENOSYS || error == ENOTTY;
}

int sync_path(const std::string& path, int flags) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (!fd) {
    return errno;
  }
  int status = 0;
  do {
    status = ::fsync(fd.get());
  } while (status != 0 && errno == EINTR);
  return status == 0 || unsupported(errno) ? 0 : errno;
}

/// Makes sure of a folder and of its name, and of the names of `levels` in all that are there.
int make_folder(const fs::path& path, int levels) {
  std::error_code unknown;
  const bool there = fs::is_directory(path, unknown);
  if (path == path.root_path() || (there && levels <= 0)) {
    return 0;
  }
  const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
  if (const int error = parent == "." ? 0 : make_folder(parent, levels - 1); error != 0) {
    return error;
  }
  if (!there && ::mkdir(path.c_str(), 0777) != 0) {
    return errno == EEXIST ? ENOTDIR : errno;
  }
  // A parent that may not be read cannot be waited for either; it is no folder of ours. Of a disk
  // that fails under a folder that is there its files will tell.
  return sync_folder(parent) == EIO && !there ? EIO : 0;
}

}  // namespace

int AppendFile::create(const std::string& path) {
  size_ = synced_ = begun_ = 0;
  failing_ = false;
  fd_ = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                  0600));
  return fd_ ? 0 : errno;
}

int AppendFile::write(std::initializer_list<std::string_view> parts) {
  assert(parts.size() <= kMaxParts);
  std::array<iovec, kMaxParts> pieces{};
  std::size_t count = 0;
  std::size_t left = 0;
  for (const std::string_view part : parts) {
    // pwritev only reads; its structure serves readv too and therefore lacks the const.
    pieces[count++] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
    left += part.size();
  }
  iovec* next = pieces.data();
  std::uint64_t end = size_;
  while (left > 0) {
    const auto pieces_left = static_cast<int>(pieces.data() + count - next);
    const ssize_t got = ::pwritev(fd_.get(), next, pieces_left, static_cast<off_t>(end));
    if (got <= 0) {
      const int error = got == 0 ? EIO : errno;
      if (error == EINTR) {
        continue;
      }
      failing_ = failing_ || error == EIO;
      cut_back(size_);
      return error;
    }
    end += static_cast<std::uint64_t>(got);
    left -= static_cast<std::size_t>(got);
    auto done = static_cast<std::size_t>(got);
    while (done > 0) {
      const std::size_t of_this = std::min(done, next->iov_len);
      next->iov_base = static_cast<char*>(next->iov_base) + of_this;
      next->iov_len -= of_this;
      done -= of_this;
      if (next->iov_len == 0) {
        ++next;
      }
    }
  }
  size_ = end;
  return 0;
}

int AppendFile::begin_writeback() {
  // An error that is met here is told here only: the fsync at the end would know nothing of it.
  const auto begun = static_cast<off_t>(begun_);
  const auto size = static_cast<off_t>(size_);
  if (::sync_file_range(fd_.get(), begun, size - begun, SYNC_FILE_RANGE_WRITE) != 0 ||
      (begun > 0 && ::sync_file_range(fd_.get(), 0, begun,
                                      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                          SYNC_FILE_RANGE_WAIT_AFTER) != 0)) {
    if (!unsupported(errno) && errno != ESPIPE && errno != EINTR) {
      failing_ = true;
      return errno;
    }
  }
  begun_ = size_;
  return 0;
}

int AppendFile::sync() {
  int status = 0;
  do {
    // The first time with all the file system knows of the file, which is new.
    status = synced_ == 0 ? ::fsync(fd_.get()) : ::fdatasync(fd_.get());
  } while (status != 0 && errno == EINTR);
  if (status == 0) {
    synced_ = size_;
    return 0;
  }
  const int error = errno;
  // Linux takes pages for clean that it could not write, so that another fsync of the same bytes
  // would succeed without them. That is why nothing but bytes written anew is ever synced again.
  failing_ = true;
  size_ = synced_;
  cut_back(synced_);
  return error;
}

/// As far as it goes: what is left behind is no whole record, or one that nobody was told of.
void AppendFile::cut_back(std::uint64_t size) {
  static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(size)) == 0);
}

int sync_folder(const std::string& folder) {
  return sync_path(folder, O_DIRECTORY);
}

int make_folders(const std::string& folder) {
  constexpr int kLevels = 2;
  const fs::path path = fs::path(folder).lexically_normal();
  return make_folder(path.has_filename() ? path : path.parent_path(), kLevels);
}

int sync_file(const std::string& path) {
  return sync_path(path, O_NONBLOCK);
}

std::string write_failure(int error) {
  std::string reason = std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
      return fmt::format("{}; make room there", reason);
    case EDQUOT:
      return fmt::format("{}; make room there or raise the quota of weir's user", reason);
    case EFBIG:
      return fmt::format(
          "{}; raise the limit of file size that weir was started with (ulimit -f, "
          "LimitFSIZE=)",
          reason);
    case EIO:
      return fmt::format("{}; the disk is failing, the kernel's log says more", reason);
    case EROFS:
      return fmt::format(
          "{}; it may have become so after an error of the disk, of which the "
          "kernel's log says more",
          reason);
    case EACCES:
    case EPERM:
      return fmt::format("{}; give weir's user the right to write there", reason);
    case ENOENT:
      return fmt::format("{}; the folder was removed, make it again", reason);
    default:
      return reason;
  }
}

}  // namespace weir
