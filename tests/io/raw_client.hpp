#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "weir/io/file.hpp"

namespace weir {

/// An HTTP client that speaks bytes, to a port of the loopback interface. Waits long for what must
/// come, so that only a fault ends in a timeout.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }

  bool send(std::string_view bytes) {
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  /// More bytes into `received`; false at the end of the connection (or after a minute).
  bool receive() {
    pollfd wait{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 60000) <= 0) {
      ADD_FAILURE() << "nothing came";
      return false;
    }
    std::string chunk(65536, '\0');
    const ssize_t got = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
    received.append(chunk, 0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
  }

  void receive_all() {
    while (receive()) {
    }
  }

  /// Takes the next response, headers and as much body as announced, off the connection.
  std::string response(bool with_body = true) {
    std::size_t end = 0;
    while ((end = received.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) {
        return std::exchange(received, "");
      }
    }
    std::size_t size = end + 4;
    const auto length = received.find("Content-Length: ");
    if (with_body && length < end) {
      size += std::stoul(received.substr(length + 16));
    }
    while (received.size() < size && receive()) {
    }
    const std::string whole = received.substr(0, size);
    received.erase(0, size);
    return whole;
  }

  std::string received;

 private:
  Fd fd_;
};

}  // namespace weir
