#pragma once

#include <string_view>

namespace weir {

/// Whether an Accept header (RFC 9110 12.5.1) asks for OpenMetrics rather than the text format, as
/// Prometheus does. Of equal wishes the text format wins.
bool accepts_openmetrics(std::string_view accept);

/// Whether an Accept-Encoding header (RFC 9110 12.5.3) allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace weir
