#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "weir/io/http_server.hpp"
#include "weir/pipeline/stream.hpp"
#include "weir/web/routes.hpp"
#include "weir/web/scrape_worker.hpp"

namespace weir {

struct StreamServerParts {
  std::function<StreamStatus()> status;  ///< any thread
  HttpServerOptions http;
  RouteOptions routes;
  std::function<void()> on_reload{};  ///< POST /-/reload; on the server's thread
  std::vector<std::pair<std::string, std::string>> facts;  ///< told on the landing page
};

/// The web side of `weir stream`: metrics, health and a page. Serves from construction to
/// destruction.
class StreamServer final : public WebBackend {
 public:
  /// Throws Error, naming the flag, where it cannot listen.
  explicit StreamServer(StreamServerParts parts);
  ~StreamServer() override;
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  /// What it listens on.
  [[nodiscard]] const std::vector<std::string>& addresses() const { return server_->addresses(); }

  [[nodiscard]] std::string not_ready() const override { return status_().trouble; }
  std::variant<ScrapeBody, NotStarted> scrape(bool openmetrics) override;
  [[nodiscard]] std::string page() const override;
  void reload(std::function<void(const std::string& why)> done) override;

 private:
  std::function<StreamStatus()> status_;
  std::function<void()> on_reload_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::unique_ptr<ScrapeWorker> scrapes_;
  std::unique_ptr<Routes> routes_;
  std::unique_ptr<HttpServer> server_;
  std::atomic<const HttpCounters*> http_{nullptr};
};

}  // namespace weir
