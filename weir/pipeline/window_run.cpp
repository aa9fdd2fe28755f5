#include "weir/pipeline/window_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "weir/decode/nfdump_fields.hpp"
#include "weir/decode/nfdump_text.hpp"
#include "weir/io/child_process.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 3> kPlaceholders = {"timestamp", "start", "end"};

ColumnKind column_kind(NfdumpKind kind) {
  switch (kind) {
    case NfdumpKind::number:
    case NfdumpKind::rate:
      return ColumnKind::number;
    case NfdumpKind::port:
      return ColumnKind::port;
    case NfdumpKind::time:
    case NfdumpKind::unix_time:
      return ColumnKind::time;
    case NfdumpKind::utc_time:
      return ColumnKind::utc_time;
    case NfdumpKind::duration:
      return ColumnKind::duration;
    case NfdumpKind::real:
      return ColumnKind::real;
    case NfdumpKind::tcp_flags:
      return ColumnKind::tcp_flags;
    case NfdumpKind::address:
      return ColumnKind::address;
    case NfdumpKind::mac:
    case NfdumpKind::proto:
    case NfdumpKind::text:
      return ColumnKind::text;
  }
  return ColumnKind::text;
}

/// Of the hour that is repeated when clocks are set back nothing tells which one a time is of; it
/// is taken for the first.
ZoneToUtc zone_to_utc(const TimeZone& zone) {
  return [zone](UnixNanos shown) -> std::optional<UnixNanos> {
    const std::chrono::local_seconds local{std::chrono::seconds(shown / kNanosPerSecond)};
    const LocalInstants instants = zone.to_instants(local);
    if (instants.count == 0 || instants.first.time_since_epoch().count() < 0) {
      return std::nullopt;
    }
    const auto seconds = static_cast<UnixNanos>(instants.first.time_since_epoch().count());
    return seconds * kNanosPerSecond + shown % kNanosPerSecond;
  };
}

/// Makes messages of the rows and hands them on, until one cannot be made.
class MessageMaker final : public RowReceiver {
 public:
  MessageMaker(const WindowRunOptions& options, const TimeZone& zone,
               const WindowCommand::Take& take)
      : options_(options), zone_(zone), take_(take) {}

  void columns(std::span<const NfdumpColumn> columns) override {
    fields_ = choose_nfdump_fields(columns, options_.fields);
    std::vector<Column> named;
    named.reserve(fields_.size());
    for (const NfdumpField& field : fields_) {
      named.push_back({field.name, column_kind(field.kind)});
    }
    encoder_ = std::make_unique<RowEncoder>(options_.format, std::move(named), options_.key,
                                            zone_to_utc(zone_));
    texts_.resize(fields_.size());
  }

  void row(std::span<const std::string_view> texts) override {
    if (!failure_.empty()) {
      return;
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      texts_[i] = texts[fields_[i].column];
    }
    const EncodeStatus status = encoder_->encode(texts_, value_, key_);
    if (status != EncodeStatus::encoded) {
      failure_ = encoder_->explain(status, texts_);
      return;
    }
    const bool has_key = encoder_->has_key();
    take_(value_, has_key ? &key_ : nullptr);
    bytes_ += value_.size() + (has_key ? key_.size() : 0);
  }

  /// Why a message could not be made; empty while they could.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t mended() const { return encoder_ ? encoder_->mended() : 0; }

 private:
  const WindowRunOptions& options_;
  const TimeZone& zone_;
  const WindowCommand::Take& take_;
  std::vector<NfdumpField> fields_;
  std::unique_ptr<RowEncoder> encoder_;
  std::vector<std::string_view> texts_;
  std::string value_, key_;
  std::string failure_;
  std::uint64_t bytes_ = 0;
};

