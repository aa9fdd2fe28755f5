#include "cli/stream_watch.hpp"

#include <fmt/format.h>

namespace weir {

void StreamWatch::tick(const StreamStatus& status, Clock::time_point now) {
  if (std::string text = describe(status); text != told_) {
    manager_.status(text);
    told_ = std::move(text);
  }
  const auto timeout = manager_.watchdog_timeout();
  const auto silent = now.time_since_epoch() - Clock::duration(last_sign_.load());
  // While Kafka is away the stream waits in silence, for as long as it takes, and says why.
  const bool waits = !status.trouble.empty();
  if (timeout && now >= next_ && (waits || silent < silence_)) {
    manager_.watchdog();
    next_ = now + *timeout / 3;
  }
}

std::string describe(const StreamStatus& status) {
  if (!status.trouble.empty()) {
    return status.trouble;
  }
  std::string text =
      status.last ? "last window " + window_name(*status.last) : std::string("no window yet");
  text += fmt::format(", {} sent with {} rows since the start", status.windows_sent, status.rows);
  if (status.lag > 0) {
    text += fmt::format(", {} due", status.lag);
  }
  return text;
}

}  // namespace weir
