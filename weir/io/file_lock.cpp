#include "weir/io/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "weir/base/error.hpp"

namespace weir {
namespace {

Error trouble(const std::string& path, const std::string& what, int error) {
  const std::string text =
      fmt::format("{}: {}: {}", path, what, std::generic_category().message(error));
  switch (error) {
    case EROFS:
    case EACCES:
    case EPERM:
      return Error::usage(text +
                          "; this file is the lock that lets one weir at a time work there: give "
                          "weir's user the right to write it, or a path in another folder");
    case ENOENT:
    case ENOTDIR:
      return Error::usage(text + "; make this folder, or give a path in another one");
    case ENOLCK:
    case EOPNOTSUPP:
      return Error(text + "; keep the file on a local disk");
    default:
      return Error(text);
  }
}

void write_pid(int fd) {
  // For messages only: a disk that is full must not keep weir from its work.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) == 0) {
    static_cast<void>(::pwrite(fd, pid.data(), pid.size(), 0) > 0);
  }
}

}  // namespace

std::optional<FileLock> FileLock::try_take(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  if (!fd) {
    throw trouble(path, "cannot open it", errno);
  }
  int status = 0;
  do {
    status = ::flock(fd.get(), LOCK_EX | LOCK_NB);
  } while (status != 0 && errno == EINTR);
  if (status != 0) {
    if (errno == EWOULDBLOCK) {
      return std::nullopt;
    }
    throw trouble(path, "cannot lock it", errno);
  }
  write_pid(fd.get());
  return FileLock(std::move(fd));
}

std::string FileLock::holder(const std::string& path) {
  const FileContent content = read_file(path, 64);
  std::string_view pid = content.bytes;
  if (pid.ends_with('\n')) {
    pid.remove_suffix(1);
  }
  const bool number = pid.find_first_not_of("0123456789") == std::string_view::npos;
  return pid.empty() || !number ? "another process" : fmt::format("process {}", pid);
}

}  // namespace weir
