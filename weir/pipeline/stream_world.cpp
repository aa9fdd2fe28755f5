#include "weir/pipeline/stream_world.hpp"

#include <filesystem>

#include "weir/base/stop_wait.hpp"

namespace weir {

StreamWorld real_world(StreamWorld world) {
  if (!world.now) {
    world.now = [] {
      return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    };
  }
  if (!world.sleep) {
    world.sleep = [](std::chrono::milliseconds time, const std::stop_token& stop) {
      wait_unless_stopped(stop, time);
    };
  }
  return world;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace weir
