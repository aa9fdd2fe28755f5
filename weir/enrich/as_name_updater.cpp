#include "weir/enrich/as_name_updater.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using SystemClock = std::chrono::system_clock;

enum class Kind { none, url, file };

std::string lower_scheme(const std::string& source) {
  const auto end = source.find("://");
  std::string scheme = source.substr(0, end == std::string::npos ? 0 : end);
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return scheme;
}

bool is_none(const std::string& source) {
  return source.empty() || source == "none";
}

/// What `source` is; that of a file becomes its path.
Kind classify(std::string& source) {
  if (is_none(source)) {
    return Kind::none;
  }
  const std::string scheme = lower_scheme(source);
  if (scheme == "http" || scheme == "https") {
    return Kind::url;
  }
  if (scheme == "file") {
    source.erase(0, std::string_view("file://").size());
    return Kind::file;
  }
  if (!scheme.empty()) {
    throw Error::usage(fmt::format("--as-names {}: give an http or https URL, a file, or none",
                                   without_credentials(source)));
  }
  return Kind::file;
}

/// FNV-1a: stable from run to run, as std::hash need not be.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// What `work` says is wrong, also by throwing: nothing may end the thread.
template <typename Work>
std::string attempt(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// Throws where there are none.
AsNames usable_names(std::string content) {
  AsNames names = AsNames::read(std::move(content));
  if (!names.usable()) {
    throw Error::usage(fmt::format("not a list of AS names: {} lines are names, {} are not",
                                   names.size(), names.malformed()));
  }
  return names;
}

}  // namespace

std::string default_cache_folder() {
  const std::string systemd = environment("CACHE_DIRECTORY");
  if (!systemd.empty()) {
    return systemd.substr(0, systemd.find(':'));
  }
  // A relative path there is to be ignored (XDG Base Directory Specification).
  const std::string xdg = environment("XDG_CACHE_HOME");
  if (xdg.starts_with('/')) {
    return xdg + "/weir";
  }
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.cache/weir";
}

AsNameUpdater::AsNameUpdater(AsNameOptions options)
    : options_(std::move(options)),
      random_(std::random_device{}()),
      names_(std::in_place, std::make_shared<const AsNames>()) {
  const Kind kind = classify(options_.source);
  if (kind == Kind::none) {
    first_done_ = true;
    return;
  }
  if (kind == Kind::file) {
    follow_file();
    return;
  }
  if (!options_.fetch) {
    options_.fetch = [max = options_.max_bytes](const std::string& url,
                                                const std::stop_token& stop) {
      return http_fetch(url, {.max_bytes = max}, stop);
    };
  }
  const std::string folder = options_.cache_folder.value_or(default_cache_folder());
  if (!folder.empty()) {
    cache_file_ = fmt::format("{}/as-names-{:016x}.txt", folder, hash_of(options_.source));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { follow_url(stop); });
}

std::shared_ptr<const AsNames> AsNameUpdater::current() const {
  return names_.with([](const auto& names) { return names; });
}

bool AsNameUpdater::wait_first(milliseconds longest) const {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, longest, [this] { return first_done_; });
}

SystemClock::time_point AsNameUpdater::loaded_at() const {
  return loaded_at_.load();
}

std::uint64_t AsNameUpdater::failures() const {
  const std::uint64_t fetches = failures_.load(std::memory_order_relaxed);
  return fetches + (follower_ ? follower_->files().front().failures : 0);
}

void AsNameUpdater::refresh() {
  if (follower_) {
    static_cast<void>(follower_->refresh());  // it tells of trouble itself
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    refresh_wanted_ = true;
  }
  wake_.notify_all();
}

void AsNameUpdater::follow_url(const std::stop_token& stop) {
  const std::optional<milliseconds> age = read_cache();
  if (age && *age < options_.refresh) {
    wait(stop, jittered(options_.refresh - *age));
  }
  milliseconds retry = options_.retry_first;
  while (!stop.stop_requested()) {
    const bool worked = fetch(stop);
    first_done();
    wait(stop, jittered(worked ? options_.refresh : retry));
    retry = worked ? options_.retry_first : std::min(retry * 2, options_.retry_max);
  }
}

bool AsNameUpdater::has_source() const {
  return !is_none(options_.source);
}

