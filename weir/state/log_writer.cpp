#include "weir/state/log_writer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <utility>

#include "weir/base/version.hpp"
#include "weir/state/commit_files.hpp"

namespace weir {
namespace {

std::string trouble(const std::string& path, int error) {
  return fmt::format("{}: cannot write it: {}", path, write_failure(error));
}

std::string_view view(const FrameBytes& bytes) {
  return {bytes.data(), bytes.size()};
}

/// That of no file where there is none; nothing where it cannot be told.
std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? std::optional(FileIdentity()) : std::nullopt;
  }
  return FileIdentity{.device = status.st_dev, .inode = status.st_ino};
}

}  // namespace

Salt new_salt() {
  std::random_device random;
  return {.header = random(), .payload = random()};
}

std::string LogWriter::begin(const std::string& path, CommitFileHeader header,
                             std::string_view commit) {
  end();
  removed_ = false;
  header.salt = new_salt();
  header.writer = version();
  const std::string head = header.encode(FileKind::log);
  const auto [payload, unpacked] = packer_.pack_if_worthwhile(commit);
  const FrameBytes frame =
      encode_frame(header.salt, FrameKind::commit, header.base + 1, payload, unpacked);
  const std::string beside = CommitFiles::temporary(path);
  AppendFile file;
  int error = file.create(beside);
  if (error == 0) {
    error = file.write({head, view(frame), payload});
  }
  if (error == 0) {
    error = file.sync();
  }
  if (error == 0 && std::rename(beside.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlink(beside.c_str());  // gives its room back, if it is that
    return trouble(path, error);
  }
  // From the rename on the commit may be found after a crash. As long as nobody was told of it, the
  // next try, with the same number, takes the place of this one.
  error = sync_folder(std::filesystem::path(path).parent_path().string());
  if (error != 0) {
    return trouble(path, error);
  }
  file_ = std::move(file);
  path_ = path;
  salt_ = header.salt;
  identity_ = identity_of(path).value_or(FileIdentity());
  return {};
}

std::string LogWriter::append(std::uint64_t number, std::string_view commit) {
  const auto [payload, unpacked] = packer_.pack_if_worthwhile(commit);
  const FrameBytes frame = encode_frame(salt_, FrameKind::commit, number, payload, unpacked);
  int error = file_.write({view(frame), payload});
  if (error == 0) {
    error = file_.sync();
  }
  if (error != 0) {
    return trouble(path_, error);
  }
  // A file that has no name any more takes bytes and confirms them as before.
  if (!is_in_place()) {
    removed_ = true;
    end();
    return fmt::format(
        "{}: somebody has removed it or put another file in its place, while weir is running",
        path_);
  }
  return {};
}

bool LogWriter::is_in_place() const {
  const auto found = identity_of(path_);
  return !found || (*found == identity_ && identity_ != FileIdentity());
}

}  // namespace weir
