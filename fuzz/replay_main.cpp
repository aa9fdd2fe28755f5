// main() for the fuzz targets where libFuzzer is not there: runs each file given, and each file in
// the folders given, through the target once, so that the targets are built and run everywhere.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  // A copy of the exact size, so that AddressSanitizer sees a read past the end.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::size_t replay_all(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    replay(path);
    return 1;
  }
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) {
      replay(entry.path());
      ++count;
    }
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  try {
    for (int i = 1; i < argc; ++i) {
      if (!std::filesystem::exists(argv[i])) {
        std::fprintf(stderr, "%s: no such file or folder\n", argv[i]);
        return 2;
      }
      count += replay_all(argv[i]);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "an exception left the target: %s\n", error.what());
    return 1;
  }
  std::printf("replayed %zu inputs\n", count);
  return 0;
}
