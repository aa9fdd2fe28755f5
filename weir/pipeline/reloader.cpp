#include "weir/pipeline/reloader.hpp"

#include <utility>

namespace weir {

Reloader::Reloader(Reload reload)
    : reload_(std::move(reload)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Reloader::~Reloader() {
  thread_.request_stop();
  thread_.join();
  for (const Done& done : waiting_) {
    done("the program is stopping");
  }
}

void Reloader::request(Done done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(done));
  }
  wake_.notify_one();
}

/// Those who wait, as soon as there are any; nobody when it is over.
std::vector<Reloader::Done> Reloader::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested()) {
    return {};
  }
  return std::exchange(waiting_, {});
}

void Reloader::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::vector<Done> asked = take(stop);
    if (asked.empty()) {
      continue;
    }
    const std::string why = reload_();
    for (const Done& done : asked) {
      done(why);
    }
  }
}

}  // namespace weir
