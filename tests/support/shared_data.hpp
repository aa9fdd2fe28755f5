#pragma once

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#ifndef WEIR_SOURCE_DIR
#define WEIR_SOURCE_DIR "."
#endif

namespace weir {

/// Where captures are, and what other programs made of them. They are not part of this repository:
/// the folder is looked for beside it, or where WEIR_SHARED_DATA says.
inline std::filesystem::path shared_data() {
  const char* const named = std::getenv("WEIR_SHARED_DATA");
  return named != nullptr ? named : std::filesystem::path(WEIR_SOURCE_DIR) / "../shared/data";
}

/// A file's content, unpacked if it is packed.
inline std::string unpacked_file(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string text;
  char chunk[65536];
  int size = 0;
  while (file && (size = gzread(file.get(), chunk, sizeof chunk)) > 0) {
    text.append(chunk, static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace weir
