#include "weir/io/process_stats.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

std::string slurp(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t count_open_fds() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  std::uint64_t count = 0;
  while (folder && readdir(folder.get()) != nullptr) {
    ++count;
  }
  // Without `.`, `..` and the descriptor that reads the folder.
  return count > 3 ? count - 3 : 0;
}

/// The number that `text` begins with; 0 where it begins with none.
std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double boot_time() {
  std::istringstream lines(slurp("/proc/stat"));
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("btime ")) {
      return static_cast<double>(number(std::string_view(line).substr(6)));
    }
  }
  return 0;
}

/// The numbers of /proc/self/stat from field 3 (state) on; proc(5) counts from 1.
std::vector<std::string> stat_fields() {
  const std::string text = slurp("/proc/self/stat");
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return {};
  }
  std::istringstream words(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

ProcessStats process_stats() {
  constexpr std::size_t kThreads = 20 - 3;
  constexpr std::size_t kStartTime = 22 - 3;
  constexpr std::size_t kVirtualBytes = 23 - 3;
  constexpr std::size_t kResidentPages = 24 - 3;
  ProcessStats stats;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    // Divided once, so that the number has no more digits than the kernel gives.
    constexpr std::int64_t kMicros = 1'000'000;
    const std::int64_t micros = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * kMicros +
                                usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    stats.cpu_seconds = static_cast<double>(micros) / kMicros;
  }
  const auto fields = stat_fields();
  if (fields.size() > kResidentPages) {
    stats.threads = number(fields[kThreads]);
    stats.virtual_bytes = number(fields[kVirtualBytes]);
    stats.resident_bytes =
        number(fields[kResidentPages]) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    static const double kBoot = boot_time();
    stats.start_time_seconds = kBoot + static_cast<double>(number(fields[kStartTime])) /
                                           static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  stats.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    stats.max_fds = limit.rlim_cur;
  }
  return stats;
}

}  // namespace weir
