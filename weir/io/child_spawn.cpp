#include "weir/io/child_spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace weir {
namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int kPipeBytes = 1 << 20;  // fewer wake-ups; what an unprivileged process may ask for
constexpr int kReport = 3;           // the child's descriptor that tells why it could not begin

std::string search_path() {
  const char* path = std::getenv("PATH");
  return path == nullptr ? kDefaultPath : path;
}

std::vector<std::string> make_environment(std::span<const std::string> given) {
  std::vector<std::string> all(given.begin(), given.end());
  const auto add = [&all](std::string_view name, std::string_view value) {
    const std::string start = fmt::format("{}=", name);
    if (std::none_of(all.begin(), all.end(), [&](const auto& e) { return e.starts_with(start); })) {
      all.push_back(start + std::string(value));
    }
  };
  add("PATH", search_path());
  for (const char* name : {"HOME", "TZ"}) {
    if (const char* value = std::getenv(name)) {
      add(name, value);
    }
  }
  // Numbers without separators, messages in English; a C library without it falls back to C.
  add("LANG", "C.UTF-8");
  add("LC_ALL", "C.UTF-8");
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    out.push_back(text.data());
  }
  out.push_back(nullptr);
  return out;
}

bool is_program(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string advice(const std::string& program, int error) {
  const std::string reason = std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      return fmt::format(
          "{}: the interpreter or loader that it names does not exist; install it, "
          "or give another program with --command",
          program);
    case ENOEXEC:
      return fmt::format(
          "{}: {}: it is neither a program for this machine nor a script that "
          "begins with #!",
          program, reason);
    case E2BIG:
      return fmt::format("{}: {}; shorten --command", program, reason);
    default:
      return fmt::format("{}: cannot be started: {}", program, reason);
  }
}

struct Pipe {
  Fd read;
  Fd write;

  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return false;
    }
    read = Fd(ends[0]);
    write = Fd(ends[1]);
    return true;
  }
};

/// All that the child needs between fork and exec, where nothing may be allocated or locked:
/// another thread of the parent may have held any lock.
struct Start {
  const char* program;
  char* const* words;
  char* const* environment;
  std::array<int, 4> descriptors;  // to become its 0, 1, 2 and kReport
  pid_t parent;
  int last_descriptor;  // to be closed one by one on kernels without close_range
};

[[noreturn]] void fail(int report) {
  const int error = errno;
  static_cast<void>(::write(report, &error, sizeof error) > 0);
  ::_exit(127);
}

void arrange_descriptors(const Start& start) {
  // First out of the way: the parent may have been started without standard streams, and then one
  // of these may be a number that another is to have.
  std::array<int, 4> moved{};
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i] = ::fcntl(start.descriptors[i], F_DUPFD, 10);
    if (moved[i] < 0) {
      fail(start.descriptors[kReport]);
    }
  }
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (::dup2(moved[i], static_cast<int>(i)) < 0) {
      fail(moved[kReport]);
    }
  }
  ::fcntl(kReport, F_SETFD, FD_CLOEXEC);
  if (::syscall(SYS_close_range, kReport + 1, ~0U, 0U) != 0) {
    for (int fd = kReport + 1; fd <= start.last_descriptor; ++fd) {
      ::close(fd);
    }
  }
}

[[noreturn]] void become(const Start& start) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != start.parent) {
    ::_exit(127);  // it ended before it could be watched
  }
  ::setpgid(0, 0);
  struct sigaction plain{};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    ::sigaction(signal, &plain, nullptr);
  }
  arrange_descriptors(start);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(start.program, start.words, start.environment);
  fail(kReport);
}

/// fork, with all signals blocked meanwhile, so that no handler of the parent runs in the child.
pid_t fork_into(const Start& start) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(start);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

/// The errno with which the child could not begin; 0 when it has.
int begin_error(const Pipe& report) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report.read.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

int last_descriptor() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
}

}  // namespace

std::string find_program(const std::string& name, std::string& error) {
  error.clear();
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) {
      return name;
    }
    error = ::access(name.c_str(), F_OK) != 0
                ? fmt::format(
                      "{}: no such program; install it, or give its full path with "
                      "--command",
                      name)
                : fmt::format(
                      "{}: is not a program that this user may run; make it executable, "
                      "or give another with --command",
                      name);
    return {};
  }
  const std::string path = search_path();
  std::string_view rest = path;
  while (true) {
    const auto colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string candidate = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    if (is_program(candidate)) {
      return candidate;
    }
    if (colon == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(colon + 1);
  }
  error = fmt::format(
      "{}: no such program in PATH ({}); install it, or give its full path with "
      "--command",
      name, path);
  return {};
}

SpawnedChild spawn_child(std::span<const std::string> words,
                         std::span<const std::string> environment) {
  SpawnedChild child;
  const std::string program = find_program(words.front(), child.error);
  if (program.empty()) {
    return child;
  }
  std::vector<std::string> arguments(words.begin(), words.end());
  std::vector<std::string> variables = make_environment(environment);
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> variable_pointers = pointers(variables);

  // One at a time, until this side of the pipes' writing ends is closed: what another thread forks
  // meanwhile would hold them for a moment, and look like something left behind.
  static std::mutex one_at_a_time;
  const std::lock_guard guard(one_at_a_time);
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Pipe out;  // destroyed before the guard
  Pipe err;
  Pipe report;
  if (!null || !out.open() || !err.open() || !report.open()) {
    child.error = advice(program, errno);
    return child;
  }
  ::fcntl(out.write.get(), F_SETPIPE_SZ, kPipeBytes);
  child.pid =
      fork_into({.program = program.c_str(),
                 .words = argument_pointers.data(),
                 .environment = variable_pointers.data(),
                 .descriptors = {null.get(), out.write.get(), err.write.get(), report.write.get()},
                 .parent = ::getpid(),
                 .last_descriptor = last_descriptor()});
  if (child.pid < 0) {
    child.error = advice(program, errno);
    return child;
  }
  report.write.reset();
  if (const int error = begin_error(report); error != 0) {
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    child.pid = -1;
    child.error = advice(program, error);
    return child;
  }
  child.out = std::move(out.read);
  child.err = std::move(err.read);
  ::fcntl(child.out.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(child.err.get(), F_SETFL, O_NONBLOCK);
  return child;
}

}  // namespace weir
