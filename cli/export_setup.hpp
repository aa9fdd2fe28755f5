#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/export_options.hpp"
#include "weir/enrich/as_name_updater.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {

// What the flags of `weir export` come to: for the command itself and for `weir check`.

/// What it reads from.
[[nodiscard]] SourceOptions source_options(const ExportOptions& options);

/// The same for people, in a few words.
[[nodiscard]] std::string describe_source(const ExportOptions& options);

/// The AS numbers that are one's own: those given, the invented ones of the demonstration, or 0.
[[nodiscard]] std::vector<std::uint32_t> own_systems(const ExportOptions& options);

/// Where AS names come from.
[[nodiscard]] AsNameOptions name_options(const ExportOptions& options);

/// Where it listens.
[[nodiscard]] std::vector<std::string> listen_addresses(const ExportOptions& options);

}  // namespace weir
