#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "weir/io/spool_file.hpp"
#include "weir/state/window.hpp"

namespace weir {

/// What became of one attempt at a window.
struct WindowRun {
  enum class End : std::uint8_t {
    whole,    ///< the spool holds all rows of the window
    failed,   ///< it does not, see `reason` and `why`
    stopped,  ///< by the stop token
  };
  End end = End::failed;
  std::string reason;  ///< of a failure, in metrics: exit_status, cut_off, timeout, …
  std::string why;     ///< of a failure, for people, with what to do about it
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;   ///< of the messages' keys and values
  std::uint64_t mended = 0;  ///< texts that were not UTF-8
  std::chrono::nanoseconds duration{0};
};

/// Makes the messages of one window at a time: by a command's output, or from nfcapd's files. One
/// thread.
class WindowRows {
 public:
  virtual ~WindowRows() = default;

  /// Takes a message; the key is null where messages have none.
  using Take = std::function<void(std::string_view value, const std::string* key)>;

  /// The spool, which is cleared first, then holds the messages of `window`. Throws Error where the
  /// spool's disk fails.
  [[nodiscard]] WindowRun run(Window window, SpoolFile& spool, const std::stop_token& stop);
  /// The same, handing each message on as it is made, perhaps before anything is proved. What
  /// `take` throws is thrown on.
  [[nodiscard]] virtual WindowRun run(Window window, const Take& take,
                                      const std::stop_token& stop) = 0;

  /// Called now and then during a run that may take long, on the thread that runs, where it can be.
  std::function<void()> on_alive;
};

/// A window that cannot be sent.
[[nodiscard]] WindowRun failed_window(std::string_view reason, std::string why);

}  // namespace weir
