#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/export_options.hpp"
#include "weir/enrich/as_name_updater.hpp"
#include "weir/pipeline/export_plan.hpp"
#include "weir/pipeline/export_state.hpp"
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

/// Where it keeps its counters, and whether somebody said so. None: it keeps them in memory alone.
struct StateFolder {
  std::string folder;  ///< for these topics
  bool named = false;
};
[[nodiscard]] std::optional<StateFolder> state_folder_of(const ExportOptions& options);

/// The same as the state takes it. Where the default folder cannot be written in, it is warned of,
/// and there is none; of one that was named, the state will say so.
[[nodiscard]] std::optional<ExportStateOptions> state_options(const ExportOptions& options);

/// Who sends refused records away; null: nobody.
[[nodiscard]] std::shared_ptr<DeadLetters> make_dead_letters(const ExportOptions& options);

/// What it does with records, without dead letters. What is the same as now goes on as it is.
/// `names` may be null. Throws Error::usage for files that cannot be used.
[[nodiscard]] ExportPlan make_plan(const ExportOptions& options,
                                   const std::shared_ptr<AsNameLookup>& names,
                                   const ExportPlan* now = nullptr);

/// All of it while it runs. Throws Error::usage also where options have changed that it cannot
/// change then.
[[nodiscard]] ExportPlan make_next_plan(const ExportOptions& options,
                                        const ExportOptions& began_with, const ExportPlan& now);

/// Where it listens.
[[nodiscard]] std::vector<std::string> listen_addresses(const ExportOptions& options);

}  // namespace weir
