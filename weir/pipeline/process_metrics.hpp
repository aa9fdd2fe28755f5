#pragma once

#include "weir/io/http_connections.hpp"
#include "weir/sink/metric_text.hpp"

namespace weir {

// Families that every command with a web side has.

/// weir_build_info
void write_build_info(FamilyWriter& out);

/// weir_http_*
void write_http_metrics(const HttpCounters& http, FamilyWriter& out);

/// process_*
void write_process_metrics(FamilyWriter& out);

}  // namespace weir
