#include "weir/io/text_output.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "weir/base/error.hpp"

namespace weir {

bool TextOutput::write(std::string_view text) {
  const std::lock_guard lock(writing_);
  while (!text.empty() && !closed()) {
    const ssize_t count = ::write(fd_, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // A terminal or pipe that another program has set so.
      pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&wait, 1, -1));
    } else if (errno == EPIPE) {
      closed_.store(true, std::memory_order_relaxed);
    } else if (errno != EINTR) {
      throw Error(
          fmt::format("cannot write to {}: {}", name_, std::generic_category().message(errno)));
    }
  }
  return !closed();
}

}  // namespace weir
