#include "weir/io/http_fetch.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string_view>

namespace weir {
namespace {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

struct Body {
  std::string bytes;
  std::size_t max_bytes = 0;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  Body& body = *static_cast<Body*>(user);
  const std::size_t more = size * count;
  if (more > body.max_bytes - body.bytes.size()) {
    body.too_large = true;
    return 0;  // anything but `more` makes libcurl give up
  }
  body.bytes.append(data, more);
  return more;
}

void configure(CURL* easy, const std::string& url, const HttpFetchOptions& options, Body& body) {
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 5L);
  const bool plain = url.starts_with("http:") || url.starts_with("HTTP:");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, plain ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it, giving up would wait for a name server that does not answer.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
}

/// Runs the transfer. libcurl's code, or CURLE_ABORTED_BY_CALLBACK where `stop` ended it.
CURLcode run(CURLM* multi, CURL* easy, const std::stop_token& stop) {
  if (curl_multi_add_handle(multi, easy) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    while (!stop.stop_requested()) {
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) {
        result = CURLE_FAILED_INIT;
        break;
      }
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi, &left);
      if (message != nullptr && message->msg == CURLMSG_DONE) {
        result = message->data.result;
        break;
      }
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
  }
  curl_multi_remove_handle(multi, easy);
  return result;
}

std::string describe(CURLcode code, const char* detail, const Body& body, bool stopped) {
  if (code == CURLE_OK) {
    return {};
  }
  if (stopped) {
    return "stopped";
  }
  if (body.too_large) {
    return fmt::format("the body is larger than {} bytes", body.max_bytes);
  }
  return *detail != '\0' ? detail : curl_easy_strerror(code);
}

}  // namespace

HttpFetchResult http_fetch(const std::string& url, const HttpFetchOptions& options,
                           const std::stop_token& stop) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Easy easy(curl_easy_init());
  const Multi multi(curl_multi_init());
  HttpFetchResult result;
  if (initialized != CURLE_OK || !easy || !multi) {
    result.error = "libcurl could not be initialized";
    return result;
  }
  Body body{.bytes = {}, .max_bytes = options.max_bytes, .too_large = false};
  std::array<char, CURL_ERROR_SIZE> detail{};
  configure(easy.get(), url, options, body);
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode code = run(multi.get(), easy.get(), stop);
  result.error = describe(code, detail.data(), body, stop.stop_requested());
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  result.status = static_cast<int>(status);
  if (code == CURLE_OK) {
    result.body = std::move(body.bytes);
  }
  return result;
}

std::string without_credentials(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) {
    return url;
  }
  const auto start = scheme + 3;
  const auto end = url.find_first_of("/?#", start);
  const auto authority =
      std::string_view(url).substr(start, end == std::string::npos ? end : end - start);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) {
    return url;
  }
  return url.substr(0, start) + url.substr(start + at + 1);
}

std::string http_fetch_library_version() {
  return curl_version_info(CURLVERSION_NOW)->version;
}

}  // namespace weir
