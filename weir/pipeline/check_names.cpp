#include "weir/pipeline/check_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

#include "weir/base/guarded.hpp"
#include "weir/enrich/as_name_updater.hpp"
#include "weir/io/file.hpp"
#include "weir/pipeline/check_local.hpp"

namespace weir {
namespace {

using SystemClock = std::chrono::system_clock;

constexpr auto kOld = std::chrono::hours(24 * 90);

bool is_url(const std::string& source) {
  return source.find("://") != std::string::npos && !source.starts_with("file:") &&
         !source.starts_with("FILE:");
}

SystemClock::duration age_of(SystemClock::time_point at) {
  return SystemClock::now() - at;
}

Findings without_name(const AsNames& names, const std::vector<std::uint32_t>& own) {
  std::vector<std::uint32_t> unnamed;
  for (const std::uint32_t system : own) {
    if (names.name(system).empty()) {
      unnamed.push_back(system);
    }
  }
  if (unnamed.empty()) {
    return {};
  }
  return {warning(fmt::format("AS names: there is none of AS {}", fmt::join(unnamed, ", ")),
                  "Its name is an empty label; a file of your own, by --as-names, can have it")};
}

Finding loaded(const std::string& source, const AsNames& names, const std::string& since) {
  std::string text =
      fmt::format("AS names: {} in {}, {}", counted_words(names.size(), "name"), source, since);
  if (names.malformed() != 0) {
    text += fmt::format("; {} not understood", counted_words(names.malformed(), "line"));
  }
  return ok(std::move(text));
}

Findings check_file(const NamesCheck& check) {
  AsNameOptions options;
  options.source = check.source;
  const AsNameUpdater updater(std::move(options));  // throws where `weir export` would
  const auto names = updater.current();
  const std::string path =
      check.source.find("://") == std::string::npos ? check.source : check.source.substr(7);
  const auto stamp = file_stamp(path);
  const auto modified = std::chrono::duration_cast<SystemClock::duration>(
      std::chrono::nanoseconds(stamp ? stamp->modified_ns : 0));
  const auto age = age_of(SystemClock::time_point(modified));
  Findings findings = {loaded(path, *names, "changed " + ago(age))};
  if (age > kOld) {
    findings.push_back(warning(fmt::format("AS names: {} was changed {}", path, ago(age)),
                               "Get a newer list; weir takes a changed file up by itself"));
  }
  add(findings, without_name(*names, check.own_systems));
  return findings;
}

/// The names that an earlier run has left on disk; nobody is asked.
Findings check_cached(const NamesCheck& check, const std::string& folder) {
  AsNameOptions options;
  options.source = check.source;
  options.cache_folder = folder;
  options.fetch = [](const std::string&, const std::stop_token&) {
    return HttpFetchResult{0, "", "not asked"};
  };
  const AsNameUpdater updater(std::move(options));
  static_cast<void>(updater.wait_first(check.patience));
  const auto names = updater.current();
  if (names->size() == 0) {
    return {ok("AS names: none are cached here")};
  }
  return {loaded("the cache", *names, "fetched " + ago(age_of(updater.loaded_at())))};
}

Findings check_url(const NamesCheck& check) {
  // Shared, for the thread that fetches may be slower than our patience.
  const auto error = std::make_shared<Guarded<std::string>>();
  AsNameOptions options;
  options.source = check.source;
  options.cache_folder = "";
  options.fetch = [error, patience = check.patience, get = check.get](const std::string& url,
                                                                      const std::stop_token& stop) {
    const HttpFetchOptions limits = {.connect_timeout = patience, .total_timeout = patience};
    HttpFetchResult result = get ? get(url, stop) : http_fetch(url, limits, stop);
    error->with([&](std::string& why) {
      why = !result.error.empty() ? result.error
            : result.ok()         ? "what came is no list of AS names"
                                  : fmt::format("HTTP status {}", result.status);
    });
    return result;
  };
  const AsNameUpdater updater(std::move(options));
  const bool answered = updater.wait_first(check.patience + std::chrono::seconds(1));
  const auto names = updater.current();
  const std::string source = without_credentials(check.source);
  if (names->size() == 0) {
    const std::string why = error->with([](const std::string& text) { return text; });
    return {warning(fmt::format("AS names: {} gives none: {}", source,
                                answered && !why.empty() ? why : "no answer in time"),
                    "weir counts without names and tries again; see that the URL can be reached "
                    "from here, or give a file, or --as-names none")};
  }
  Findings findings = {loaded(source, *names, "fetched now")};
  add(findings, without_name(*names, check.own_systems));
  return findings;
}

}  // namespace

std::string ago(SystemClock::duration age) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(age).count();
  if (seconds < 0) {
    return "in the future";
  }
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {86400, "day"}, {3600, "hour"}, {60, "minute"}};
  for (const auto& [length, name] : kUnits) {
    if (seconds >= length) {
      return counted_words(static_cast<std::uint64_t>(seconds / length), name) + " ago";
    }
  }
  return "just now";
}

Findings check_as_names(const NamesCheck& check) {
  if (check.source.empty() || check.source == "none") {
    return {ok("AS names: none, so the labels for them are empty")};
  }
  if (!is_url(check.source)) {
    return check_file(check);
  }
  const std::string folder = check.cache_folder.value_or(default_cache_folder());
  Findings findings;
  if (check.fetch) {
    findings = check_url(check);
  } else {
    findings = {ok(fmt::format("AS names: from {}, daily", without_credentials(check.source)))};
  }
  if (folder.empty()) {
    findings.push_back(warning("AS names: there is no folder to keep them in over a restart",
                               "Set CACHE_DIRECTORY, XDG_CACHE_HOME or HOME"));
    return findings;
  }
  add(findings, check_cached(check, folder));
  findings.push_back(check_folder("cache", folder));
  return findings;
}

}  // namespace weir
