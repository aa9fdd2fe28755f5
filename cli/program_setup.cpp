#include "cli/program_setup.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "weir/base/log.hpp"
#include "weir/base/stop_wait.hpp"

namespace weir {

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like any other
  return signals;
}

void raise_file_limit() {
  constexpr rlim_t kEnough = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kEnough) {
    limit.rlim_cur = std::min(limit.rlim_max, kEnough);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::string signal_name(int signal) {
  return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

void StopDeadline::begin(int status, std::chrono::milliseconds patience) {
  if (thread_.joinable()) {
    return;
  }
  thread_ = std::jthread([status, patience](const std::stop_token& stop) {
    if (wait_unless_stopped(stop, patience)) {
      log::warn("a server that does not answer delays the end, which is not waited for");
      ::_exit(status);
    }
  });
}

void warn_of_shown_secrets(const KafkaProperties& properties) {
  for (const KafkaProperty& property : properties) {
    if (property.from == KafkaProperty::kCommandLine &&
        !kafka_secrets(property.name, property.value).empty()) {
      log::warn(
          "a secret was given on the command line, where other users may have seen it; give it "
          "with -X @FILE or in a variable such as WEIR_KAFKA_SASL_PASSWORD_FILE",
          {{"property", property.name}});
    }
  }
}

}  // namespace weir
