#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/flags.hpp"
#include "weir/enrich/enrichment.hpp"

namespace weir {

/// --geo, --networks, --interfaces and --exporters: files of what records do not say themselves.
/// `given` is called with the name of each that is used.
std::vector<Flag> lookup_flags(EnrichOptions& options,
                               std::function<void(const std::string& name)> given = nullptr);

}  // namespace weir
