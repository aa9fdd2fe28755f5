#include "weir/pipeline/window_rows.hpp"

#include <optional>
#include <utility>

namespace weir {

WindowRun WindowRows::run(Window window, SpoolFile& spool, const std::stop_token& stop) {
  spool.clear();
  WindowRun result = run(
      window,
      [&spool](std::string_view value, const std::string* key) {
        spool.append(key != nullptr ? std::optional<std::string_view>(*key) : std::nullopt, value);
      },
      stop);
  if (result.end != WindowRun::End::whole) {
    spool.clear();
  }
  return result;
}

WindowRun failed_window(std::string_view reason, std::string why) {
  WindowRun run;
  run.reason = reason;
  run.why = std::move(why);
  return run;
}

}  // namespace weir