/// What was written to stderr without the lines that are no failure; `ignored`: there were some.
std::string relevant_errors(const ChildResult& child, std::span<const Pattern> ignore,
                            bool& ignored) {
  ignored = false;
  std::string kept;
  for (std::string_view rest = child.errors; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (std::any_of(ignore.begin(), ignore.end(),
                    [line](const Pattern& pattern) { return pattern.occurs_in(line); })) {
      ignored = true;
    } else {
      kept.append(line).push_back('\n');
    }
  }
  return kept;
}

/// What the command's end alone says, if that is enough.
std::optional<WindowRun> ended_badly(const ChildResult& child) {
  switch (child.end) {
    case ChildEnd::not_started:
      return failed_window("not_started", child.error);
    case ChildEnd::timed_out:
      return failed_window("timeout", "the command " + child.describe() +
                                          "; give it more time with --timeout, or less to do");
    default:
      break;
  }
  if (child.left_open) {
    return failed_window(
        "left_open",
        "the command ended, but a process that it had started went on writing; run "
        "nfdump itself with --command");
  }
  return std::nullopt;
}

WindowRun outcome(const ChildResult& child, const NfdumpText& text, const NfdumpVerdict& verdict,
                  const MessageMaker& maker, const std::stop_token& stop) {
  if (!maker.failure().empty()) {
    return failed_window("bad_value", maker.failure());
  }
  if (!text.failed()) {  // else that is why the command was ended
    if (stop.stop_requested() && child.end == ChildEnd::stopped) {
      WindowRun run;
      run.end = WindowRun::End::stopped;
      return run;
    }
    if (auto bad = ended_badly(child)) {
      return std::move(*bad);
    }
  }
  if (!verdict.whole()) {
    return failed_window(nfdump_trouble_name(verdict.trouble), verdict.detail);
  }
  WindowRun run;
  run.end = WindowRun::End::whole;
  return run;
}

}  // namespace

WindowCommand::WindowCommand(WindowRunOptions options, const WindowPlan& plan)
    : options_(std::move(options)),
      plan_(plan),
      command_(options_.command, kPlaceholders),
      format_(nfdump_format(command_.words())) {
  fix_nfdump_columns(format_, options_.fields);
  if (!format_.columns.empty()) {
    // What is wrong with the fields and keys is found now and not with the first row.
    MessageMaker(options_, plan_.zone(), {}).columns(format_.columns);
  }
}

std::vector<std::string> WindowCommand::words(Window window) const {
  const auto start = window.start();
  const std::string path = window_path(window);
  const std::string first = nfdump_time(start);
  const std::string last = nfdump_time(start + plan_.interval() - std::chrono::seconds(1));
  const std::array<Placeholder, 3> values = {
      {{"timestamp", path}, {"start", first}, {"end", last}}};
  return command_.fill(values);
}

WindowRun WindowCommand::run(Window window, const Take& take, const std::stop_token& stop) {
  NfdumpText text(format_);
  MessageMaker maker(options_, plan_.zone(), take);
  // Ends the command when a stop is requested, or when its output is of no use any more.
  std::stop_source enough;
  const std::stop_callback forward(stop, [&enough] { enough.request_stop(); });
  ChildOptions child_options;
  child_options.timeout = options_.timeout;
  // The times it prints and those it is asked for are of one zone.
  child_options.environment = {"TZ=" + plan_.zone().name()};
  const ChildResult child = run_child(
      words(window), child_options,
      [&](std::string_view chunk) {
        text.feed(chunk, maker);
        if (text.failed() || !maker.failure().empty()) {
          enough.request_stop();
        }
      },
      enough.get_token());
  bool ignored = false;
  const std::string errors = relevant_errors(child, options_.ignore_stderr, ignored);
  const bool killed = child.end == ChildEnd::killed || child.end == ChildEnd::stopped;
  const NfdumpVerdict verdict =
      text.finish({killed ? -child.status : child.status, errors, ignored});

  WindowRun result = outcome(child, text, verdict, maker, stop);
  result.rows = verdict.rows;
  result.bytes = maker.bytes();
  result.mended = maker.mended();
  result.duration = child.duration;
  return result;
}

}  // namespace weir
