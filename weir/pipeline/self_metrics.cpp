#include "weir/pipeline/self_metrics.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "weir/base/utf8.hpp"
#include "weir/pipeline/process_metrics.hpp"

namespace weir {
namespace {

using Seconds = std::chrono::duration<double>;

double unix_seconds(std::chrono::system_clock::time_point time) {
  return Seconds(time.time_since_epoch()).count();
}

/// The source's origins with names that can be label values: a file's need not be UTF-8.
std::vector<OriginStatus> showable(std::vector<OriginStatus> origins) {
  for (OriginStatus& origin : origins) {
    std::string topic;
    append_mended(topic, origin.topic);
    origin.topic = std::move(topic);
  }
  return origins;
}

void write_origins(const SelfState& state, const std::vector<OriginStatus>& origins,
                   FamilyWriter& out) {
  const auto& counted = state.flows.checkpoint.accounts.origins;
  const auto count_of = [&](std::size_t i) {
    return i < counted.size() ? counted[i] : Accounts::Origin{};
  };
  out.family({"weir_messages_total", "Messages read.", "counter"});
  std::map<std::string, std::uint64_t> records;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    out.sample(count_of(i).messages,
               {{"topic", origins[i].topic}, {"partition", origins[i].partition}});
    records[origins[i].topic] += count_of(i).records;
  }
  out.family({"weir_records_total", "Records found in messages.", "counter"});
  for (const auto& [topic, value] : records) {
    out.sample(value, {{"topic", topic}});
  }
  out.family({"weir_records_lost_total", "Messages that retention deleted before they were read.",
              "counter"});
  const auto& read = state.flows.checkpoint.source.origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    out.sample(i < read.size() ? read[i].lost : 0,
               {{"topic", origins[i].topic}, {"partition", origins[i].partition}});
  }
}

void write_positions(const SelfState& state, const std::vector<OriginStatus>& origins,
                     FamilyWriter& out) {
  out.family({"weir_consumer_offset",
              "Where reading goes on, as of the last commit: an offset, or bytes into a file.",
              "gauge"});
  const auto& read = state.flows.checkpoint.source.origins;
  for (std::size_t i = 0; i < std::min(read.size(), origins.size()); ++i) {
    if (read[i].next >= 0) {
      out.sample_signed(read[i].next,
                        {{"topic", origins[i].topic}, {"partition", origins[i].partition}});
    }
  }
  out.family({"weir_consumer_lag",
              "Messages (or bytes of a file) that are there and have not been read.", "gauge"});
  for (const OriginStatus& origin : origins) {
    if (origin.position >= 0 && origin.end >= 0) {
      out.sample_signed(std::max<std::int64_t>(0, origin.end - origin.position),
                        {{"topic", origin.topic}, {"partition", origin.partition}});
    }
  }
}

void write_accounts(const Accounts& accounts, FamilyWriter& out) {
  out.single({"weir_records_counted_total", "Records counted in at least one metric.", "counter"},
             accounts.counted);
  out.family(
      {"weir_records_filtered_total", "Records understood and not counted, by reason.", "counter"});
  for (std::size_t i = 0; i < kFilteredNames.size(); ++i) {
    out.sample(accounts.filtered[i], {{"reason", kFilteredNames[i]}});
  }
  out.family({"weir_records_refused_total", "Records refused, by reason.", "counter"});
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    out.sample(accounts.refused[i], {{"reason", kRefusedNames[i]}});
  }
  out.family({"weir_records_unaccounted",
              "Records neither counted nor filtered nor refused; anything but 0 is a defect.",
              "gauge"});
  out.sample_signed(accounts.unaccounted());
}

void write_dead_letters(const DeadLetterStatus& letters, FamilyWriter& out) {
  out.family({"weir_dead_letters_total",
              "Refused records that the dead-letter topic has taken since the start, by reason.",
              "counter"});
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    out.sample(letters.sent[i], {{"reason", kRefusedNames[i]}});
  }
  out.single({"weir_dead_letters_cut_total",
              "Dead letters sent without their end, because they were too long for their topic.",
              "counter"},
             letters.cut);
  out.single({"weir_dead_letters_pending",
              "Refused records that the dead-letter topic has not taken yet.", "gauge"},
             letters.pending);
  out.single(
      {"weir_dead_letter_failures_total",
       "Failed attempts to send dead letters; until one succeeds, no commit is made.", "counter"},
      letters.failures);
}

