#include "weir/pipeline/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/pipeline/stream_position.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using Outcome = BatchSink::Outcome;

/// While a window's file is expected at any moment.
constexpr milliseconds kLookAgain{1000};
constexpr milliseconds kFirstRetry{5'000};
/// No longer at once, since clocks are set and machines sleep, and whoever is waited for returns.
constexpr milliseconds kLongestSleep{20'000};
/// So long a run that is not to stay waits for Kafka.
constexpr milliseconds kOncePatience{60'000};

std::unique_ptr<WindowRows> make_rows(const StreamOptions& options, const WindowPlan& plan,
                                      const StreamWorld& world) {
  if (!options.native) {
    return std::make_unique<WindowCommand>(options.run, plan);
  }
  return std::make_unique<NativeWindow>(
      *options.native, options.run,
      NativeWindow::World{world.now, options.give_up, folder_of(options.state)}, plan);
}

}  // namespace

struct Stream::Impl {
  enum class Step : std::uint8_t {
    done,     ///< the window is finished
    failed,   ///< it is not, and the log says why
    stopped,  ///< a stop was requested
  };

  Impl(StreamOptions given, StreamWorld given_world, Stream& owner);

  bool find_position(const std::stop_token& stop);
  bool send_due(const std::stop_token& stop);
  bool send_range(const std::stop_token& stop);
  [[nodiscard]] DueWindows due() const;
  void count_left_out(const DueWindows& due);
  Step finish(Window window, const std::stop_token& stop);
  WindowRun run_patiently(Window window, const std::stop_token& stop);
  Step fail(Window window, const WindowRun& run, const std::stop_token& stop);
  [[nodiscard]] bool later_one_is_there(Window window, const std::stop_token& stop);
  Step send(Window window, const WindowRun& run, std::chrono::steady_clock::time_point begun,
            const std::stop_token& stop);
  void sent(Window window, const WindowRun& run, std::chrono::steady_clock::time_point begun);
  void progress(Window window);
  void alive() const;

  StreamOptions options;
  StreamWorld world;
  Stream& owner;
  WindowPlan plan;
  std::unique_ptr<WindowRows> rows;
  StreamPosition position;
  std::optional<FileLock> lock;
  std::string locked_out_by;
  std::optional<SpoolFile> spool;
  BatchSink::Patience patience = kOncePatience;

  bool positioned = false;
  std::uint64_t left_out = 0;  ///< windows behind `position` that were counted as such
  StreamProgress done;
  log::Limited limited;
  std::optional<log::Limited> failing;
  std::string told;  ///< the failure that was logged last
  Guarded<StreamStatus> status;
};

Stream::Impl::Impl(StreamOptions given, StreamWorld given_world, Stream& the_owner)
    : options(std::move(given)),
      world(real_world(std::move(given_world))),
      owner(the_owner),
      plan(TimeZone::load(options.timezone), options.interval),
      rows(make_rows(options, plan, world)),
      position(options.state, options.kafka.ledger) {
  rows->on_alive = [this] { alive(); };
  if (options.dry_run) {
    return;
  }
  const std::string lock_path = options.state + ".lock";
  lock = FileLock::try_take(lock_path);
  if (!lock) {
    locked_out_by = FileLock::holder(lock_path);
    return;
  }
  spool.emplace(folder_of(options.state));
  if (!world.sink) {
    world.sink = std::make_unique<KafkaBatchSink>(options.kafka);
  }
}

Stream::Stream(StreamOptions options, StreamWorld world)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(world), *this)) {}

Stream::~Stream() = default;

const std::string& Stream::locked_out_by() const {
  return impl_->locked_out_by;
}

StreamStatus Stream::status() const {
  StreamStatus copy = impl_->status.with([](const StreamStatus& status) { return status; });
  if (impl_->world.sink) {
    if (std::string kafka = impl_->world.sink->trouble(); !kafka.empty()) {
      copy.trouble = std::move(kafka);
    }
  }
  return copy;
}

bool Stream::run_once(const std::stop_token& stop) {
  if (impl_->options.since) {
    return impl_->send_range(stop);
  }
  return impl_->send_due(stop);
}

