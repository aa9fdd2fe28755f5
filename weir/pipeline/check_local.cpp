#include "weir/pipeline/check_local.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "weir/base/error.hpp"
#include "weir/io/file.hpp"
#include "weir/io/listen_socket.hpp"

namespace weir {
namespace {

constexpr std::string_view kFlag = "--web.listen-address";

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// The folder itself, or the nearest above it that is there.
std::filesystem::path nearest(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(folder, ignored);
  while (!std::filesystem::exists(at, ignored) && at != at.parent_path()) {
    at = at.parent_path();
  }
  return at;
}

/// Whether the host of an address is a name that somebody may have to be asked for.
bool is_name(std::string_view address) {
  const std::string_view host = address.substr(0, address.rfind(':'));
  return !host.empty() && host.front() != '[' && host != "localhost" &&
         host.find(':') == std::string_view::npos &&
         host.find_first_not_of("0123456789.") != std::string_view::npos;
}

/// What is wrong with how an address is written throws; whether the name exists is left open.
void check_spelling(const std::string& address) {
  const auto colon = address.rfind(':');
  try {
    static_cast<void>(listen_on(
        std::string(kFlag),
        "127.0.0.1" + (colon == std::string::npos ? std::string() : address.substr(colon))));
  } catch (const Error& error) {
    if (error.exit_code() == Error::kUsage) {
      static_cast<void>(listen_on(std::string(kFlag), address));  // says it of what was given
      throw;
    }
  }
}

}  // namespace

Finding check_folder(const std::string& what, const std::string& folder) {
  const std::filesystem::path there = nearest(folder);
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(there, ignored);
  const bool itself = std::filesystem::exists(folder, ignored);
  if (is_folder && ::access(there.c_str(), W_OK | X_OK) == 0) {
    return ok(fmt::format("{} in {}, {}", what, folder,
                          itself ? "which can be written to" : "which will be made"));
  }
  const std::string why = is_folder ? reason(errno) : "it is no directory";
  return warning(
      fmt::format("{} in {}: cannot be {}: {}: {}", what, folder, itself ? "written to" : "made",
                  there.string(), why),
      fmt::format("Let the user that weir runs as write there; until then it works without {}",
                  what));
}

Findings check_listening(const std::vector<std::string>& addresses, bool resolve) {
  Findings findings;
  std::vector<ListenSocket> held;  // until the end, so that one address given twice shows
  for (const std::string& address : addresses) {
    if (!resolve && is_name(address)) {
      check_spelling(address);
      findings.push_back(ok(fmt::format("listening on {}", address)));
      continue;
    }
    try {
      held.push_back(listen_on(std::string(kFlag), address));
      findings.push_back(ok(fmt::format("listening on {}, which is free", address)));
    } catch (const Error& error) {
      const std::string text = error.what();
      if (error.exit_code() == Error::kUsage) {
        throw;
      }
      const auto end = std::min(text.find("; "), text.size());
      if (text.find(reason(EADDRINUSE)) != std::string::npos) {
        findings.push_back(warning(text.substr(0, end),
                                   "If weir runs there already, all is well; else stop the program "
                                   "that has this port, or give another"));
      } else {
        findings.push_back(problem(text.substr(0, end),
                                   "Give a port from 1024 on, or the right to "
                                   "use lower ones"));
      }
    }
  }
  return findings;
}

std::uint64_t usable_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long size = ::sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || size <= 0) {
    return 0;
  }
  const auto machine = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size);
  // A container's own limit; "max" where there is none.
  const FileContent limit = read_file("/sys/fs/cgroup/memory.max", 64);
  std::uint64_t bytes = 0;
  const auto [end, error] =
      std::from_chars(limit.bytes.data(), limit.bytes.data() + limit.bytes.size(), bytes);
  return error == std::errc() && bytes != 0 ? std::min(machine, bytes) : machine;
}

}  // namespace weir
