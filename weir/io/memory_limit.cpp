#include "weir/io/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>
#include <vector>

namespace weir {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// A hierarchy of control groups: where it is mounted, what of it is mounted there, and the file of
/// a group's limit.
struct Hierarchy {
  std::string mounted_at;
  std::string top;
  std::string file;
  bool v2 = false;
};

bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (list.substr(at, end - at) == word) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

/// Lines are `36 35 98:0 TOP MOUNTPOINT options - TYPE source superoptions`, see proc(5).
std::vector<Hierarchy> hierarchies(const std::string& root) {
  std::vector<Hierarchy> found;
  std::ifstream mounts(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string skipped, top, place, type, source, options;
    words >> skipped >> skipped >> skipped >> top >> place;
    const auto dash = line.find(" - ");
    if (!words || dash == std::string::npos) {
      continue;
    }
    std::istringstream rest(line.substr(dash + 3));
    rest >> type >> source >> options;
    if (type == "cgroup2") {
      found.push_back({place, top, "memory.max", true});
    } else if (type == "cgroup" && has_word(options, "memory")) {
      found.push_back({place, top, "memory.limit_in_bytes", false});
    }
  }
  return found;
}

/// The group that this process is in. Lines are `0::/path` for v2, `4:memory,cpu:/path` for v1.
std::string group_of(const Hierarchy& hierarchy, const std::string& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string_view names = std::string_view(line).substr(first + 1, second - first - 1);
    if (hierarchy.v2 ? names.empty() : has_word(names, "memory")) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

/// A limit as its file has it: bytes, or `max`.
std::size_t read_limit(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), limit);
  return error == std::errc() && !word.empty() && end == word.data() + word.size() ? limit : kNone;
}

/// The least limit of a group and all above it.
std::size_t least_limit(const Hierarchy& hierarchy, std::string group, const std::string& root) {
  // In a container the mount begins at the container's own group.
  if (hierarchy.top != "/" && group.starts_with(hierarchy.top)) {
    group.erase(0, hierarchy.top.size());
  }
  std::size_t least = kNone;
  while (true) {
    if (group == "/") {
      group.clear();
    }
    std::string path = root;
    path.append(hierarchy.mounted_at).append(group).append("/").append(hierarchy.file);
    least = std::min(least, read_limit(path));
    if (group.empty()) {
      return least;
    }
    const auto slash = group.rfind('/');
    group.resize(slash == std::string::npos ? 0 : slash);
  }
}

std::size_t machines_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(size)
                               : kNone;
}

}  // namespace

std::size_t memory_limit(const std::string& root) {
  std::size_t least = machines_memory();
  for (const Hierarchy& hierarchy : hierarchies(root)) {
    least = std::min(least, least_limit(hierarchy, group_of(hierarchy, root), root));
  }
  return least == kNone ? 0 : least;
}

}  // namespace weir
