#pragma once

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

// What both sides of the scrape benchmark measure with. The client is another process (the same
// program, started as `PROGRAM read PORT plain|gzip [FILE]`), which only reads.

namespace weir::bench {

inline double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A line of /proc/self/status, in bytes: VmRSS or VmHWM, its highest value so far.
inline double memory(std::string_view which) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(which)) {
      return 1024 * std::strtod(line.c_str() + which.size() + 1, nullptr);
    }
  }
  return 0;
}

/// VmHWM starts again from what there is now.
inline void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// Reads one scrape and writes the body to `file`, if there is one. The exit status.
inline int read_scrape(std::uint16_t port, bool gzip, const char* file) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    return 1;
  }
  const std::string request = std::string("GET /metrics HTTP/1.1\r\nHost: localhost\r\n") +
                              (gzip ? "Accept-Encoding: gzip\r\n" : "") +
                              "Connection: close\r\n\r\n";
  if (::send(socket, request.data(), request.size(), 0) < 0) {
    return 1;
  }
  std::FILE* const out = file == nullptr ? nullptr : std::fopen(file, "wb");
  std::string buffer(std::size_t{256} << 10, '\0');
  std::string head;
  bool in_body = false;
  ssize_t got = 0;
  while ((got = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0) {
    std::string_view part(buffer.data(), static_cast<std::size_t>(got));
    if (!in_body) {
      head += part;
      const std::size_t end = head.find("\r\n\r\n");
      in_body = end != std::string::npos;
      part = in_body ? std::string_view(head).substr(end + 4) : std::string_view();
    }
    if (out != nullptr) {
      std::fwrite(part.data(), 1, part.size(), out);
    }
  }
  if (out != nullptr) {
    std::fclose(out);
  }
  head.resize(std::min(head.find("\r\n\r\n"), head.size()));
  const bool gzipped = head.find("gzip") != std::string::npos;
  return head.starts_with("HTTP/1.1 200") && gzipped == gzip ? 0 : 1;
}

/// In `main`, first of all: this process may be the client.
inline void be_the_client_if_asked(int argc, char** argv) {
  if (argc >= 4 && std::string_view(argv[1]) == "read") {
    std::exit(read_scrape(static_cast<std::uint16_t>(std::atoi(argv[2])),
                          std::string_view(argv[3]) == "gzip", argc > 4 ? argv[4] : nullptr));
  }
}

/// Has a client scrape this process.
inline void scrape(std::uint16_t port, bool gzip, const std::string& file = "") {
  std::array<char, 4096> self{};
  const ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
  std::string command = "'";
  command.append(self.data(), static_cast<std::size_t>(size));
  command += "' read " + std::to_string(port) + (gzip ? " gzip " : " plain ") + file;
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "the client could not read the scrape\n");
    std::exit(1);
  }
}

/// Scrapes a few times and prints the least CPU time, and the memory a series took meanwhile.
inline void measure_scrapes(std::string_view who, std::uint16_t port, bool gzip, double series,
                            double resident_before, double text_bytes) {
  using Clock = std::chrono::steady_clock;
  double least = 1e9;
  double shortest = 1e9;
  forget_peak();
  for (int round = 0; round < 5; ++round) {
    const double before = cpu_seconds();
    const auto begin = Clock::now();
    scrape(port, gzip);
    shortest = std::min(shortest, std::chrono::duration<double>(Clock::now() - begin).count());
    least = std::min(least, cpu_seconds() - before);
  }
  const double bytes = (memory("VmHWM") - resident_before - text_bytes) / series;
  std::printf(
      "%-16.*s %-6s %7.3f s CPU (%.3f s), %5.0f B a series above its label text at the peak\n",
      static_cast<int>(who.size()), who.data(), gzip ? "gzip" : "plain", least, shortest, bytes);
  std::fflush(stdout);
}

}  // namespace weir::bench
