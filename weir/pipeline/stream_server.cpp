#include "weir/pipeline/stream_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "weir/base/time.hpp"
#include "weir/base/version.hpp"
#include "weir/pipeline/stream_metrics.hpp"
#include "weir/sink/exposition.hpp"
#include "weir/web/page.hpp"

namespace weir {
namespace {

/// "12 (10 cut_off, 2 timeout)", or "0"
std::string by_reason(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  std::string parts;
  for (const auto& [reason, count] : counts) {
    sum += count;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", grouped(count), reason);
  }
  return parts.empty() ? "0" : fmt::format("{} ({})", grouped(sum), parts);
}

std::string when(std::chrono::sys_seconds time) {
  const auto since = std::max<std::int64_t>(0, time.time_since_epoch().count());
  return format_time(static_cast<UnixNanos>(since) * kNanosPerSecond);
}

PageSection windows(const StreamStatus& status) {
  PageSection section{"Windows", {}};
  section.rows.emplace_back(
      "Last finished",
      status.last && status.last_end
          ? fmt::format("{}, ended {}", window_name(*status.last), when(*status.last_end))
          : "none yet");
  section.rows.emplace_back("Due and not sent", grouped(status.lag));
  section.rows.emplace_back("Sent", grouped(status.windows_sent));
  section.rows.emplace_back("Skipped", by_reason(status.skipped));
  section.rows.emplace_back("Failed runs", by_reason(status.failures));
  section.rows.emplace_back("Last window took", fmt::format("{:.3f} s, the command {:.3f} s",
                                                            status.window_duration.count(),
                                                            status.command_duration.count()));
  return section;
}

PageSection records(const StreamStatus& status) {
  PageSection section{"Records", {{"Sent", grouped(status.rows)}}};
  section.rows.emplace_back("Bytes", grouped(status.bytes));
  if (status.mended > 0) {
    section.rows.emplace_back("Mended", grouped(status.mended) + " texts that were not UTF-8");
  }
  return section;
}

}  // namespace

StreamServer::StreamServer(StreamServerParts parts)
    : status_(std::move(parts.status)),
      on_reload_(std::move(parts.on_reload)),
      facts_(std::move(parts.facts)),
      scrapes_(std::make_unique<ScrapeWorker>(*this)),
      routes_(std::make_unique<Routes>(*this, *scrapes_, parts.routes)) {
  server_ = std::make_unique<HttpServer>(
      std::move(parts.http),
      [this](const HttpRequest& request, const Reply& reply) { (*routes_)(request, reply); });
  http_ = &server_->counters();
}

StreamServer::~StreamServer() {
  scrapes_->stop();
  server_->stop();
}

std::variant<ScrapeBody, NotStarted> StreamServer::scrape(bool openmetrics) {
  const auto format = openmetrics ? ExpositionFormat::openmetrics : ExpositionFormat::text;
  const StreamStatus status = status_();
  const auto body = std::make_shared<const ExpositionBody>(
      PrometheusSnapshot{},
      stream_metrics({status, http_.load(), scrapes_->last_duration()}, format), format);
  return ScrapeBody{std::string(content_type(format)), body->size(), [body] {
                      return [reader = ExpositionBody::Reader(body)](char* out,
                                                                     std::size_t room) mutable {
                        return reader.read(out, room);
                      };
                    }};
}

std::string StreamServer::page() const {
  const StreamStatus status = status_();
  PageFacts page;
  page.version = fmt::format("weir {} ({})", version(), git_hash());
  page.not_ready = status.trouble;
  page.does = "Windows of network flow records, sent to Kafka.";
  page.sections = {PageSection{"Stream", facts_}, windows(status), records(status)};
  return render_page(page);
}

void StreamServer::reload(std::function<void(const std::string& why)> done) {
  if (on_reload_) {
    on_reload_();
  }
  done({});
}

}  // namespace weir
