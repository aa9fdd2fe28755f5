#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/config_file.hpp"
#include "cli/flags.hpp"
#include "weir/base/log.hpp"
#include "weir/enrich/as_names.hpp"
#include "weir/flow/filter.hpp"
#include "weir/pipeline/export_config.hpp"
#include "weir/source/kafka.hpp"

namespace weir {

/// What flags and configuration of `weir export` say.
struct ExportOptions {
  bool help = false;        ///< it was asked for and printed; nothing else is here
  std::string config_file;  ///< empty without one
  ExportConfig config;      ///< what no flag can say
  KafkaSourceOptions kafka;
  std::string kafka_flag;  ///< one that was given and makes sense with Kafka alone
  std::string from;        ///< a file, `-`, or empty for Kafka
  bool demo = false;
  std::uint64_t demo_rate = 2000;  ///< records a second
  std::vector<std::uint32_t> own_systems;
  std::vector<std::string> listen_addresses;
  std::string as_names{kDefaultAsNames};
  bool as_names_given = false;
  std::size_t max_series = 1'000'000;
  std::string state_dir;  ///< empty: the default, `none`: none
  bool restart_counters = false;
  std::uint64_t max_pending = 10'000'000;   ///< messages
  std::chrono::milliseconds hold{0};        ///< of new series at 0; 0: not
  std::chrono::milliseconds series_ttl{0};  ///< 0: for ever
  bool openmetrics_created = false;
  Filter where;  ///< matches all unless given
  std::string where_text;
  std::string format = "auto";
  std::string dead_letter_topic;  ///< empty: refused records go nowhere
  bool enable_lifecycle = false;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;
};

/// Reads the arguments of `weir export`, which is called `command` in messages, and the
/// configuration that they name. The same arguments may be read again at any time, for what the
/// file says then. Throws Error::usage.
ExportOptions read_export_options(const std::string& command,
                                  const std::vector<std::string>& arguments);

/// The table of flags, writing into `options`.
std::vector<Flag> export_flags(ExportOptions& options);

/// What else a configuration may hold, writing into `options`.
ConfigSections export_sections(ExportOptions& options);

/// Throws Error::usage for flags that make no sense together.
void check_export_options(const ExportOptions& options);

}  // namespace weir
