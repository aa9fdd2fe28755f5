#include "weir/pipeline/print_sources.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "weir/base/error.hpp"
#include "weir/decode/json_split.hpp"
#include "weir/io/file.hpp"
#include "weir/source/nfcapd_files.hpp"

namespace weir {
namespace {

enum class Looks { json, nfcapd, capture, other };

/// nfcapd's magic in either byte order: whoever reads it tells what is wrong with it.
bool is_nfcapd(std::string_view begin) {
  return begin.starts_with("\x0c\xa5") || begin.starts_with("\xa5\x0c");
}

/// pcap of both byte orders and resolutions, and pcapng.
bool is_capture(std::string_view begin) {
  static constexpr std::array<std::string_view, 5> kMagics = {
      "\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\n\r\r\n"};
  return std::any_of(kMagics.begin(), kMagics.end(),
                     [&](std::string_view magic) { return begin.starts_with(magic); });
}

Looks looks_like(std::string_view begin) {
  if (is_nfcapd(begin)) {
    return Looks::nfcapd;
  }
  if (is_capture(begin)) {
    return Looks::capture;
  }
  const std::size_t first = skip_before_json(begin, 0);
  // Blanks alone may be followed by anything; an empty file has no records.
  const bool json = first == begin.size() || begin[first] == '{' || begin[first] == '[';
  return json ? Looks::json : Looks::other;
}

[[noreturn]] void cannot_read(const std::string& path) {
  throw Error::usage(
      fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
}

Looks look_at(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    cannot_read(path);
  }
  if (!S_ISREG(info.st_mode)) {
    return S_ISDIR(info.st_mode) ? Looks::nfcapd : Looks::json;
  }
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> begin;
  const ssize_t size = file ? ::pread(file.get(), begin.data(), begin.size(), 0) : -1;
  if (size < 0) {
    cannot_read(path);
  }
  if (size == 0 && is_nfcapd_name(std::filesystem::path(path).filename().string())) {
    return Looks::nfcapd;  // which it should have been
  }
  return looks_like({begin.data(), static_cast<std::size_t>(size)});
}

}  // namespace

PrintSources find_print_sources(std::span<const std::string> paths) {
  PrintSources sources;
  std::vector<std::string> nfcapd;
  for (const std::string& path : paths) {
    const Looks looks = path == "-" ? Looks::json : look_at(path);
    if (looks == Looks::capture) {
      throw Error::usage(fmt::format(
          "{} is a capture of packets, not of flow records; nfpcapd makes nfcapd files of it",
          path));
    }
    if (looks == Looks::other) {
      throw Error::usage(fmt::format(
          "{} is neither an nfcapd file nor JSON records; compressed JSON may come through a pipe: "
          "zcat {} | weir print -",
          path, path));
    }
    auto& list = looks == Looks::nfcapd ? nfcapd : sources.json;
    if (path == "-" && std::find(list.begin(), list.end(), path) != list.end()) {
      throw Error::usage("-: standard input can be read only once");
    }
    list.push_back(path);
  }
  if (!nfcapd.empty()) {
    sources.nfcapd = nfcapd_files(nfcapd);
  }
  return sources;
}

}  // namespace weir
