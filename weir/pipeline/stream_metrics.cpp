#include "weir/pipeline/stream_metrics.hpp"

#include <chrono>
#include <cstdint>
#include <map>

#include "weir/decode/nfdump_verdict.hpp"
#include "weir/pipeline/process_metrics.hpp"

namespace weir {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

/// Runs fail for what their output lacks, and for these.
Counts all_failures() {
  Counts counts = {{"not_started", 0}, {"timeout", 0}, {"left_open", 0}, {"bad_value", 0}};
  for (auto i = static_cast<int>(NfdumpTrouble::exit_status);
       i <= static_cast<int>(NfdumpTrouble::sums_differ); ++i) {
    counts.emplace(nfdump_trouble_name(static_cast<NfdumpTrouble>(i)), 0);
  }
  return counts;
}

Counts all_skipped() {
  return {{"given_up", 0}, {"max_catch_up", 0}};
}

void write_by_reason(const FamilyHead& head, Counts counts, const Counts& seen, FamilyWriter& out) {
  for (const auto& [reason, count] : seen) {
    counts[reason] = count;
  }
  out.family(head);
  for (const auto& [reason, count] : counts) {
    out.sample(count, {{"reason", reason}});
  }
}

void write_windows(const StreamStatus& status, FamilyWriter& out) {
  out.single({"weir_windows_sent_total", "Windows sent.", "counter"}, status.windows_sent);
  write_by_reason(
      {"weir_windows_skipped_total", "Windows that were left out for good, by reason.", "counter"},
      all_skipped(), status.skipped, out);
  write_by_reason({"weir_window_failures_total",
                   "Runs of the command whose window was not proved whole, by reason.", "counter"},
                  all_failures(), status.failures, out);
  out.single({"weir_window_rows_total", "Rows sent, one message each.", "counter"}, status.rows);
  out.single({"weir_window_bytes_total", "Bytes of the keys and values sent.", "counter"},
             status.bytes);
  out.single({"weir_window_texts_mended_total", "Texts sent that were not UTF-8 and were mended.",
              "counter"},
             status.mended);
  out.single({"weir_windows_lag", "Windows that are due and not sent.", "gauge"}, status.lag);
}

void write_last(const StreamStatus& status, FamilyWriter& out) {
  const auto end = status.last_end.value_or(std::chrono::sys_seconds{}).time_since_epoch().count();
  out.family({"weir_window_last_timestamp_seconds",
              "When the last finished window ended; 0 for none.", "gauge"});
  out.sample_signed(end);
  out.single_real({"weir_window_duration_seconds",
                   "How long the last window took that was sent, in all.", "gauge"},
                  status.window_duration.count());
  out.single_real({"weir_window_command_duration_seconds",
                   "How long the last run of the command took.", "gauge"},
                  status.command_duration.count());
}

}  // namespace

std::string stream_metrics(const StreamSelf& self, ExpositionFormat format) {
  FamilyWriter out(format);
  write_build_info(out);
  out.single({"weir_ready", "Whether /-/ready answers 200.", "gauge"},
             self.status.trouble.empty() ? 1 : 0);
  write_windows(self.status, out);
  write_last(self.status, out);
  out.single_real({"weir_scrape_duration_seconds",
                   "How long the scrape before this one took to prepare.", "gauge"},
                  self.scrape_duration);
  if (self.http != nullptr) {
    write_http_metrics(*self.http, out);
  }
  write_process_metrics(out);
  return out.take();
}

}  // namespace weir
