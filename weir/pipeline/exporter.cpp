#include "weir/pipeline/exporter.hpp"

#include <chrono>
#include <exception>

#include "weir/base/log.hpp"
#include "weir/flow/where_stage.hpp"
#include "weir/pipeline/registry.hpp"
#include "weir/pipeline/self_metrics.hpp"
#include "weir/pipeline/status_page.hpp"
#include "weir/sink/exposition.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

PipelineOptions pipeline_options(const ExporterParts& parts) {
  PipelineOptions options;
  options.max_pending = parts.max_pending;
  if (parts.state) {
    options.settle_interval = 500ms;  // each of these waits for the disk
    options.accounts = parts.state->checkpoint().accounts;
  }
  return options;
}

}  // namespace

Exporter::Exporter(ExporterParts parts)
    : names_(std::move(parts.names)),
      facts_(std::move(parts.facts)),
      sink_(std::move(parts.sink)),
      names_patience_(parts.names_patience),
      on_failure_(std::move(parts.on_failure)),
      openmetrics_created_(parts.openmetrics_created),
      shown_(parts.state && parts.state->restored()) {
  std::vector<std::unique_ptr<Stage>> stages;
  FieldSet wanted = parts.where.fields();
  wanted |= sink_->fields();
  auto decoder = make_decoder(parts.format, wanted);
  if (!parts.where.matches_all()) {
    stages.push_back(std::make_unique<WhereStage>(std::move(parts.where)));
  }
  pipeline_ = std::make_unique<Pipeline>(std::move(parts.source), std::move(decoder),
                                         std::move(stages), *sink_, pipeline_options(parts));
  state_ = std::move(parts.state);
  scrapes_ = std::make_unique<ScrapeWorker>(*this);
  routes_ = std::make_unique<Routes>(*this, *scrapes_, parts.routes);
  server_ = std::make_unique<HttpServer>(
      std::move(parts.http),
      [this](const HttpRequest& request, const Reply& reply) { (*routes_)(request, reply); });
  http_ = &server_->counters();
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Exporter::~Exporter() {
  // What was read is committed first; the web server can show it until the end.
  stopping_ = true;
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  scrapes_->stop();
  server_->stop();
}

void Exporter::work(const std::stop_token& stop) {
  try {
    read_until(stop);
  } catch (const std::exception& error) {
    log::error("cannot go on", {{"error", error.what()}});
    failure_.with([&](std::string& failure) { failure = error.what(); });
    if (on_failure_) {
      on_failure_();
    }
  }
}

void Exporter::read_until(const std::stop_token& stop) {
  const auto give_up = std::chrono::steady_clock::now() + names_patience_;
  while (!names_->wait_first(50ms) && !stop.stop_requested() &&
         std::chrono::steady_clock::now() < give_up) {
  }
  reading_ = true;
  pipeline_->run(stop);
}

std::string Exporter::failure() const {
  return failure_.with([](const std::string& failure) { return failure; });
}

std::string Exporter::not_ready() const {
  if (const std::string why = failure(); !why.empty()) {
    return "cannot go on: " + why;
  }
  if (!reading_) {
    return "waiting for the first AS names";
  }
  if (const std::string why = state_ ? state_->trouble() : std::string(); !why.empty()) {
    return "cannot keep the counters, so what is shown stands still: " + why;
  }
  const SourceStatus status = pipeline_->source().status();
  if (status.started && status.healthy) {
    return {};
  }
  return status.trouble.empty() ? "finding out where to start reading" : status.trouble;
}

/// Where reading starts is settled before the first scrape is answered, so that nothing sent after
/// that scrape is missed.
bool Exporter::wait_for_start() const {
  constexpr auto kPatience = 1s;
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!pipeline_->source().status().started) {
    if (stopping_ || std::chrono::steady_clock::now() >= give_up) {
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// False as long as nothing was ever committed that could be shown. The first scrape waits for a
/// commit that has the places where reading starts.
bool Exporter::wait_for_commit() {
  if (reading_) {
    const bool fresh = pipeline_->wait_for_commit(shown_ ? 1s : 0s, 1s);
    shown_ = shown_ || fresh;
  }
  return shown_ || state_ == nullptr;
}

std::variant<ScrapeBody, NotStarted> Exporter::scrape(bool openmetrics) {
  if (!wait_for_start()) {
    return NotStarted{not_ready()};
  }
  if (!wait_for_commit()) {
    return NotStarted{not_ready()};
  }
  const auto format = openmetrics ? ExpositionFormat::openmetrics : ExpositionFormat::text;
  PrometheusSnapshot flows = sink_->snapshot();
  const SourceStatus source = pipeline_->source().status();
  std::string others =
      self_metrics({flows, source, *names_, http_.load(), scrapes_->last_duration(),
                    not_ready().empty(), pipeline_->pending(), pipeline_->paused()},
                   format);
  const auto body = std::make_shared<const ExpositionBody>(std::move(flows), std::move(others),
                                                           format, openmetrics_created_);
  return ScrapeBody{std::string(content_type(format)), body->size(), [body] {
                      return [reader = ExpositionBody::Reader(body)](char* out,
                                                                     std::size_t room) mutable {
                        return reader.read(out, room);
                      };
                    }};
}

std::string Exporter::page() const {
  const SourceStatus source = pipeline_->source().status();
  return status_page({sink_->summary(), source, *names_, facts_, not_ready()});
}

void Exporter::reload() {
  log::info("reloading the AS names");
  names_->refresh();
}

}  // namespace weir
