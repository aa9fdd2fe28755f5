#include "weir/pipeline/read_to_end.hpp"

#include <optional>

#include "weir/base/error.hpp"

namespace weir {
namespace {

/// All that was there in `ends` has been read.
bool has_reached(const SourceState& state, const SourceState& ends) {
  for (std::size_t i = 0; i < ends.origins.size(); ++i) {
    // The list only grows.
    if (ends.origins[i].end > state.origins[i].next) {
      return false;
    }
  }
  return !ends.origins.empty();
}

}  // namespace

void read_to_end(Source& source, const ReadToEnd& how, const std::stop_token& stop,
                 const std::function<void(const PayloadBatch& batch)>& take) {
  using Clock = std::chrono::steady_clock;
  PayloadBatch batch;
  std::optional<SourceState> ends;
  auto well = Clock::now();
  bool more = true;
  while (more && !stop.stop_requested()) {
    // Before reading: what is settled by then, the state after it knows.
    const SourceStatus status = source.status();
    batch.clear();
    more = source.read(batch, stop);
    take(batch);
    if (how.follow) {
      continue;
    }
    if (!ends && status.started) {
      ends = source.state();
    }
    if (ends && status.trouble.empty() && has_reached(source.state(), *ends)) {
      return;
    }
    if (status.healthy || !batch.empty()) {
      well = Clock::now();
    } else if (Clock::now() - well >= how.patience) {
      throw Error(status.trouble.empty() ? "the brokers do not answer; check --brokers"
                                         : status.trouble);
    }
  }
}

}  // namespace weir
