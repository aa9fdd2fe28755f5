#pragma once

#include <cctz/time_zone.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace weir {

/// When the clock on a wall shows a time: once, twice in the hour that is repeated when it is set
/// back, or never when it is set forward over it.
struct LocalInstants {
  int count = 0;  ///< 0, 1 or 2
  /// The earlier and the later one; equal where there is one. With none both are the instant at
  /// which the clock jumped over that time.
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
};

/// A moment at which the clocks of a zone are set.
struct ClockChange {
  std::chrono::sys_seconds at;
  std::chrono::seconds by;  ///< positive: forward; 0 where only the zone's name changes
};

/// The rules of a time zone, from the system's tz database, valid also beyond its last listed
/// change. Cheap to copy, immutable, thread-safe.
///
/// Instants are sys_seconds; what the clock on the wall shows is local_seconds: the seconds from
/// 1970-01-01 00:00 on its face, as if all days were alike.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;

  /// `name` is one of the tz database (`Europe/Prague`), the absolute path of a zone file, `UTC`,
  /// or `local`: what $TZ says (a name or path, with or without a colon), else /etc/localtime, and
  /// UTC where that is missing, as in the C library. Throws Error::usage that lists near matches
  /// for a zone that does not exist, also for a $TZ that spells out rules (`CET-1CEST,M3.5.0,…`) or
  /// a zone file that counts leap seconds, neither of which is read; Error where the tz database
  /// is not installed.
  [[nodiscard]] static TimeZone load(const std::string& name);

  /// What it was loaded by: a name or path, never `local`.
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::chrono::local_seconds to_local(std::chrono::sys_seconds instant) const;
  [[nodiscard]] LocalInstants to_instants(std::chrono::local_seconds local) const;

  /// The first change after `instant`, if there is another.
  [[nodiscard]] std::optional<ClockChange> next_change(std::chrono::sys_seconds instant) const;

 private:
  TimeZone(std::string name, cctz::time_zone zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_ = "UTC";
  cctz::time_zone zone_ = cctz::utc_time_zone();
};

}  // namespace weir
