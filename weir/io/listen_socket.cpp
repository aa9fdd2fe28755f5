#include "weir/io/listen_socket.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <system_error>

#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr int kBacklog = 1024;

struct HostPort {
  std::string host;  ///< empty: all interfaces
  std::uint16_t port;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

[[noreturn]] void refuse(const std::string& flag, const std::string& address,
                         const std::string& reason) {
  throw Error::usage(
      fmt::format("{} {}: {}; write it as :9590, 127.0.0.1:9590, [::1]:9590 or host:9590", flag,
                  address, reason));
}

HostPort split(const std::string& flag, const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) {
    refuse(flag, address, "the port is missing");
  }
  HostPort out{.host = address.substr(0, colon), .port = 0};
  const char* end = address.data() + address.size();
  const auto [rest, error] = std::from_chars(address.data() + colon + 1, end, out.port);
  if (error != std::errc() || rest != end) {
    refuse(flag, address, "the port is no number from 0 to 65535");
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  } else if (out.host.find(':') != std::string::npos) {
    refuse(flag, address, "an IPv6 address needs brackets");
  }
  return out;
}

Address any(int family, std::uint16_t port) {
  Address out;
  if (family == AF_INET6) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_addr = in6addr_any;
    in.sin6_port = htons(port);
    out.length = sizeof in;
    std::memcpy(&out.storage, &in, sizeof in);
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    out.length = sizeof in;
    std::memcpy(&out.storage, &in, sizeof in);
  }
  return out;
}

Address resolve(const std::string& flag, const std::string& address, const HostPort& to) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(to.port);
  const int error = ::getaddrinfo(to.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    refuse(flag, address,
           fmt::format("{} cannot be resolved ({})", to.host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  const addrinfo* chosen = found;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) {
      chosen = each;
      break;
    }
  }
  Address out;
  out.length = chosen->ai_addrlen;
  std::memcpy(&out.storage, chosen->ai_addr, chosen->ai_addrlen);
  return out;
}

/// A listening socket, or none with errno set.
Fd open_socket(const Address& address) {
  const int family = address.storage.ss_family;
  Fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) {
    return fd;
  }
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) {
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(fd.get(), address.get(), address.length) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

Error trouble(const std::string& flag, const std::string& address, int error) {
  const std::string what = fmt::format("{} {}: cannot listen there: {}", flag, address,
                                       std::generic_category().message(error));
  switch (error) {
    case EADDRINUSE:
      return Error(what + "; stop the program that has this port, or give another port");
    case EADDRNOTAVAIL:
      return Error::usage(what + "; give an address of this machine, or :PORT for all of them");
    case EACCES:
      return Error(what + "; give a port from 1024 on, or the right to use lower ones");
    default:
      return Error(what + "; give another address");
  }
}

void describe(ListenSocket& socket) {
  Address bound;
  bound.length = sizeof bound.storage;
  ::getsockname(socket.fd.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  ::getnameinfo(bound.get(), bound.length, host.data(), host.size(), port.data(), port.size(),
                NI_NUMERICHOST | NI_NUMERICSERV);
  std::from_chars(port.data(), port.data() + std::strlen(port.data()), socket.port);
  const bool v6 = bound.storage.ss_family == AF_INET6;
  const std::string bracketed = v6 ? fmt::format("[{}]", host.data()) : std::string(host.data());
  socket.address = fmt::format("{}:{}", bracketed, port.data());
}

}  // namespace

ListenSocket listen_on(const std::string& flag, const std::string& address) {
  const HostPort to = split(flag, address);
  ListenSocket socket;
  if (to.host.empty()) {
    socket.fd = open_socket(any(AF_INET6, to.port));
    // No IPv6 at all, or switched off, in which case binding to :: fails.
    if (!socket.fd && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
      socket.fd = open_socket(any(AF_INET, to.port));
    }
  } else {
    socket.fd = open_socket(resolve(flag, address, to));
  }
  if (!socket.fd) {
    throw trouble(flag, address, errno);
  }
  describe(socket);
  return socket;
}

}  // namespace weir
