#include "weir/pipeline/reloader.hpp"

#include <utility>

namespace weir {
namespace {

constexpr const char* kTooLate = "the program is stopping";

}  // namespace

Reloader::Reloader(Reload reload)
    : reload_(std::move(reload)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Reloader::~Reloader() {
  stop();
}

void Reloader::stop() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  std::vector<Done> late;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    late.swap(waiting_);
  }
  for (const Done& done : late) {
    done(kTooLate);
  }
}

void Reloader::request(Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_) {
      waiting_.push_back(std::move(done));
      wake_.notify_one();
      return;
    }
  }
  done(kTooLate);
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
