#include "weir/io/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace weir {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

ServiceManager::ServiceManager() : address_(variable("NOTIFY_SOCKET")) {
  const bool understood = address_.starts_with('/') || address_.starts_with('@');
  if (!understood || address_.size() >= sizeof(sockaddr_un::sun_path)) {
    address_.clear();
    return;
  }
  if (address_.front() == '@') {
    address_.front() = '\0';
  }
  socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto timeout = number(variable("WATCHDOG_USEC"));
  const auto watched = variable("WATCHDOG_PID");
  if (timeout.value_or(0) > 0 && (watched.empty() || number(watched) == ::getpid())) {
    watchdog_timeout_ = std::chrono::microseconds(*timeout);
  }
}

void ServiceManager::status(std::string_view text) const {
  // A newline would begin another assignment.
  std::string line = "STATUS=" + std::string(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  send(line);
}

void ServiceManager::send(std::string_view message) const {
  if (!socket_) {
    return;
  }
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  // The length tells an abstract name from a path: a NUL behind it would be part of the name.
  const auto length = offsetof(sockaddr_un, sun_path) + address_.size();
  ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(length));
}

}  // namespace weir