void Stream::follow(const std::stop_token& stop) {
  impl_->patience.reset();
  milliseconds retry = kFirstRetry;
  while (!stop.stop_requested()) {
    const bool well = impl_->send_due(stop);
    milliseconds wait = retry;
    if (well) {
      retry = kFirstRetry;
      wait = impl_->due().next_due - impl_->world.now();
    } else {
      retry = std::min(retry * 2, kLongestSleep);
    }
    impl_->world.sleep(std::clamp(wait, kLookAgain, kLongestSleep), stop);
  }
}

bool Stream::dry_run(const WindowRows::Take& take, const std::stop_token& stop) {
  Impl& impl = *impl_;
  const DueWindows due =
      impl.options.since
          ? impl.plan.range(*impl.options.since, impl.options.until, impl.world.now(), seconds(0))
          : impl.plan.due(impl.position.in_file(), impl.world.now(),
                          {seconds(0), impl.options.max_catch_up});
  if (!due.warning.empty()) {
    log::warn(due.warning);
  }
  bool well = true;
  std::optional<Window> window = due.first;
  for (std::uint64_t i = 0; i < due.count && !stop.stop_requested(); ++i) {
    const WindowRun run = impl.rows->run(*window, take, stop);
    if (run.end == WindowRun::End::failed) {
      log::error("window is not whole",
                 {{"window", window_name(*window)}, {"reason", run.reason}, {"why", run.why}});
      well = false;
    }
    window = impl.plan.next(*window);
  }
  return well && !stop.stop_requested();
}

void Stream::Impl::alive() const {
  if (owner.on_alive) {
    owner.on_alive();
  }
}

DueWindows Stream::Impl::due() const {
  return plan.due(position.last(), world.now(), {seconds(0), options.max_catch_up});
}

/// Once, before the first window: what the state file and the ledger say.
bool Stream::Impl::find_position(const std::stop_token& stop) {
  std::optional<KafkaLedgerEntry> entry;
  if (world.sink->open(entry, patience, stop) != Outcome::done) {
    return false;
  }
  position.settle(entry);
  positioned = true;
  if (const auto last = position.last()) {
    status.with([&](StreamStatus& all) {
      all.last = last;
      all.last_end = plan.end(*last);
    });
  }
  return true;
}

/// Windows that will never be sent, since too many were missed.
void Stream::Impl::count_left_out(const DueWindows& due) {
  if (due.left_out <= left_out) {
    return;
  }
  const std::uint64_t more = due.left_out - std::exchange(left_out, due.left_out);
  log::warn("more windows were missed than --max-catch-up allows; the oldest are left out",
            {{"left_out", std::to_string(more)}, {"first", window_name(*due.first)}});
  status.with([&](StreamStatus& all) { all.skipped["max_catch_up"] += more; });
}

bool Stream::Impl::send_due(const std::stop_token& stop) {
  if (!positioned && !find_position(stop)) {
    return false;
  }
  while (!stop.stop_requested()) {
    alive();
    const DueWindows due = this->due();
    status.with([&](StreamStatus& all) { all.lag = due.count; });
    if (!due.warning.empty()) {
      limited.write(log::Level::warn, due.warning);
    }
    if (!due.first) {
      return due.warning.empty();
    }
    count_left_out(due);
    done.of = done.windows + due.count;
    if (finish(*due.first, stop) != Step::done) {
      return false;
    }
  }
  return false;
}

bool Stream::Impl::send_range(const std::stop_token& stop) {
  const DueWindows range = plan.range(*options.since, options.until, world.now(), seconds(0));
  if (!range.warning.empty()) {
    log::warn(range.warning);
  }
  done.of = range.count;
  bool well = true;
  std::optional<Window> window = range.first;
  for (std::uint64_t i = 0; i < range.count && !stop.stop_requested(); ++i) {
    const Step step = finish(*window, stop);
    well = well && step == Step::done;
    window = plan.next(*window);
  }
  return well && !stop.stop_requested();
}

/// Makes the rows until the window is whole, or its time of grace is over.
WindowRun Stream::Impl::run_patiently(Window window, const std::stop_token& stop) {
  while (true) {
    WindowRun run = rows->run(window, *spool, stop);
    alive();
    status.with([&](StreamStatus& all) { all.command_duration = run.duration; });
    if (run.end != WindowRun::End::failed || stop.stop_requested() ||
        world.now() - plan.end(window) >= options.grace) {
      return run;
    }
    log::debug("window is not there yet", {{"window", window_name(window)}, {"why", run.why}});
    world.sleep(kLookAgain, stop);
  }
}

