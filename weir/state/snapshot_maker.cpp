#include "weir/state/snapshot_maker.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "weir/base/stop_wait.hpp"
#include "weir/state/snapshot_writer.hpp"

namespace weir {

SnapshotMaker::SnapshotMaker(const CommitFiles& files, CommitStore::MakeSnapshot make,
                             Options options)
    : files_(files), make_(std::move(make)), options_(std::move(options)) {
  stats_.bytes = options_.bytes;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void SnapshotMaker::request(std::uint64_t generation, std::uint64_t number) {
  busy_ = true;
  const std::lock_guard lock(mutex_);
  request_ = Request{.generation = generation, .number = number};
  requested_.notify_one();
}

SnapshotStats SnapshotMaker::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void SnapshotMaker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    if (!requested_.wait(lock, stop, [this] { return request_.has_value(); })) {
      return;
    }
    const Request request = *std::exchange(request_, std::nullopt);
    lock.unlock();
    while (true) {
      const std::string trouble = try_to_make(request, stop);
      if (trouble.empty() || stop.stop_requested()) {
        break;
      }
      failures_.write(
          log::Level::warn,
          "a snapshot of the state could not be made and is tried again; commits go on, "
          "and the log grows until then",
          {{"error", trouble}});
      lock.lock();
      ++stats_.failures;
      lock.unlock();
      if (!wait_unless_stopped(stop, options_.retry)) {
        break;
      }
    }
    busy_ = false;
  }
}

std::string SnapshotMaker::try_to_make(const Request& request, const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  std::uint64_t bytes = 0;
  try {
    SnapshotWriter writer(files_.path(FileKind::snapshot, request.generation), options_.about);
    // The sink is not told of a failure half way: it would have to unwind from wherever it is, and
    // going through the rest costs less than a second, with nothing written.
    const std::uint64_t number = make_([&writer, &stop](std::string_view piece) {
      if (!stop.stop_requested()) {
        writer.put(piece);
      }
    });
    if (stop.stop_requested()) {
      return "weir is stopping";
    }
    if (number < request.number) {
      return fmt::format("it was made at commit {}, before {}; this is a fault in weir", number,
                         request.number);
    }
    if (std::string trouble = writer.finish(number); !trouble.empty()) {
      return trouble;
    }
    bytes = writer.content();
    // One generation back stays: where this snapshot is damaged some day, the one before it and the
    // logs since then give the same.
    files_.remove_before(options_.start);
  } catch (const std::exception& error) {
    return error.what();
  }
  options_.start = request.generation;
  const std::chrono::duration<double> took = Clock::now() - began;
  const std::lock_guard lock(mutex_);
  ++stats_.made;
  stats_.bytes = bytes;
  stats_.seconds = took.count();
  return {};
}

}  // namespace weir
