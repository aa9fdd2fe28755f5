#include "weir/io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace weir {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// Writes all of `bytes`; 0 or the errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Fd::release() {
  return std::exchange(fd_, -1);
}

void Fd::reset() {
  if (fd_ >= 0) {
    ::close(release());
  }
}

std::optional<FileStamp> file_stamp(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return FileStamp{
      .modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
      .size = static_cast<std::uint64_t>(status.st_size),
      .inode = status.st_ino};
}

FileContent read_file(const std::string& path, std::size_t max_bytes) {
  // O_NONBLOCK: opening a pipe nobody writes to would block for ever.
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return {.bytes = {}, .error = reason(errno)};
  }
  if (!S_ISREG(status.st_mode)) {
    return {.bytes = {}, .error = "it is not a regular file"};
  }
  std::string bytes;
  // One byte more than the size: the read that fills less than it asked for has seen the end.
  std::size_t room = static_cast<std::size_t>(status.st_size) + 1;
  while (true) {
    if (bytes.size() + room > max_bytes + 1) {
      room = max_bytes + 1 - bytes.size();
    }
    const std::size_t had = bytes.size();
    bytes.resize(had + room);
    const ssize_t got = ::read(fd.get(), bytes.data() + had, room);
    if (got < 0 && errno != EINTR) {
      return {.bytes = {}, .error = reason(errno)};
    }
    bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (bytes.size() > max_bytes) {
      return {.bytes = {}, .error = fmt::format("it is larger than {} bytes", max_bytes)};
    }
    if (got == 0) {
      return {.bytes = std::move(bytes), .error = {}};
    }
    room = 65536;  // also for files that grow while they are read and those of /proc, of size 0
  }
}

std::string write_file_atomically(const std::string& path, std::string_view bytes) {
  const std::string folder = folder_of(path);
  std::string beside = path + ".XXXXXX";
  const Fd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) {
    return reason(errno);
  }
  int error = write_all(fd.get(), bytes);
  if (error == 0 && ::fsync(fd.get()) != 0) {
    error = errno;
  }
  if (error == 0 && std::rename(beside.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlink(beside.c_str());
    return reason(error);
  }
  // The rename itself is durable only with the folder; some file systems refuse that fsync, and
  // then there is nothing more to do.
  const Fd folder_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_fd) {
    ::fsync(folder_fd.get());
  }
  return {};
}

}  // namespace weir
