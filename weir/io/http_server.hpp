#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/io/http.hpp"
#include "weir/io/http_connections.hpp"

namespace weir {

struct HttpServerOptions {
  std::vector<std::string> addresses = {":9590"};  ///< as listen_on takes them
  std::string flag = "--web.listen-address";       ///< where they come from, for error messages
  HttpDeadlines deadlines{};
  std::size_t max_connections = 1024;    ///< fewer where the process may not open that many files
  std::size_t max_header_bytes = 16384;  ///< of a request; beyond it 431
  std::size_t max_body_bytes = 4096;     ///< of a request, thrown away; beyond it, or chunked, 413
  std::size_t block_bytes = 131072;      ///< what a BodyStream is asked for at a time, at most
};

/// An HTTP/1.1 server: one thread for each address, on which handlers are called, and one that
/// watches the deadlines. Serves from construction to `stop` or destruction; neither waits for
/// clients.
class HttpServer {
 public:
  /// Throws Error, naming the flag, where it cannot listen.
  HttpServer(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Closes all connections, also those in the middle of a response. Replies sent later go nowhere.
  void stop();

  /// What it listens on, as bound, in the order of the options: "[::]:9590".
  [[nodiscard]] const std::vector<std::string>& addresses() const;
  [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const;
  [[nodiscard]] const HttpCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The version of libmicrohttpd in use.
[[nodiscard]] std::string http_server_library_version();

}  // namespace weir
