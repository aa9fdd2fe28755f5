#include "weir/io/spool_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/io/unnamed_file.hpp"

namespace weir {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;
constexpr std::uint32_t kNoKey = 0xffff'ffff;

/// In front of each record; the file never leaves this machine and process.
struct Lengths {
  std::uint32_t key;
  std::uint32_t value;
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

SpoolFile::SpoolFile(std::string folder)
    : folder_(folder.empty() ? "." : std::move(folder)),
      fd_(open_unnamed_file(folder_)),
      tail_(std::make_unique_for_overwrite<char[]>(kBuffer)) {
  if (!fd_) {
    throw Error::usage(
        fmt::format("{}: cannot make a temporary file in this folder: {}; rows wait there until "
                    "their window is whole, so make it writable for weir's user",
                    folder_, reason(errno)));
  }
}

void SpoolFile::append(std::optional<std::string_view> key, std::string_view value) {
  const std::size_t key_bytes = key ? key->size() : 0;
  if (key_bytes > kMaxText || value.size() > kMaxText) {
    throw std::length_error("a key or value of 4 GiB");
  }
  const Lengths lengths{.key = key ? static_cast<std::uint32_t>(key_bytes) : kNoKey,
                        .value = static_cast<std::uint32_t>(value.size())};
  put({reinterpret_cast<const char*>(&lengths), sizeof lengths});
  put(key.value_or(std::string_view()));
  put(value);
  ++records_;
  payload_bytes_ += key_bytes + value.size();
}

void SpoolFile::put(std::string_view bytes) {
  if (bytes.size() > kBuffer - filled_) {
    flush();
    if (bytes.size() > kBuffer) {
      write(bytes);
      return;
    }
  }
  std::copy(bytes.begin(), bytes.end(), tail_.get() + filled_);
  filled_ += bytes.size();
}

void SpoolFile::flush() {
  write({tail_.get(), filled_});
  filled_ = 0;
}

void SpoolFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(written_));
    if (count < 0 && errno != EINTR) {
      throw Error(
          fmt::format("{}: cannot write a temporary file in this folder: {}, after {:.1f} MB of "
                      "it; rows wait there until their window is whole, so make room for them",
                      folder_, reason(errno), static_cast<double>(written_) / 1e6));
    }
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      written_ += static_cast<std::uint64_t>(count);
    }
  }
}

bool SpoolFile::next(SpoolRecord& record) {
  if (filled_ > 0) {
    flush();
  }
  if (returned_ == records_) {
    return false;
  }
  Lengths lengths{};
  std::memcpy(&lengths, take(sizeof lengths).data(), sizeof lengths);
  const bool keyed = lengths.key != kNoKey;
  const std::size_t key_bytes = keyed ? lengths.key : 0;
  const std::string_view both = take(key_bytes + lengths.value);
  record.key = keyed ? std::optional(both.substr(0, key_bytes)) : std::nullopt;
  record.value = both.substr(key_bytes);
  ++returned_;
  return true;
}

/// The next bytes of the file, good until the next call.
std::string_view SpoolFile::take(std::size_t bytes) {
  if (window_.size() - used_ < bytes) {
    window_.erase(0, used_);
    used_ = 0;
    std::size_t have = window_.size();
    window_.resize(std::max(kBuffer, bytes));
    while (have < bytes) {
      const ssize_t count = ::pread(fd_.get(), window_.data() + have, window_.size() - have,
                                    static_cast<off_t>(read_));
      if (count == 0 || (count < 0 && errno != EINTR)) {
        throw Error(fmt::format("{}: cannot read the temporary file in this folder: {}", folder_,
                                count == 0 ? "it was cut" : reason(errno)));
      }
      if (count > 0) {
        have += static_cast<std::size_t>(count);
        read_ += static_cast<std::uint64_t>(count);
      }
    }
    window_.resize(have);
  }
  const std::string_view taken(window_.data() + used_, bytes);
  used_ += bytes;
  return taken;
}

void SpoolFile::rewind() {
  window_.clear();
  used_ = 0;
  read_ = 0;
  returned_ = 0;
}

void SpoolFile::clear() {
  rewind();
  // Where that fails the room is given back later; what is there is overwritten all the same.
  static_cast<void>(::ftruncate(fd_.get(), 0) == 0);
  records_ = 0;
  payload_bytes_ = 0;
  written_ = 0;
  filled_ = 0;
}

}  // namespace weir
