#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/enrich/as_name_updater.hpp"
#include "weir/flow/filter.hpp"
#include "weir/io/http_server.hpp"
#include "weir/pipeline/export_state.hpp"
#include "weir/pipeline/pipeline.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/web/routes.hpp"
#include "weir/web/scrape_worker.hpp"

namespace weir {

/// What `weir export` is made of.
struct ExporterParts {
  std::unique_ptr<AsNameUpdater> names;
  std::unique_ptr<PrometheusSink> sink;  ///< its lookups may refer to `names`
  std::unique_ptr<ExportState> state;    ///< of the sink; null: in memory alone
  std::unique_ptr<Source> source;        ///< goes on where the state says
  std::string format = "json";           ///< of the records
  Filter where;
  std::uint64_t max_pending = 10'000'000;  ///< see PipelineOptions
  bool openmetrics_created = false;        ///< see ExpositionBody
  HttpServerOptions http;
  RouteOptions routes;
  /// How long reading waits for the first AS names: series that are born before them would have to
  /// be retired at once.
  std::chrono::milliseconds names_patience = std::chrono::seconds(3);
  /// Called once, on a thread of the exporter's, when it cannot go on; see `failure`.
  std::function<void()> on_failure{};
  /// Told on the landing page.
  std::vector<std::pair<std::string, std::string>> facts;
};

/// Flow records in, metrics out: one pipeline and the web server beside it, running from
/// construction to destruction.
class Exporter final : public WebBackend {
 public:
  explicit Exporter(ExporterParts parts);
  ~Exporter() override;
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  /// What the web server listens on.
  [[nodiscard]] const std::vector<std::string>& addresses() const { return server_->addresses(); }

  /// Why it could not go on counting, for people; empty as long as it does. What was committed
  /// before is still served. Any thread.
  [[nodiscard]] std::string failure() const;

  [[nodiscard]] std::string not_ready() const override;
  std::variant<ScrapeBody, NotStarted> scrape(bool openmetrics) override;
  [[nodiscard]] std::string page() const override;
  /// Fetches or reads the AS names again.
  void reload() override;

 private:
  void work(const std::stop_token& stop);
  void read_until(const std::stop_token& stop);
  [[nodiscard]] bool wait_for_start() const;
  [[nodiscard]] bool wait_for_commit();

  std::unique_ptr<AsNameUpdater> names_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::unique_ptr<PrometheusSink> sink_;
  std::unique_ptr<ExportState> state_;
  std::unique_ptr<Pipeline> pipeline_;
  const std::chrono::milliseconds names_patience_;
  std::function<void()> on_failure_;
  Guarded<std::string> failure_;
  std::atomic<bool> reading_{false};
  std::atomic<bool> stopping_{false};
  const bool openmetrics_created_;
  bool shown_ = false;  ///< something durable can be shown; of the scraping thread
  std::jthread thread_;
  std::unique_ptr<ScrapeWorker> scrapes_;
  std::unique_ptr<Routes> routes_;
  std::unique_ptr<HttpServer> server_;
  std::atomic<const HttpCounters*> http_{nullptr};
};

}  // namespace weir
