#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/io/http_fetch.hpp"
#include "weir/pipeline/finding.hpp"

namespace weir {

struct NamesCheck {
  std::string source;  ///< URL, file or `none`, as --as-names takes it
  std::vector<std::uint32_t> own_systems;
  bool fetch = false;  ///< a URL too; else only what is on this machine is looked at
  std::optional<std::string> cache_folder{};  ///< absent: default_cache_folder()
  std::chrono::milliseconds patience = std::chrono::seconds(15);
  /// Instead of http_fetch, for tests.
  std::function<HttpFetchResult(const std::string& url, const std::stop_token&)> get{};
};

/// Where AS names come from, how many there are and how fresh, and whether the own AS numbers have
/// one. Writes nothing. Throws Error::usage for what `weir export` refuses.
[[nodiscard]] Findings check_as_names(const NamesCheck& check);

/// `3 days ago`.
[[nodiscard]] std::string ago(std::chrono::system_clock::duration age);

}  // namespace weir
