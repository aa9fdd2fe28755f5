#include "weir/base/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLocalTime = "/etc/localtime";

fs::path database() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/// The names of all zones: the files of the database below its folders, without the copies that
/// Debian and others keep in posix/ and right/.
std::vector<std::string> zone_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string file = at->path().filename();
    std::error_code unreadable;
    if (at->is_directory(unreadable)) {
      if (file == "posix" || file == "right") {
        at.disable_recursion_pending();
      }
    } else if (file.find('.') == std::string::npos && file != "localtime") {
      names.push_back(at->path().lexically_relative(folder));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What may have been meant: the zone of the city alone (`prague`), else names that are near.
std::string suggestion(const std::string& name) {
  const std::vector<std::string> names = zone_names(database());
  for (const std::string& each : names) {
    const auto slash = each.rfind('/');
    if (slash != std::string::npos && edit_distance(name, each.substr(slash + 1)) == 0) {
      return fmt::format(" Did you mean {}?", each);
    }
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return did_you_mean(name, candidates);
}

/// `what` says where the name comes from.
[[noreturn]] void refuse(const std::string& what, const std::string& name) {
  std::error_code error;
  const fs::path folder = database();
  if (fs::is_empty(folder, error) || error) {
    throw Error(
        fmt::format("{}: there is no time zone database in {}; install the package tzdata, or "
                    "give --timezone UTC",
                    what, folder.string()));
  }
  if (fs::path(name).is_absolute()) {
    throw Error::usage(
        fmt::format("{}: this is no time zone file, or one that counts leap seconds; give a zone "
                    "by its name, as in --timezone Europe/Prague",
                    what));
  }
  if (name.find_first_of(",<>") != std::string::npos ||
      name.find_first_of("0123456789") != std::string::npos) {
    throw Error::usage(fmt::format(
        "{}: there is no zone of this name. Rules that are spelt out, as CET-1CEST,M3.5.0,M10.5.0, "
        "are not read; give a zone by its name, as in --timezone Europe/Prague.{}",
        what, suggestion(name)));
  }
  throw Error::usage(
      fmt::format("{}: there is no zone of this name; `ls {}` shows them, as in --timezone "
                  "Europe/Prague.{}",
                  what, folder.string(), suggestion(name)));
}

/// The name or path that stands for `local`, as the C library finds it; empty for UTC.
std::string local_name() {
  const char* variable = std::getenv("TZ");
  if (variable == nullptr) {
    std::error_code error;
    return fs::exists(kLocalTime, error) ? kLocalTime : "";
  }
  const std::string_view value(variable);
  const std::string name(value.starts_with(':') ? value.substr(1) : value);
  return name == "UTC0" ? "" : name;
}

cctz::civil_second to_civil(std::chrono::local_seconds local) {
  return cctz::civil_second() + local.time_since_epoch().count();
}

}  // namespace

TimeZone TimeZone::load(const std::string& name) {
  const bool local = name == "local";
  const std::string wanted = local ? local_name() : name;
  if (wanted == "UTC" || (local && wanted.empty())) {
    return {};
  }
  cctz::time_zone zone;
  if (wanted.empty() || !cctz::load_time_zone(wanted, &zone)) {
    const bool from_variable = local && wanted != kLocalTime;
    refuse(from_variable ? "TZ=" + wanted : "--timezone " + (local ? wanted : name), wanted);
  }
  return {wanted, zone};
}

std::chrono::local_seconds TimeZone::to_local(std::chrono::sys_seconds instant) const {
  return std::chrono::local_seconds(
      std::chrono::seconds(zone_.lookup(instant).cs - cctz::civil_second()));
}

LocalInstants TimeZone::to_instants(std::chrono::local_seconds local) const {
  const auto found = zone_.lookup(to_civil(local));
  switch (found.kind) {
    case cctz::time_zone::civil_lookup::UNIQUE:
      return {.count = 1, .first = found.pre, .last = found.pre};
    case cctz::time_zone::civil_lookup::REPEATED:
      return {.count = 2, .first = found.pre, .last = found.post};
    case cctz::time_zone::civil_lookup::SKIPPED:
      break;
  }
  return {.count = 0, .first = found.trans, .last = found.trans};
}

std::optional<ClockChange> TimeZone::next_change(std::chrono::sys_seconds instant) const {
  cctz::time_zone::civil_transition change;
  if (!zone_.next_transition(instant, &change)) {
    return std::nullopt;
  }
  return ClockChange{.at = zone_.lookup(change.to).trans,
                     .by = std::chrono::seconds(change.to - change.from)};
}

}  // namespace weir
