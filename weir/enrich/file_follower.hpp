#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/enrich/lookup_file.hpp"
#include "weir/io/file.hpp"

namespace weir {

/// A file to follow.
struct FollowedFile {
  std::string_view kind;  ///< for lines of the log and metrics; static storage
  std::string path;
  std::size_t max_bytes = std::size_t{256} << 20U;
  /// Understands the content and keeps what it says, whole, or throws and keeps what was there.
  /// Returns how many entries it has.
  std::function<std::uint64_t(std::string content)> take;
  bool told_by_taker = false;  ///< `take` writes the line of the log that tells of it
};

/// Reads files and reads them again when they change: the one way in which what the user keeps in
/// files gets in while the program runs. A file that cannot be used changes nothing and is told of
/// once. One that cannot be read is tried again at every look; one that was read but makes no
/// sense, when it changes. Thread-safe.
class FileFollower {
 public:
  /// Reads all files, then calls `changed`; later calls it whenever some were read anew. Throws a
  /// usage Error that names the file. With `check` 0 there is no thread, and only `refresh` looks.
  FileFollower(std::vector<FollowedFile> files, std::chrono::milliseconds check,
               std::function<void()> changed);
  ~FileFollower() = default;
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

  /// Looks now, and reads what has changed before it returns. Empty, or what is wrong with the
  /// first file that cannot be used.
  std::string refresh();

  [[nodiscard]] std::vector<LookupFile> files() const;

 private:
  struct Followed {
    FollowedFile file;
    std::optional<FileStamp> stamp{};
    bool was_read = false;  ///< and handed to `take`, which may have thrown
    LookupFile status{};
  };

  [[nodiscard]] std::string read(Followed& followed);
  [[nodiscard]] bool look(Followed& followed);
  void look_at_all();
  void follow(const std::stop_token& stop);

  std::chrono::milliseconds check_;
  std::function<void()> changed_;
  std::mutex looking_;  ///< held by whoever looks; guards `followed_`
  std::vector<Followed> followed_;
  Guarded<std::vector<LookupFile>> statuses_;
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace weir
