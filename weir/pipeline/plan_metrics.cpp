#include "weir/pipeline/plan_metrics.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

double unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::vector<LookupFile> files_of(const Enrichment* enrichment, const Sampling* sampling) {
  std::vector<LookupFile> files;
  if (enrichment != nullptr) {
    files = enrichment->files();
  }
  if (auto table = sampling != nullptr ? sampling->file() : std::nullopt) {
    files.push_back(std::move(*table));
  }
  for (LookupFile& file : files) {
    std::string path;  // a file's name need not be UTF-8
    append_mended(path, file.path);
    file.path = std::move(path);
  }
  return files;
}

void write_reload(const ReloadStatus& reloaded, FamilyWriter& out) {
  out.single({"weir_config_last_reload_successful",
              "Whether the last reload of the configuration took effect.", "gauge"},
             reloaded.successful ? 1 : 0);
  out.single_real({"weir_config_last_reload_success_timestamp_seconds",
                   "When the configuration was last read and took effect.", "gauge"},
                  unix_seconds(reloaded.at));
}

void write_sampling(const SamplingCounters& sampled, FamilyWriter& out) {
  out.family({"weir_sampling_records_total",
              "Records by exporter and by what their bytes and packets were multiplied by.",
              "counter"});
  for (const SamplingCount& count : sampled.counts()) {
    for (std::size_t i = 0; i < SamplingCount::kUsedNames.size(); ++i) {
      if (count.records[i] != 0) {
        out.sample(count.records[i],
                   {{"exporter", count.exporter}, {"rule", SamplingCount::kUsedNames[i]}});
      }
    }
  }
}

void write_files(const std::vector<LookupFile>& files, const PastFailures& past,
                 FamilyWriter& out) {
  out.family(
      {"weir_lookup_entries", "Lines or networks of a lookup file that count now.", "gauge"});
  for (const LookupFile& file : files) {
    out.sample(file.entries, {{"kind", file.kind}, {"path", file.path}});
  }
  out.family({"weir_lookup_timestamp_seconds", "When what counts now of a lookup file was read.",
              "gauge"});
  for (const LookupFile& file : files) {
    out.sample_real(unix_seconds(file.loaded), {{"kind", file.kind}, {"path", file.path}});
  }
  out.family(
      {"weir_lookup_failures_total", "Looks at a lookup file that found it of no use.", "counter"});
  for (const LookupFile& file : files) {
    const auto before = past.files.find({std::string(file.kind), file.path});
    out.sample(file.failures + (before == past.files.end() ? 0 : before->second),
               {{"kind", file.kind}, {"path", file.path}});
  }
}

}  // namespace

void inherit_failures(const ExportPlan& now, ExportPlan& next) {
  next.past = now.past;
  if (now.names && now.names != next.names) {
    next.past.names += now.names->updater().failures();
  }
  for (const LookupFile& file :
       files_of(now.enrichment == next.enrichment ? nullptr : now.enrichment.get(),
                now.sampling == next.sampling ? nullptr : now.sampling.get())) {
    if (file.failures != 0) {
      next.past.files[{std::string(file.kind), file.path}] += file.failures;
    }
  }
}

std::string plan_metrics(const PlanState& state, ExpositionFormat format) {
  FamilyWriter out(format);
  write_reload(state.reloaded, out);
  if (state.plan.sampling) {
    write_sampling(state.sampled, out);
  }
  const auto files = files_of(state.plan.enrichment.get(), state.plan.sampling.get());
  if (!files.empty()) {
    write_files(files, state.plan.past, out);
  }
  return out.take();
}

}  // namespace weir