/// Live, held, dormant and dropped together are the metric's value.
void write_values(const PrometheusSnapshot& flows, FamilyWriter& out) {
  out.family({"weir_metric_value_total", "What all series of a metric add up to, dropped ones too.",
              "counter"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.total, {{"metric", metric.name}});
  }
  out.family({"weir_series_value",
              "Of a metric's value what live series show, what they hold back, what dormant ones "
              "keep.",
              "gauge"});
  for (const MetricSnapshot& metric : flows.metrics) {
    const std::uint64_t hidden = metric.held_value + metric.dormant_value + metric.dropped_value;
    out.sample(metric.total - hidden, {{"metric", metric.name}, {"state", "live"}});
    out.sample(metric.held_value, {{"metric", metric.name}, {"state", "held"}});
    out.sample(metric.dormant_value, {{"metric", metric.name}, {"state", "dormant"}});
  }
  out.family(
      {"weir_series_dropped_value_total",
       "Of a metric's value what dormant series beyond the limit held when they were dropped.",
       "counter"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.dropped_value, {{"metric", metric.name}});
  }
}

void write_series(const PrometheusSnapshot& flows, FamilyWriter& out) {
  out.family(
      {"weir_series", "Series of each metric: live ones are shown, dormant ones kept.", "gauge"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.population.live, {{"metric", metric.name}, {"state", "live"}});
    out.sample(metric.population.dormant, {{"metric", metric.name}, {"state", "dormant"}});
  }
  out.family({"weir_series_limit",
              "Live series a metric may have; what is new then counts in the series \"other\".",
              "gauge"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.population.limit, {{"metric", metric.name}});
  }
  out.family({"weir_series_capped_total",
              "Records counted in the series \"other\" because the cap was reached.", "counter"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.capped, {{"metric", metric.name}});
  }
  out.family({"weir_series_swapped_total",
              "Series that took the place of a lighter one, where the heaviest are kept.",
              "counter"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.swapped, {{"metric", metric.name}});
  }
  out.family({"weir_series_held",
              "Live series that show less than they hold until they were seen so.", "gauge"});
  for (const MetricSnapshot& metric : flows.metrics) {
    out.sample(metric.population.held, {{"metric", metric.name}});
  }
  write_values(flows, out);
}

void write_state(const SelfState& state, FamilyWriter& out) {
  write_build_info(out);
  out.single({"weir_ready", "Whether /-/ready answers 200.", "gauge"}, state.ready ? 1 : 0);
  out.single_real({"weir_checkpoint_timestamp_seconds", "When the last commit was made.", "gauge"},
                  unix_seconds(state.flows.committed_at));
  out.single_real({"weir_checkpoint_duration_seconds", "How long the last commit took.", "gauge"},
                  Seconds(state.flows.commit_duration).count());
  out.single(
      {"weir_commit_failures_total",
       "Commits that could not be written; until one can, what is shown stands still.", "counter"},
      state.flows.commit_failures);
  out.single({"weir_pending_messages", "Messages read since the last commit.", "gauge"},
             state.pending);
  out.single({"weir_reading_paused", "Whether reading waits because too many messages are pending.",
              "gauge"},
             state.paused ? 1 : 0);
  out.single_real({"weir_scrape_duration_seconds",
                   "How long the scrape before this one took to prepare.", "gauge"},
                  state.scrape_duration);
  out.single({"weir_as_names", "AS names known.", "gauge"}, state.names.current()->size());
  out.single_real({"weir_as_names_timestamp_seconds",
                   "When the AS names were fetched or read; 0 for never.", "gauge"},
                  unix_seconds(state.names.loaded_at()));
  out.single(
      {"weir_as_names_failures_total", "Failed attempts to fetch or read AS names.", "counter"},
      state.names.failures() + state.past_name_failures);
}

}  // namespace

std::string self_metrics(const SelfState& state, ExpositionFormat format) {
  FamilyWriter out(format);
  write_state(state, out);
  const std::vector<OriginStatus> origins = showable(state.source.origins);
  write_origins(state, origins, out);
  write_positions(state, origins, out);
  write_accounts(state.flows.checkpoint.accounts, out);
  if (state.dead_letters != nullptr) {
    write_dead_letters(*state.dead_letters, out);
  }
  write_series(state.flows, out);
  if (state.http != nullptr) {
    write_http_metrics(*state.http, out);
  }
  write_process_metrics(out);
  return out.take();
}

}  // namespace weir
