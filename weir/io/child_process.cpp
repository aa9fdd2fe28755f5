#include "weir/io/child_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "weir/io/child_spawn.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBuffer = std::size_t{256} << 10;
constexpr auto kWithoutPidfd = milliseconds(20);  // between looks, on kernels before 5.3
constexpr auto kUnkillable = std::chrono::seconds(2);

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// One run of a command that was started.
class Run {
 public:
  Run(SpawnedChild child, const ChildOptions& options,
      const std::function<void(std::string_view)>& on_output, const std::stop_token& stop)
      : options_(options),
        on_output_(on_output),
        stop_(stop),
        child_(std::move(child)),
        pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, child_.pid, 0))),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)),
        next_step_(begin_ + options.timeout) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (!finished_) {  // on_output has thrown
      kill_group(SIGKILL);
      reap_within(kUnkillable);
    }
  }

  ChildResult finish();

 private:
  enum class Phase { running, asked, killed, abandoned };

  void wait() const;
  bool exited() const;
  std::size_t read_some(Fd& from, std::size_t limit = kBuffer);
  void take(const Fd& from, std::string_view bytes);
  void enforce();
  void drain(Fd& from);
  void reap();
  void reap_within(std::chrono::milliseconds limit);
  void kill_group(int signal) const { ::kill(-child_.pid, signal); }
  [[nodiscard]] bool interfered() const { return phase_ != Phase::running; }

  const Clock::time_point begin_ = Clock::now();
  const ChildOptions& options_;
  const std::function<void(std::string_view)>& on_output_;
  const std::stop_token& stop_;
  SpawnedChild child_;
  Fd pidfd_;  // readable when it has ended
  Fd wake_;   // readable when a stop is requested
  std::unique_ptr<char[]> buffer_;
  Phase phase_ = Phase::running;
  Clock::time_point next_step_;  // when the next phase begins
  bool finished_ = false;
  ChildResult result_;
};

ChildResult Run::finish() {
  const std::stop_callback wake(stop_, [this] {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_.get(), &one, sizeof one) > 0);
  });
  while (!exited() && phase_ != Phase::abandoned) {
    wait();
    read_some(child_.out);
    read_some(child_.err);
    enforce();
  }
  // What it wrote is in the pipes by now; who else holds them is not waited for.
  drain(child_.out);
  drain(child_.err);
  result_.left_open = child_.out || child_.err;
  if (interfered() || result_.left_open) {
    kill_group(SIGKILL);  // before it is reaped: until then nobody else can have its number
  }
  reap();
  finished_ = true;
  result_.duration = Clock::now() - begin_;
  return std::move(result_);
}

