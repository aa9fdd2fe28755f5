#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "weir/io/file.hpp"

namespace weir {

/// Tells systemd (or whatever else speaks sd_notify's protocol) how the service is, through the
/// datagram socket that $NOTIFY_SOCKET names; does nothing without it. Messages that cannot be
/// delivered are lost, never waited for. Thread-safe.
class ServiceManager {
 public:
  /// Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID.
  ServiceManager();

  void ready() const { send("READY=1"); }
  /// One line for `systemctl status`.
  void status(std::string_view text) const;
  void stopping() const { send("STOPPING=1"); }
  /// Is to be called more often than `watchdog_timeout`, or the service is killed.
  void watchdog() const { send("WATCHDOG=1"); }

  /// None where nobody watches this process.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_timeout() const {
    return watchdog_timeout_;
  }

 private:
  void send(std::string_view message) const;

  std::string address_;  ///< a path, or an abstract name behind a NUL; empty: nobody to tell
  Fd socket_;
  std::optional<std::chrono::microseconds> watchdog_timeout_;
};

}  // namespace weir
