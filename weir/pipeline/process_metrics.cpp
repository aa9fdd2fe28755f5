#include "weir/pipeline/process_metrics.hpp"

#include "weir/base/version.hpp"
#include "weir/io/process_stats.hpp"

namespace weir {

void write_build_info(FamilyWriter& out) {
  out.family({"weir_build_info", "Version of this program; always 1.", "gauge"});
  out.sample(1, {{"version", version()}, {"revision", git_hash()}});
}

void write_http_metrics(const HttpCounters& http, FamilyWriter& out) {
  out.single({"weir_http_connections", "Open connections.", "gauge"}, http.open);
  out.single({"weir_http_requests_total", "Requests received.", "counter"}, http.requests);
  out.single({"weir_http_timeouts_total", "Requests or responses cut at a deadline.", "counter"},
             http.timed_out);
  out.single(
      {"weir_http_evicted_total", "Connections closed because there were too many.", "counter"},
      http.evicted);
}

void write_process_metrics(FamilyWriter& out) {
  const ProcessStats stats = process_stats();
  out.single_real({"process_cpu_seconds_total", "User and system CPU time spent.", "counter"},
                  stats.cpu_seconds);
  out.single({"process_resident_memory_bytes", "Resident memory.", "gauge"}, stats.resident_bytes);
  out.single({"process_virtual_memory_bytes", "Virtual memory.", "gauge"}, stats.virtual_bytes);
  out.single({"process_open_fds", "Open file descriptors.", "gauge"}, stats.open_fds);
  out.single({"process_max_fds", "Most file descriptors that can be open.", "gauge"},
             stats.max_fds);
  out.single({"process_threads", "Threads.", "gauge"}, stats.threads);
  out.single_real({"process_start_time_seconds", "When the process started, since 1970.", "gauge"},
                  stats.start_time_seconds);
}

}  // namespace weir
