#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/io/http_server.hpp"
#include "weir/pipeline/export_plan.hpp"
#include "weir/pipeline/export_state.hpp"
#include "weir/pipeline/pipeline.hpp"
#include "weir/pipeline/plan_metrics.hpp"
#include "weir/pipeline/refusal_desk.hpp"
#include "weir/pipeline/reloader.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/web/routes.hpp"
#include "weir/web/scrape_worker.hpp"

namespace weir {

/// What `weir export` is made of.
struct ExporterParts {
  std::unique_ptr<RefusalDesk> refusals = std::make_unique<RefusalDesk>(nullptr);
  std::unique_ptr<PrometheusSink> sink;  ///< it may refer to `refusals`
  std::unique_ptr<ExportState> state;    ///< of the sink; null: in memory alone
  std::unique_ptr<Source> source;        ///< goes on where the state says
  /// Its metrics are the sink's, its dead letters those of `refusals`; it has names.
  ExportPlan plan;
  /// Reads the configuration anew: the plan to work by from now on, in place of the one there is.
  /// Throws Error where there is something wrong with it. None: only files are read again.
  std::function<ExportPlan(const ExportPlan& now)> replan{};
  std::uint64_t max_pending = 10'000'000;  ///< see PipelineOptions
  bool openmetrics_created = false;        ///< see ExpositionBody
  HttpServerOptions http;
  RouteOptions routes;
  /// How long reading waits for the first AS names: series that are born before them would have to
  /// be retired at once.
  std::chrono::milliseconds names_patience = std::chrono::seconds(3);
  /// Called once, on a thread of the exporter's, when it cannot go on; see `failure`.
  std::function<void()> on_failure{};
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
  [[nodiscard]] std::optional<std::string> refused() const override;
  /// Fetches or reads AS names and lookup files again, and goes on by what the configuration says
  /// now: metrics that stay what they were keep their counters. Whatever is wrong, nothing changes.
  void reload(std::function<void(const std::string& why)> done) override;

 private:
  void work(const std::stop_token& stop);
  void read_until(const std::stop_token& stop);
  [[nodiscard]] bool wait_for_start() const;
  [[nodiscard]] bool wait_for_commit();
  [[nodiscard]] std::string reload_now();
  void change_plan();
  void wait_for_names(AsNameLookup& names) const;
  [[nodiscard]] std::shared_ptr<const ExportPlan> plan() const;

  std::unique_ptr<RefusalDesk> refusals_;
  std::unique_ptr<PrometheusSink> sink_;
  std::unique_ptr<ExportState> state_;
  std::shared_ptr<SamplingCounters> sampled_ = std::make_shared<SamplingCounters>();
  Guarded<std::shared_ptr<const ExportPlan>> plan_;
  std::function<ExportPlan(const ExportPlan& now)> replan_;
  Guarded<ReloadStatus> reloaded_;
  const std::chrono::milliseconds names_patience_;
  std::function<void()> on_failure_;
  std::unique_ptr<Pipeline> pipeline_;
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
  std::unique_ptr<Reloader> reloader_;  ///< last: its thread uses all of the above
};

}  // namespace weir
