#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/hidden_arguments.hpp"
#include "weir/base/error.hpp"

namespace {

/// Started with standard streams closed, the next files and connections opened would take their
/// numbers, and be written the log.
void fill_standard_streams() {
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1) {
      return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  const std::string program = argc > 0 ? argv[0] : "weir";
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  weir::hide_secrets(argc, argv);
  try {
    return weir::run_program(program, arguments);
  } catch (const weir::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir: %s\n", error.what());
    return weir::Error::kFailed;
  }
}
