#include "weir/source/synthetic.hpp"

#include <thread>

namespace weir {

SyntheticSource::SyntheticSource(std::uint64_t rate, std::uint64_t seed)
    : rate_(rate), flows_(seed) {}

/// How many records should have been made by now.
std::uint64_t SyntheticSource::due() const {
  const std::chrono::duration<double> elapsed = Clock::now() - begin_;
  return static_cast<std::uint64_t>(elapsed.count() * static_cast<double>(rate_));
}

bool SyntheticSource::read(PayloadBatch& batch, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kPause{20};
  const std::uint64_t wanted = due();
  std::uint64_t made = made_.load(std::memory_order_relaxed);
  while (made < wanted && !batch.full() && !stop.stop_requested()) {
    record_.clear();
    flows_.append_json(record_);
    batch.add(record_, 0);
    ++made;
  }
  made_.store(made, std::memory_order_relaxed);
  if (batch.empty()) {
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

SourceState SyntheticSource::state() const {
  const auto made = static_cast<std::int64_t>(made_.load(std::memory_order_relaxed));
  return {{{"demo", "0", "", made, -1, 0}}, {}, {}};
}

SourceStatus SyntheticSource::status() const {
  const auto made = static_cast<std::int64_t>(made_.load(std::memory_order_relaxed));
  // A record comes due every moment; what one pause lets pile up is no lag.
  const auto late = static_cast<std::int64_t>(due()) - made;
  const auto usual = static_cast<std::int64_t>(rate_ / 20);
  return {true, true, "", {{"demo", "0", made, made + (late > usual ? late : 0)}}};
}

}  // namespace weir
