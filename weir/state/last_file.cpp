#include "weir/state/last_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "weir/base/error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 4096;  // far beyond what it may hold, so that rubbish is shown
constexpr std::size_t kShown = 40;
constexpr int kMaxLinks = 40;  // as the kernel has it

/// The beginning of `bytes` for a message, with all but printable ASCII escaped.
std::string excerpt(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes.substr(0, kShown)) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '\n') {
      text += "\\n";
    } else if (value < 0x20 || value > 0x7e || byte == '"' || byte == '\\') {
      text += fmt::format("\\x{:02x}", value);
    } else {
      text += byte;
    }
  }
  return fmt::format("\"{}\"{}", text, bytes.size() > kShown ? " …" : "");
}

/// What a symbolic link, or a chain of them, points to, whether that exists or not.
std::string behind_links(fs::path path) {
  std::error_code error;
  for (int i = 0; i < kMaxLinks && fs::is_symlink(path, error); ++i) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  return path;
}

}  // namespace

std::optional<Window> LastFile::read() const {
  std::error_code error;
  if (fs::status(path_, error).type() == fs::file_type::not_found) {
    return std::nullopt;
  }
  const FileContent content = read_file(path_, kMaxBytes);
  if (!content.ok()) {
    throw Error::usage(
        fmt::format("--state {}: cannot read it: {}; give a file that weir may read and replace",
                    path_, content.error));
  }
  std::string_view name = content.bytes;
  if (name.ends_with('\n')) {
    name.remove_suffix(1);
  }
  const auto window = parse_window(name);
  if (!window) {
    throw Error::usage(fmt::format(
        "--state {}: it should hold the last finished window as YYYYmmddHHMM, but holds {}. Write "
        "the right name into it (printf 202601312355 > FILE), or remove it to begin with the "
        "newest window",
        path_, content.bytes.empty() ? "nothing" : excerpt(content.bytes)));
  }
  return window;
}

void LastFile::write(Window window) const {
  const std::string target = behind_links(path_);
  struct stat before{};
  const bool existed = ::stat(target.c_str(), &before) == 0;
  const std::string reason = write_file_atomically(target, window_name(window));
  if (!reason.empty()) {
    throw Error(
        fmt::format("--state {}: cannot write it: {}; make its folder writable (the new file is "
                    "made beside the old one), with room on its disk",
                    path_, reason));
  }
  // The new file is its owner's only. Whoever could read the old one can from here on; that this
  // fails, or a crash comes before it, costs weir itself nothing.
  if (existed && (before.st_uid != ::geteuid() || before.st_gid != ::getegid())) {
    static_cast<void>(::chown(target.c_str(), before.st_uid, before.st_gid) == 0);
  }
  const mode_t mode = existed ? before.st_mode & 07777 : 0644;
  static_cast<void>(::chmod(target.c_str(), mode) == 0);
}

}  // namespace weir
