#include "weir/io/spill_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/io/unnamed_file.hpp"

namespace weir {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

SpillFile::SpillFile(std::string folder)
    : folder_(folder.empty() ? "." : std::move(folder)), fd_(open_unnamed_file(folder_)) {
  if (!fd_) {
    throw Error::usage(
        fmt::format("{}: cannot make a temporary file in this folder: {}; what does not fit into "
                    "memory goes there, so make it writable for weir's user, or allow more memory",
                    folder_, reason(errno)));
  }
}

std::uint64_t SpillFile::append(std::span<const char> bytes) {
  const std::uint64_t begin = end_.fetch_add(bytes.size(), std::memory_order_relaxed);
  std::uint64_t at = begin;
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno != EINTR) {
      throw Error(fmt::format(
          "{}: cannot write a temporary file in this folder: {}, after {:.1f} MB of it; what does "
          "not fit into memory goes there, so make room, or allow more memory",
          folder_, reason(errno), static_cast<double>(begin) / 1e6));
    }
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      at += static_cast<std::uint64_t>(count);
    }
  }
  return begin;
}

void SpillFile::read(std::uint64_t offset, std::span<char> into) {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      throw Error(fmt::format("{}: cannot read the temporary file in this folder: {}", folder_,
                              count == 0 ? "it was cut" : reason(errno)));
    }
    if (count > 0) {
      into = into.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }
}

void SpillFile::release(std::uint64_t offset, std::uint64_t size) {
  // Where that fails the room is given back when the file is closed.
  static_cast<void>(::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                static_cast<off_t>(offset), static_cast<off_t>(size)) == 0);
}

}  // namespace weir