/// Sleeps until something is to be read, it has ended, a stop is requested or the next phase is
/// due.
void Run::wait() const {
  // poll ignores negative descriptors: of pipes that were closed, a missing pidfd, and the wake-up
  // once it has been heard.
  std::array<pollfd, 4> fds{{{child_.out.get(), POLLIN, 0},
                             {child_.err.get(), POLLIN, 0},
                             {pidfd_.get(), POLLIN, 0},
                             {interfered() ? -1 : wake_.get(), POLLIN, 0}}};
  auto limit = std::chrono::ceil<milliseconds>(next_step_ - Clock::now());
  if (!pidfd_) {
    limit = std::min<milliseconds>(limit, kWithoutPidfd);
  }
  const auto bounded = std::clamp<milliseconds::rep>(limit.count(), 0, 60'000);
  ::poll(fds.data(), fds.size(), static_cast<int>(bounded));
}

bool Run::exited() const {
  siginfo_t info{};
  // WNOWAIT: its number stays its own until reap().
  const int status =
      ::waitid(P_PID, static_cast<id_t>(child_.pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return status == 0 && info.si_pid == child_.pid;
}

/// Reads once, without blocking, at most `limit` bytes; closes what has come to its end.
std::size_t Run::read_some(Fd& from, std::size_t limit) {
  if (!from) {
    return 0;
  }
  ssize_t got = 0;
  do {
    got = ::read(from.get(), buffer_.get(), std::min(limit, kBuffer));
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno != EAGAIN)) {
    from.reset();
  }
  if (got <= 0) {
    return 0;
  }
  const auto bytes = static_cast<std::size_t>(got);
  take(from, {buffer_.get(), bytes});
  return bytes;
}

void Run::take(const Fd& from, std::string_view bytes) {
  if (&from == &child_.out) {
    result_.output_bytes += bytes.size();
    if (!interfered()) {
      on_output_(bytes);
    }
    return;
  }
  const std::size_t room = options_.max_stderr - result_.errors.size();
  result_.errors += bytes.substr(0, room);
  result_.errors_dropped += bytes.size() - std::min(room, bytes.size());
}

/// Goes on to the next phase where it is time.
void Run::enforce() {
  const auto now = Clock::now();
  const bool stop = phase_ == Phase::running && stop_.stop_requested();
  if (!stop && now < next_step_) {
    return;
  }
  switch (phase_) {
    case Phase::running:
      result_.end = stop ? ChildEnd::stopped : ChildEnd::timed_out;
      kill_group(SIGTERM);
      phase_ = Phase::asked;
      next_step_ = now + options_.kill_after;
      break;
    case Phase::asked:
      kill_group(SIGKILL);
      phase_ = Phase::killed;
      next_step_ = now + kUnkillable;
      break;
    case Phase::killed:
    case Phase::abandoned:
      phase_ = Phase::abandoned;
      break;
  }
}

/// Reads what is in a pipe now, and no more: somebody may be writing for ever.
void Run::drain(Fd& from) {
  int waiting = 0;
  ::ioctl(from.get(), FIONREAD, &waiting);
  for (auto left = static_cast<std::size_t>(waiting); left > 0;) {
    const std::size_t got = read_some(from, left);
    if (got == 0) {
      break;
    }
    left -= got;
  }
  read_some(from, 1);  // sees the end, where it is there
}

/// Collects how it ended, if it has.
void Run::reap() {
  int status = 0;
  rusage usage{};
  if (::wait4(child_.pid, &status, WNOHANG, &usage) != child_.pid) {
    return;
  }
  if (!interfered()) {
    result_.end = WIFSIGNALED(status) ? ChildEnd::killed : ChildEnd::exited;
  }
  result_.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  result_.cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
  result_.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void Run::reap_within(milliseconds limit) {
  const auto until = Clock::now() + limit;
  while (!exited() && Clock::now() < until) {
    pollfd ended{pidfd_.get(), POLLIN, 0};
    ::poll(&ended, 1, static_cast<int>(kWithoutPidfd.count()));
  }
  reap();
}

}  // namespace

std::string ChildResult::describe() const {
  std::string text;
  const auto seconds = std::chrono::duration<double>(duration).count();
  switch (end) {
    case ChildEnd::exited:
      text = fmt::format("exited with status {}", status);
      break;
    case ChildEnd::killed:
      text = fmt::format("was killed by signal {} ({})", status, ::sigdescr_np(status));
      break;
    case ChildEnd::timed_out:
      text = fmt::format("was ended after {:.0f} s, its time limit", seconds);
      break;
    case ChildEnd::stopped:
      text = "was ended because weir stops";
      break;
    case ChildEnd::not_started:
      return error;
  }
  if (left_open) {
    text += " and left a process behind that holds its output open";
  }
  return text;
}

ChildResult run_child(std::span<const std::string> words, const ChildOptions& options,
                      const std::function<void(std::string_view)>& on_output,
                      const std::stop_token& stop) {
  SpawnedChild child = spawn_child(words, options.environment);
  if (child.pid < 0) {
    ChildResult result;
    result.error = std::move(child.error);
    return result;
  }
  return Run(std::move(child), options, on_output, stop).finish();
}

}  // namespace weir
