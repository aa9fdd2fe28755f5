#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "weir/io/http.hpp"
#include "weir/web/backend.hpp"

namespace weir {

/// Answers scrapes on a thread of its own, because making one may wait for a commit and take a
/// while.
///
/// Requests that wait together share one body, and so do those that come while a young one is
/// still being read. A body lives as long as its slowest reader, so there are never more than a
/// few: when one more is made, the readers of the oldest are cut off and its memory is freed.
class ScrapeWorker {
 public:
  static constexpr std::size_t kMaxWaiting = 256;  ///< requests; beyond it 503
  static constexpr std::size_t kMaxBodies = 8;     ///< that readers hold at one time
  /// With `kMaxBodies` it gives every reader several seconds, however many clients there are.
  static constexpr std::chrono::milliseconds kShareFor{1000};

  explicit ScrapeWorker(WebBackend& backend, std::chrono::milliseconds share_for = kShareFor);
  ~ScrapeWorker();
  ScrapeWorker(const ScrapeWorker&) = delete;
  ScrapeWorker& operator=(const ScrapeWorker&) = delete;

  /// Any thread; does not block.
  void answer(const HttpRequest& request, const Reply& reply);
  /// How long the last scrape took to prepare, in seconds. Any thread.
  [[nodiscard]] double last_duration() const { return last_duration_.load(); }
  /// Waits for the scrape that is being made, and answers 503 to all that wait or still come.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  using Content = std::shared_ptr<const ScrapeBody>;

  struct Kind {
    bool openmetrics = false;
    bool gzip = false;
    bool operator==(const Kind&) const = default;
  };
  struct Waiting {
    Kind kind;
    Reply reply;
  };
  /// One client's way through a body. Read by the server's thread, cut by ours.
  struct Stream {
    std::mutex mutex;
    Content content;
    ScrapeBody::Reader read;  ///< empty once it is cut
  };
  /// A body on its way to clients.
  struct Body {
    Kind kind;
    Clock::time_point made;
    std::weak_ptr<const ScrapeBody> content;
    std::vector<std::weak_ptr<Stream>> streams;
  };

  void work(const std::stop_token& stop);
  void serve(const std::vector<Waiting>& requests);
  static void refuse(const std::vector<Waiting>& requests, int status, const std::string& text);
  [[nodiscard]] Content young(Kind kind) const;
  [[nodiscard]] HttpResponse response_of(Kind kind, const Content& content);
  Body& tracked(Kind kind, const Content& content);

  WebBackend& backend_;
  const std::chrono::milliseconds share_for_;
  std::atomic<double> last_duration_{0};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Waiting> waiting_;
  bool stopped_ = false;
  std::deque<Body> bodies_;  ///< of the worker's thread alone, the oldest first
  std::jthread thread_;      ///< last: it uses all of the above
};

}  // namespace weir
