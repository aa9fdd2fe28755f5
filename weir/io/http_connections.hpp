#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "weir/io/http.hpp"

namespace weir {

/// How long a client, or whoever answers it, may take.
struct HttpDeadlines {
  std::chrono::milliseconds request = std::chrono::seconds(10);  ///< to send a request whole
  std::chrono::milliseconds answer =
      std::chrono::seconds(30);                               ///< to wait for Reply::send, then 503
  std::chrono::milliseconds body = std::chrono::seconds(60);  ///< to take the response whole
  /// Between two requests. More than a minute, the usual scrape interval: otherwise each scrape
  /// would meet a connection that is just being closed.
  std::chrono::milliseconds idle = std::chrono::seconds(75);
};

/// What the server counts of its wire. All only grow, except `open`.
struct HttpCounters {
  std::atomic<std::uint64_t> open{0};      ///< connections now
  std::atomic<std::uint64_t> accepted{0};  ///< connections
  std::atomic<std::uint64_t> requests{0};  ///< whose headers were whole
  std::atomic<std::uint64_t> timed_out{
      0};  ///< requests or responses cut, or answered 503, at a deadline
  std::atomic<std::uint64_t> evicted{0};  ///< connections closed because there were too many
};

/// The answer to one request on its way from any thread to the server's. All methods are
/// thread-safe.
class PendingReply {
 public:
  /// Takes `response` unless there is one already, and resumes a parked request. Whether it was
  /// taken.
  bool offer(HttpResponse response);

  /// Parks the request unless it is answered: calls `suspend`, and when an answer comes `resume`,
  /// once. False if it is answered already.
  bool park(const std::function<void()>& suspend, std::function<void()> resume);

  /// The answer, once.
  std::optional<HttpResponse> take();

 private:
  std::mutex mutex_;
  bool answered_ = false;
  std::optional<HttpResponse> response_;
  std::function<void()> resume_;
};

/// The server's open connections, what each is doing and until when: the library below knows only
/// idle time, which a client that sends a byte now and then never reaches. Thread-safe.
class HttpConnections {
 public:
  using Clock = std::chrono::steady_clock;

  /// At most `limit` connections; the counters must outlive this.
  HttpConnections(HttpDeadlines deadlines, std::size_t limit, HttpCounters& counters)
      : deadlines_(deadlines), limit_(limit), counters_(counters) {}

  struct Connection;
  /// A new connection; its request's deadline starts. Where there are too many, the slowest makes
  /// room, so that whoever holds many open, from whatever address, keeps out nobody who is quick.
  /// The pointer is valid until `closed`.
  Connection* opened(int fd);
  /// To be called before the descriptor is closed.
  void closed(Connection* connection);

  void reading(Connection& connection);  ///< a next request has begun
  void waiting(Connection& connection, std::shared_ptr<PendingReply> reply);
  void writing(Connection& connection);
  void idle(Connection& connection);

  /// Cuts what is past its deadline at `now`.
  void reap(Clock::time_point now);

  /// Answers 503 to all requests that wait for an answer, and to all that will.
  void stop();

 private:
  enum class Phase { reading, waiting, writing, idle };

 public:
  struct Connection {
    int fd = -1;
    Phase phase = Phase::reading;
    bool cut = false;
    Clock::time_point deadline;
    std::shared_ptr<PendingReply> reply;  ///< while waiting
    std::list<Connection>::iterator self;
  };

 private:
  void enter(Connection& connection, Phase phase, std::chrono::milliseconds time);
  void cut(Connection& connection);
  void make_room(const Connection& newest);

  const HttpDeadlines deadlines_;
  const std::size_t limit_;
  HttpCounters& counters_;
  std::mutex mutex_;
  std::list<Connection> connections_;  ///< oldest first
  std::size_t cut_ = 0;                ///< of them, cut but not closed yet
  bool stopping_ = false;
};

}  // namespace weir
