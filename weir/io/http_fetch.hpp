#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

namespace weir {

struct HttpFetchOptions {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds total_timeout = std::chrono::seconds(60);
  std::size_t max_bytes = std::size_t{64} << 20;  ///< of the body, after decompression
  std::string user_agent = "weir";
};

/// What came back, or why nothing did.
struct HttpFetchResult {
  int status = 0;     ///< of the last response; 0 where there was none, and for file: URLs
  std::string body;   ///< decompressed
  std::string error;  ///< no whole response: why, for a message

  /// A whole body with a status that stands for success.
  [[nodiscard]] bool ok() const { return error.empty() && (status == 0 || status / 100 == 2); }
};

/// Fetches an http, https or file URL and waits for it. Follows five redirects at most, never from
/// https to http. Ends soon after `stop` is requested. Trouble of any kind is in the result, not
/// thrown. Thread-safe.
[[nodiscard]] HttpFetchResult http_fetch(const std::string& url, const HttpFetchOptions& options,
                                         const std::stop_token& stop);

/// `url` without the user and password it may hold, for messages.
[[nodiscard]] std::string without_credentials(const std::string& url);

/// The version of libcurl in use.
[[nodiscard]] std::string http_fetch_library_version();

}  // namespace weir
