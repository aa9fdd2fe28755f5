#include "weir/pipeline/exporter.hpp"

#include <chrono>
#include <exception>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/pipeline/self_metrics.hpp"
#include "weir/pipeline/status_page.hpp"
#include "weir/sink/exposition.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

PipelineOptions pipeline_options(const ExporterParts& parts, RefusalDesk& refusals) {
  PipelineOptions options;
  options.outbox = &refusals;
  options.max_pending = parts.max_pending;
  if (parts.state) {
    options.settle_interval = 1s;  // each of these waits for the disk
    options.accounts = parts.state->checkpoint().accounts;
  }
  return options;
}

}  // namespace

Exporter::Exporter(ExporterParts parts)
    : refusals_(std::move(parts.refusals)),
      sink_(std::move(parts.sink)),
      plan_(std::in_place, std::make_shared<const ExportPlan>(std::move(parts.plan))),
      replan_(std::move(parts.replan)),
      names_patience_(parts.names_patience),
      on_failure_(std::move(parts.on_failure)),
      openmetrics_created_(parts.openmetrics_created),
      shown_(parts.state && parts.state->restored()) {
  PipelineOptions options = pipeline_options(parts, *refusals_);
  pipeline_ = std::make_unique<Pipeline>(std::move(parts.source),
                                         pipeline_parts(*plan(), sampled_, refusals_.get()), *sink_,
                                         std::move(options));
  state_ = std::move(parts.state);
  scrapes_ = std::make_unique<ScrapeWorker>(*this);
  routes_ = std::make_unique<Routes>(*this, *scrapes_, parts.routes);
  reloader_ = std::make_unique<Reloader>([this] { return reload_now(); });
  server_ = std::make_unique<HttpServer>(
      std::move(parts.http),
      [this](const HttpRequest& request, const Reply& reply) { (*routes_)(request, reply); });
  http_ = &server_->counters();
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Exporter::~Exporter() {
  // What was read is committed first; the web server can show it until the end.
  stopping_ = true;
  thread_.request_stop();  // a reload under way ends by that
  reloader_->stop();
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
  const auto names = plan()->names;
  while (!names->updater().wait_first(50ms) && !stop.stop_requested() &&
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
  if (const auto dead = refusals_->dead_letters(); dead && !dead->trouble.empty()) {
    return "cannot send refused records away, so what is shown stands still: " + dead->trouble;
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
  PrometheusSnapshot flows = sink_->offer();
  const std::uint64_t scrape = flows.scrape;
  const SourceStatus source = pipeline_->source().status();
  const auto planned = plan();
  const auto dead = refusals_->dead_letters();
  std::string others =
      self_metrics({flows, source, planned->names->updater(), http_.load(),
                    scrapes_->last_duration(), not_ready().empty(), pipeline_->pending(),
                    pipeline_->paused(), dead ? &*dead : nullptr, planned->past.names},
                   format) +
      plan_metrics(
          {*planned, *sampled_, reloaded_.with([](const ReloadStatus& all) { return all; })},
          format);
  const auto body = std::make_shared<const ExpositionBody>(std::move(flows), std::move(others),
                                                           format, openmetrics_created_);
  return ScrapeBody{std::string(content_type(format)), body->size(),
                    [body] {
                      return [reader = ExpositionBody::Reader(body)](char* out,
                                                                     std::size_t room) mutable {
                        return reader.read(out, room);
                      };
                    },
                    [this, scrape] { sink_->seen(scrape); }};
}

std::string Exporter::page() const {
  const SourceStatus source = pipeline_->source().status();
  const auto planned = plan();
  auto facts = planned->facts;
  facts.emplace_back("State", state_ ? state_->folder() : "in memory alone");
  const auto dead = refusals_->dead_letters();
  return status_page({sink_->summary(), source, planned->names->updater(), facts, not_ready(),
                      dead ? &*dead : nullptr});
}

std::optional<std::string> Exporter::refused() const {
  const SourceStatus source = pipeline_->source().status();
  const auto dead = refusals_->dead_letters();
  return refused_json(refusals_->recent(), source.origins, dead ? &*dead : nullptr);
}

std::shared_ptr<const ExportPlan> Exporter::plan() const {
  return plan_.with([](const auto& plan) { return plan; });
}

void Exporter::reload(std::function<void(const std::string& why)> done) {
  reloader_->request(std::move(done));
}

/// On the reloader's thread. Why nothing has changed; empty if it has.
std::string Exporter::reload_now() {
  std::string why;
  try {
    change_plan();
    log::info("reloaded");
  } catch (const std::exception& error) {
    why = error.what();
    log::error("cannot reload, so nothing has changed", {{"error", why}});
  }
  reloaded_.with([&](ReloadStatus& status) {
    status.successful = why.empty();
    if (why.empty()) {
      status.at = std::chrono::system_clock::now();
    }
  });
  return why;
}

void Exporter::change_plan() {
  constexpr auto kPatience = 30s;
  const auto now = plan();
  now->names->updater().refresh();
  const auto next = replan_ ? std::make_shared<ExportPlan>(replan_(*now)) : nullptr;
  const ExportPlan& read = next ? *next : *now;
  for (const std::string& why : {read.sampling ? read.sampling->refresh() : std::string(),
                                 read.enrichment ? read.enrichment->refresh() : std::string()}) {
    if (!why.empty()) {
      throw Error(why);
    }
  }
  if (!next) {
    return;
  }
  if (next->names != now->names) {
    wait_for_names(*next->names);
  }
  const std::string why = pipeline_->exchange(
      pipeline_parts(*next, sampled_, refusals_.get()),
      [&](const Checkpoint& checkpoint) {
        const bool kept = sink_->reconfigure(next->metrics, checkpoint);
        if (kept) {
          refusals_->use(next->dead_letters);
        }
        return kept;
      },
      kPatience);
  if (!why.empty()) {
    const std::string trouble = not_ready();
    throw Error(trouble.empty() ? why : why + "; " + trouble);
  }
  inherit_failures(*now, *next);
  plan_.with([&](auto& plan) { plan = next; });
  if (next->taken) {
    next->taken();
  }
}

/// A source that gives nothing would take all names away. Throws Error.
void Exporter::wait_for_names(AsNameLookup& names) const {
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!names.updater().wait_first(50ms) && !stopping_ &&
         std::chrono::steady_clock::now() < give_up) {
  }
  if (names.generation() == 0 && names.updater().has_source()) {
    throw Error("as-names: no names came from there; the log says why");
  }
}

}  // namespace weir
