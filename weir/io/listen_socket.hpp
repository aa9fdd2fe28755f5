#pragma once

#include <cstdint>
#include <string>

#include "weir/io/file.hpp"

namespace weir {

/// A TCP socket that listens.
struct ListenSocket {
  Fd fd;
  std::string
      address;  ///< as it is bound, numeric, with the real port: "127.0.0.1:9590", "[::]:9590"
  std::uint16_t port = 0;
};

/// Listens on `address`: ":9590" (all interfaces, IPv6 and IPv4, or IPv4 alone where the machine
/// has no IPv6), "127.0.0.1:9590", "[::1]:9590" or "host:9590" (its first address, IPv4 before
/// IPv6). Port 0 takes a free one. Throws Error that names `flag` and says what to do: usage for an
/// address that cannot be understood or is not this machine's, failure for one that is taken or may
/// not be used.
[[nodiscard]] ListenSocket listen_on(const std::string& flag, const std::string& address);

}  // namespace weir
