#include "weir/base/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "weir/base/error.hpp"

namespace weir {
namespace {

/// Not waiting for the reader of a pipe, which may never come.
int open_to_append(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                0644);
}

}  // namespace

LogFile::LogFile(std::string path, std::string_view flag) : path_(std::move(path)) {
  fd_ = open_to_append(path_);
  if (fd_ < 0) {
    throw Error::usage(fmt::format(
        "{}: cannot open {}: {}; make its folder, and give weir's user the right to write there",
        flag, path_, std::generic_category().message(errno)));
  }
}

LogFile::~LogFile() {
  ::close(fd_);
}

void LogFile::write(std::string_view line) {
  std::string bytes(line);
  bytes += '\n';
  const std::lock_guard lock(mutex_);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

std::string LogFile::reopen() {
  const int fd = open_to_append(path_);
  if (fd < 0) {
    return std::generic_category().message(errno);
  }
  const std::lock_guard lock(mutex_);
  ::close(fd_);
  fd_ = fd;
  return {};
}

}  // namespace weir
