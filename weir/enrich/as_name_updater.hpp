#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/enrich/as_names.hpp"
#include "weir/enrich/file_follower.hpp"
#include "weir/io/http_fetch.hpp"

namespace weir {

struct AsNameOptions {
  /// An http or https URL, a file (also as file:// URL), or "none": a list in the form of
  /// cidr-report's asn.txt or an ASN database (.mmdb).
  std::string source{kDefaultAsNames};
  /// Where fetched names are kept for the next start; "" for nowhere.
  std::optional<std::string> cache_folder{};                   ///< absent: default_cache_folder()
  std::chrono::milliseconds refresh = std::chrono::hours(24);  ///< between fetches that worked
  std::chrono::milliseconds retry_first = std::chrono::seconds(5);
  std::chrono::milliseconds retry_max = std::chrono::hours(1);
  std::chrono::milliseconds file_check = std::chrono::seconds(10);
  double jitter = 0.1;  ///< intervals vary by this part, so that not everybody fetches at once
  std::size_t max_bytes = std::size_t{64} << 20;
  /// Instead of http_fetch, for tests.
  std::function<HttpFetchResult(const std::string& url, const std::stop_token&)> fetch{};
};

/// $CACHE_DIRECTORY (systemd; the first of them), else $XDG_CACHE_HOME/weir, else
/// $HOME/.cache/weir, else "".
[[nodiscard]] std::string default_cache_folder();

/// Keeps AS names current in a thread of its own: fetches a URL daily with a cache on disk, or
/// follows a file. Whatever goes wrong later, the names known stay. Thread-safe.
class AsNameUpdater {
 public:
  /// Starts. Throws a usage Error, naming --as-names, for a source that is neither, and for a file
  /// that does not hold names; trouble with a URL is never an error.
  explicit AsNameUpdater(AsNameOptions options);
  ~AsNameUpdater() = default;
  AsNameUpdater(const AsNameUpdater&) = delete;
  AsNameUpdater& operator=(const AsNameUpdater&) = delete;

  /// Never null; empty before the first names.
  [[nodiscard]] std::shared_ptr<const AsNames> current() const;

  /// Names are looked up: the source is not "none".
  [[nodiscard]] bool has_source() const;

  /// How often the names have changed; 0 means there were none yet. Cheap to poll; `current` is at
  /// least as new as what this returned before.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

  /// Waits, at most `longest`, until there is something to start with: names, a first fetch that
  /// failed, or no source at all. False if the time ran out.
  [[nodiscard]] bool wait_first(std::chrono::milliseconds longest) const;

  /// When the names were fetched or read from their file, also by an earlier run; the epoch if
  /// never.
  [[nodiscard]] std::chrono::system_clock::time_point loaded_at() const;

  /// Fetches and readings that failed.
  [[nodiscard]] std::uint64_t failures() const;

  /// Fetches or reads again now.
  void refresh();

 private:
  void follow_url(const std::stop_token& stop);
  void follow_file();
  [[nodiscard]] bool fetch(const std::stop_token& stop);
  [[nodiscard]] std::string fetch_error(const std::stop_token& stop);
  [[nodiscard]] std::optional<std::chrono::milliseconds> read_cache();
  void write_cache(const std::string& text);
  void publish(AsNames names, std::chrono::system_clock::time_point at);
  void fail(const std::string& error);
  void first_done();
  void wait(const std::stop_token& stop, std::chrono::milliseconds time);
  std::chrono::milliseconds jittered(std::chrono::milliseconds time);

  AsNameOptions options_;
  std::string cache_file_;   ///< empty: none
  bool has_shrunk_ = false;  ///< the last list fetched was refused for being much shorter
  bool cache_warned_ = false;
  std::minstd_rand random_;
  log::Limited complaints_;

  Guarded<std::shared_ptr<const AsNames>> names_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::chrono::system_clock::time_point> loaded_at_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable_any wake_;
  bool first_done_ = false;
  bool refresh_wanted_ = false;

  // Last: their threads use all of the above.
  std::optional<FileFollower> follower_;  ///< of a file
  std::jthread thread_;                   ///< of a URL
};

}  // namespace weir