void AsNameUpdater::follow_file() {
  std::vector<FollowedFile> files;
  files.push_back({.kind = "as_names",
                   .path = options_.source,
                   .max_bytes = options_.max_bytes,
                   .take =
                       [this](std::string content) {
                         AsNames names = usable_names(std::move(content));
                         const std::uint64_t entries = names.size();
                         publish(std::move(names), SystemClock::now());
                         return entries;
                       },
                   .told_by_taker = true});
  try {
    follower_.emplace(std::move(files), options_.file_check, [] {});
  } catch (const Error& error) {
    throw Error::usage(fmt::format(
        "--as-names {}; give a file or URL in the form of cidr-report's asn.txt, an ASN database "
        "(.mmdb), or none",
        error.what()));
  }
}

bool AsNameUpdater::fetch(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    refresh_wanted_ = false;
  }
  const std::string error = attempt([&] { return fetch_error(stop); });
  if (!error.empty() && !stop.stop_requested()) {
    fail(error);
  }
  return error.empty();
}

std::string AsNameUpdater::fetch_error(const std::stop_token& stop) {
  const HttpFetchResult result = options_.fetch(options_.source, stop);
  if (!result.error.empty()) {
    return result.error;
  }
  if (!result.ok()) {
    return fmt::format("HTTP status {}", result.status);
  }
  AsNames names = usable_names(result.body);
  // A list that was cut short would retire most series. One that is small twice is small.
  constexpr std::size_t kLong = 1000;
  const std::size_t known = current()->size();
  const bool shrunk = known >= kLong && names.size() < known / 2;
  if (shrunk && !std::exchange(has_shrunk_, true)) {
    return fmt::format("only {} names where {} are known; believed if the next fetch says so too",
                       names.size(), known);
  }
  has_shrunk_ = false;
  publish(std::move(names), SystemClock::now());
  write_cache(result.body);
  return {};
}

std::optional<milliseconds> AsNameUpdater::read_cache() {
  const std::optional<FileStamp> stamp =
      cache_file_.empty() ? std::nullopt : file_stamp(cache_file_);
  if (!stamp) {
    return std::nullopt;
  }
  AsNames names;
  const std::string error = attempt([&] {
    names = usable_names(read_file(cache_file_, options_.max_bytes).bytes);
    return std::string{};
  });
  if (!error.empty()) {
    return std::nullopt;
  }
  const auto since = std::chrono::nanoseconds(stamp->modified_ns);
  const SystemClock::time_point at(std::chrono::duration_cast<SystemClock::duration>(since));
  publish(std::move(names), at);
  const auto age = std::chrono::duration_cast<milliseconds>(SystemClock::now() - at);
  // A time in the future says nothing about the age.
  return age < milliseconds(0) ? std::nullopt : std::optional(age);
}

void AsNameUpdater::write_cache(const std::string& text) {
  if (cache_file_.empty()) {
    return;
  }
  std::error_code ignored;  // the writing says what is wrong
  std::filesystem::create_directories(std::filesystem::path(cache_file_).parent_path(), ignored);
  const std::string error = write_file_atomically(cache_file_, text);
  if (!error.empty() && !std::exchange(cache_warned_, true)) {
    log::warn("AS names cannot be cached, each start has to fetch them",
              {{"file", cache_file_}, {"error", error}});
  }
}

void AsNameUpdater::publish(AsNames names, SystemClock::time_point at) {
  const bool news = !(names == *current());
  log::info(news ? "AS names loaded" : "AS names unchanged",
            {{"source", without_credentials(options_.source)},
             {"names", std::to_string(names.size())},
             {"malformed_lines", std::to_string(names.malformed())}});
  loaded_at_.store(at);
  if (news) {
    auto shared = std::make_shared<const AsNames>(std::move(names));
    names_.with([&](auto& held) { held.swap(shared); });
    generation_.fetch_add(1, std::memory_order_release);
  }
  first_done();
}

void AsNameUpdater::fail(const std::string& error) {
  failures_.fetch_add(1, std::memory_order_relaxed);
  complaints_.write(log::Level::warn, "AS names cannot be loaded, those known are kept",
                    {{"source", without_credentials(options_.source)},
                     {"error", error},
                     {"names", std::to_string(current()->size())}});
}

void AsNameUpdater::first_done() {
  {
    const std::lock_guard lock(mutex_);
    first_done_ = true;
  }
  wake_.notify_all();
}

void AsNameUpdater::wait(const std::stop_token& stop, milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, time, [this] { return refresh_wanted_; });
}

milliseconds AsNameUpdater::jittered(milliseconds time) {
  std::uniform_real_distribution<double> factor(1 - options_.jitter, 1 + options_.jitter);
  return std::chrono::duration_cast<milliseconds>(time * factor(random_));
}

}  // namespace weir