Stream::Impl::Step Stream::Impl::finish(Window window, const std::stop_token& stop) {
  const auto begun = std::chrono::steady_clock::now();
  const WindowRun run = run_patiently(window, stop);
  if (run.end == WindowRun::End::stopped || stop.stop_requested()) {
    return Step::stopped;
  }
  if (run.end == WindowRun::End::failed) {
    return fail(window, run, stop);
  }
  return send(window, run, begun, stop);
}

Stream::Impl::Step Stream::Impl::fail(Window window, const WindowRun& run,
                                      const std::stop_token& stop) {
  const std::string name = window_name(window);
  status.with([&](StreamStatus& all) {
    ++all.failures[run.reason];
    all.trouble = fmt::format("window {} cannot be sent: {}", name, run.why);
  });
  if (std::exchange(told, name + run.why) != told) {
    failing.emplace();  // what is new is said at once
  }
  failing->write(log::Level::error, "window is not whole",
                 {{"window", name}, {"reason", run.reason}, {"why", run.why}});
  const bool old = world.now() - plan.end(window) >= options.give_up;
  if (options.since || !old || !later_one_is_there(window, stop)) {
    return stop.stop_requested() ? Step::stopped : Step::failed;
  }
  log::error("window is given up: it is older than --give-up, and a later one is whole",
             {{"window", name}, {"reason", run.reason}, {"why", run.why}});
  status.with([&](StreamStatus& all) {
    ++all.skipped["given_up"];
    all.trouble.clear();
  });
  position.give_up(window);
  left_out = 0;
  progress(window);
  return Step::done;
}

/// So it is this window that is bad, and not the command or what else all need.
bool Stream::Impl::later_one_is_there(Window window, const std::stop_token& stop) {
  const DueWindows later = plan.due(window, world.now(), {options.grace, options.max_catch_up});
  if (!later.newest) {
    return false;
  }
  const WindowRun run = rows->run(*later.newest, [](std::string_view, const std::string*) {}, stop);
  alive();
  return run.end == WindowRun::End::whole;
}

Stream::Impl::Step Stream::Impl::send(Window window, const WindowRun& run,
                                      std::chrono::steady_clock::time_point begun,
                                      const std::stop_token& stop) {
  std::optional<KafkaLedgerEntry> entry;
  if (!options.since) {
    entry = position.entry(window, run.rows);
  }
  switch (world.sink->send(*spool, entry, patience, stop)) {
    case Outcome::done:
      sent(window, run, begun);
      return Step::done;
    case Outcome::already:
      log::info("window was sent before", {{"window", window_name(window)}});
      if (!find_position(stop)) {
        return Step::failed;
      }
      if (position.last() == window) {
        sent(window, run, begun);  // by us, and the answer was lost
      } else {
        left_out = 0;
        progress(window);
      }
      return Step::done;
    case Outcome::not_now:
      break;
  }
  if (stop.stop_requested()) {
    return Step::stopped;
  }
  log::error("window could not be sent",
             {{"window", window_name(window)}, {"why", world.sink->trouble()}});
  return Step::failed;
}

void Stream::Impl::sent(Window window, const WindowRun& run,
                        std::chrono::steady_clock::time_point begun) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  log::info("window sent", {{"window", window_name(window)},
                            {"rows", std::to_string(run.rows)},
                            {"bytes", std::to_string(run.bytes)},
                            {"seconds", fmt::format("{:.3f}", took.count())}});
  if (!options.since) {
    position.sent(window, run.rows);
  }
  left_out = 0;
  status.with([&](StreamStatus& all) {
    ++all.windows_sent;
    all.rows += run.rows;
    all.bytes += run.bytes;
    all.mended += run.mended;
    all.window_duration = took;
    all.trouble.clear();
    if (!options.since) {
      all.last = window;
      all.last_end = plan.end(window);
    }
  });
  done.rows += run.rows;
  progress(window);
}

void Stream::Impl::progress(Window window) {
  ++done.windows;
  if (owner.on_progress) {
    StreamProgress now = done;
    now.window = window;
    owner.on_progress(now);
  }
}

}  // namespace weir
