#include "weir/io/http_connections.hpp"

#include <sys/socket.h>

#include <utility>

namespace weir {

bool PendingReply::offer(HttpResponse response) {
  const std::lock_guard lock(mutex_);
  if (answered_) {
    return false;
  }
  answered_ = true;
  response_ = std::move(response);
  if (resume_) {
    // Under the lock: once the server has made its own offer while stopping, nobody is still in
    // here.
    std::exchange(resume_, nullptr)();
  }
  return true;
}

bool PendingReply::park(const std::function<void()>& suspend, std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  if (answered_) {
    return false;
  }
  suspend();
  resume_ = std::move(resume);
  return true;
}

std::optional<HttpResponse> PendingReply::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(response_, std::nullopt);
}

HttpConnections::Connection* HttpConnections::opened(int fd) {
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  counters_.open.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  Connection& connection = connections_.emplace_back();
  connection.fd = fd;
  connection.deadline = Clock::now() + deadlines_.request;
  connection.self = std::prev(connections_.end());
  if (connections_.size() - cut_ > limit_) {
    make_room(connection);
  }
  return &connection;
}

void HttpConnections::make_room(const Connection& newest) {
  // Whoever has been slow for longest: first those that owe a request, then those that keep a
  // connection for later, and only then those that take long over a response.
  const auto rank = [](const Connection& connection) {
    const int phase = connection.phase == Phase::reading ? 0
                      : connection.phase == Phase::idle  ? 1
                                                         : 2;
    return std::pair(phase, connection.deadline);
  };
  Connection* victim = nullptr;
  for (Connection& connection : connections_) {
    const bool possible =
        !connection.cut && &connection != &newest && connection.phase != Phase::waiting;
    if (possible && (victim == nullptr || rank(connection) < rank(*victim))) {
      victim = &connection;
    }
  }
  if (victim != nullptr) {
    counters_.evicted.fetch_add(1, std::memory_order_relaxed);
    cut(*victim);
  }
}

void HttpConnections::closed(Connection* connection) {
  counters_.open.fetch_sub(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  cut_ -= connection->cut ? 1 : 0;
  connections_.erase(connection->self);
}

void HttpConnections::reading(Connection& connection) {
  enter(connection, Phase::reading, deadlines_.request);
}
void HttpConnections::writing(Connection& connection) {
  enter(connection, Phase::writing, deadlines_.body);
}
void HttpConnections::idle(Connection& connection) {
  enter(connection, Phase::idle, deadlines_.idle);
}

void HttpConnections::waiting(Connection& connection, std::shared_ptr<PendingReply> reply) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      connection.phase = Phase::waiting;
      connection.deadline = Clock::now() + deadlines_.answer;
      connection.reply = std::move(reply);
      return;
    }
  }
  reply->offer(HttpResponse::text(503, "stopping\n"));
}

void HttpConnections::enter(Connection& connection, Phase phase, std::chrono::milliseconds time) {
  std::shared_ptr<PendingReply> dropped;  // let go outside the lock
  const std::lock_guard lock(mutex_);
  connection.phase = phase;
  connection.deadline = Clock::now() + time;
  dropped.swap(connection.reply);
}

void HttpConnections::cut(Connection& connection) {
  // Reset instead of a clean end: what the kernel still holds for the client is freed at once.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::shutdown(connection.fd, SHUT_RDWR);
  connection.cut = true;
  ++cut_;
}

void HttpConnections::reap(Clock::time_point now) {
  std::vector<std::shared_ptr<PendingReply>> late;
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_) {
      if (connection.cut || now < connection.deadline) {
        continue;
      }
      if (connection.phase == Phase::waiting) {
        // A suspended connection's socket is not watched, so it is answered instead of cut.
        if (connection.reply) {
          late.push_back(std::exchange(connection.reply, nullptr));
        }
        continue;
      }
      if (connection.phase != Phase::idle) {
        counters_.timed_out.fetch_add(1, std::memory_order_relaxed);
      }
      cut(connection);
    }
  }
  for (const auto& reply : late) {
    if (reply->offer(HttpResponse::text(503, "no answer in time\n"))) {
      counters_.timed_out.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

void HttpConnections::stop() {
  std::vector<std::shared_ptr<PendingReply>> waiting;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Connection& connection : connections_) {
      if (connection.reply) {
        waiting.push_back(connection.reply);
      }
    }
  }
  for (const auto& reply : waiting) {
    reply->offer(HttpResponse::text(503, "stopping\n"));
  }
}

}  // namespace weir
