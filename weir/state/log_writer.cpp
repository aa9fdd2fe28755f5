#include "weir/state/log_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
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

}  // namespace

Salt new_salt() {
  std::random_device random;
  return {.header = random(), .payload = random()};
}

std::string LogWriter::begin(const std::string& path, CommitFileHeader header,
                             std::string_view commit) {
  end();
  header.salt = new_salt();
  header.writer = version();
  const std::string head = header.encode(FileKind::log);
  const FrameBytes frame = encode_frame(header.salt, FrameKind::commit, header.base + 1, commit);
  const std::string beside = CommitFiles::temporary(path);
  AppendFile file;
  int error = file.create(beside);
  if (error == 0) {
    error = file.write({head, view(frame), commit});
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
  return {};
}

std::string LogWriter::append(std::uint64_t number, std::string_view commit) {
  const FrameBytes frame = encode_frame(salt_, FrameKind::commit, number, commit);
  int error = file_.write({view(frame), commit});
  if (error == 0) {
    error = file_.sync();
  }
  return error == 0 ? std::string() : trouble(path_, error);
}

}  // namespace weir
