#include "weir/state/commit_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/io/append_file.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".tmp";

std::string_view prefix_of(FileKind kind) {
  return kind == FileKind::log ? "log-" : "snapshot-";
}

std::optional<CommitFile> parse(std::string_view name) {
  for (const FileKind kind : {FileKind::log, FileKind::snapshot}) {
    const std::string_view prefix = prefix_of(kind);
    if (!name.starts_with(prefix)) {
      continue;
    }
    const std::string_view digits = name.substr(prefix.size());
    CommitFile file{.kind = kind, .generation = 0, .path = {}};
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), file.generation);
    // One name for each number, and room for the next ones.
    if (error == std::errc() && end == digits.data() + digits.size() && file.generation > 0 &&
        digits.front() != '0' && digits.size() <= 18) {
      return file;
    }
  }
  return std::nullopt;
}

/// "20261121T230501", in UTC.
std::string time_word() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// A name beside `path` that is free.
std::string name_aside(const std::string& path, const std::string& why) {
  const std::string wanted = fmt::format("{}.{}-{}", path, why, time_word());
  std::string name = wanted;
  std::error_code error;
  for (int i = 2; fs::exists(fs::symlink_status(name, error)); ++i) {
    name = fmt::format("{}-{}", wanted, i);
  }
  return name;
}

Error unusable(const std::string& folder, const std::string& what, int error) {
  return Error::usage(
      fmt::format("--state-dir {}: {}: {}; give weir's user a folder that it may read and write, "
                  "or --state-dir none to keep nothing",
                  folder, what, std::generic_category().message(error)));
}

}  // namespace

CommitFiles::CommitFiles(std::string folder) : folder_(std::move(folder)) {
  while (folder_.size() > 1 && folder_.ends_with('/')) {
    folder_.pop_back();
  }
  if (const int error = make_folders(folder_); error != 0) {
    throw unusable(folder_, "cannot make this folder", error);
  }
  if (::faccessat(AT_FDCWD, folder_.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    throw unusable(folder_, "cannot write in this folder", errno);
  }
}

std::string CommitFiles::path(FileKind kind, std::uint64_t generation) const {
  return fmt::format("{}/{}{}", folder_, prefix_of(kind), generation);
}

std::vector<CommitFile> CommitFiles::list() const {
  std::vector<CommitFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (auto file = parse(entry->path().filename().string())) {
      file->path = path(file->kind, file->generation);
      files.push_back(*std::move(file));
    }
  }
  if (error) {
    throw unusable(folder_, "cannot read this folder", error.value());
  }
  std::sort(files.begin(), files.end(), [](const CommitFile& a, const CommitFile& b) {
    return std::tie(a.generation, a.kind) < std::tie(b.generation, b.kind);
  });
  return files;
}

void CommitFiles::remove_temporaries() const {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(kTemporary) &&
        parse(std::string_view(name).substr(0, name.size() - kTemporary.size()))) {
      found.push_back(entry->path().string());
    }
  }
  for (const std::string& path : found) {
    fs::remove(path, error);
    if (error) {
      throw unusable(folder_, fmt::format("cannot remove the unfinished file {}", path),
                     error.value());
    }
  }
}

void CommitFiles::remove_before(std::uint64_t generation) const {
  for (const CommitFile& file : list()) {
    if (file.generation < generation) {
      static_cast<void>(::unlink(file.path.c_str()) == 0);
    }
  }
}

std::string CommitFiles::set_aside(const std::string& path, const std::string& why) {
  std::string aside = name_aside(path, why);
  return ::rename(path.c_str(), aside.c_str()) == 0 ? aside : std::string();
}

std::string CommitFiles::copy_and_cut(const std::string& path, const std::string& why,
                                      std::uint64_t bytes) {
  std::string aside = name_aside(path, why);
  std::error_code error;
  fs::copy_file(path, aside, error);
  const std::string folder = fs::path(path).parent_path().string();
  if (error || sync_file(aside) != 0 || sync_folder(folder) != 0) {
    fs::remove(aside, error);
    return {};
  }
  // Where this fails the file keeps what nobody will read: the next log begins before it.
  static_cast<void>(cut(path, bytes) == 0);
  return aside;
}

int CommitFiles::cut(const std::string& path, std::uint64_t bytes) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0 || ::fsync(fd.get()) != 0) {
    return errno;
  }
  return 0;
}

}  // namespace weir
