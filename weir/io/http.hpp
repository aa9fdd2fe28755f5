#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request as a handler sees it. Bodies are taken in (a few KiB) and thrown away.
struct HttpRequest {
  std::string method;   ///< "GET" also for HEAD, whose answer the server sends without its body
  std::string path;     ///< percent-decoded, without the query
  std::string query;    ///< as sent, without the '?'; may be empty
  HttpHeaders headers;  ///< names as sent

  /// The value of the header `name` (in any case); of several with that name all, joined by ", " as
  /// RFC 9110 section 5.3 allows; empty where there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A body made while it is sent.
struct BodyStream {
  std::uint64_t size = 0;  ///< bytes in all, known before the first is made

  /// Puts up to `room` bytes at `out` and returns how many, at least 1. Called on the server's
  /// thread one call after another until `size` bytes are there, or fewer if the client goes away.
  /// Returning 0 early, or throwing, cuts the connection, so that the client sees a broken body.
  std::function<std::size_t(char* out, std::size_t room)> read;
};

struct HttpResponse {
  using Body = std::variant<std::string, std::shared_ptr<const std::string>, BodyStream>;

  int status = 200;
  std::string content_type;  ///< empty: no such header
  HttpHeaders headers;       ///< more of them; Content-Length, Date and Connection are the server's
  Body body;

  [[nodiscard]] static HttpResponse text(int status, std::string body);
};

/// Where the answer to one request goes: now, or later from any thread. Copies are the same reply.
/// The first `send` counts. When the last copy is gone and nothing was sent, the client gets a 500.
/// It may outlive the server, and then answers nobody.
class Reply {
 public:
  explicit Reply(std::function<void(HttpResponse)> sink);

  void send(HttpResponse response) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Answers requests or hands their replies to others. Called on the server's thread, so it must not
/// block; an exception becomes a 500.
using HttpHandler = std::function<void(const HttpRequest&, Reply)>;

}  // namespace weir
