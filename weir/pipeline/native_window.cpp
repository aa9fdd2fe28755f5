#include "weir/pipeline/native_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "weir/aggregate/grouping.hpp"
#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/base/parallel.hpp"
#include "weir/encode/flow_texts.hpp"
#include "weir/io/spill_file.hpp"
#include "weir/pipeline/native_proof.hpp"

namespace weir {
namespace {

/// As the script's row, with the key in the country's place.
std::vector<GroupColumn> scripts_columns(const std::vector<KeyPart>& key) {
  std::vector<GroupColumn> columns;
  const auto add = [&](FieldId id) {
    if (std::ranges::none_of(key, [id](const KeyPart& part) { return part.field == id; })) {
      columns.push_back({std::string(info(id).name), id});
    }
  };
  add(field("first_seen"));
  for (const KeyPart& part : key) {
    columns.push_back({std::string(info(part.field).name), part.field});
  }
  columns.push_back({"duration", Derived::duration});
  add(field("packets"));
  add(field("bytes"));
  columns.push_back({"pps", Derived::pps});
  columns.push_back({"bps", Derived::bps});
  add(field("flows"));
  return columns;
}

PrintRows parse_rows(const NativeOptions& native, const WindowRunOptions& run) {
  if (native.by.empty() && run.fields.empty()) {
    throw Error::usage(
        "--read needs --by, what makes a row, as in --by dst_as, or --fields, the columns of a row "
        "for each flow, as in --fields first_seen,src_addr,dst_addr,bytes");
  }
  if (native.by.empty()) {
    return parse_print_rows(std::nullopt, run.fields, false);
  }
  PrintRows rows = parse_print_rows(native.by, run.fields, false);
  if (run.fields.empty()) {
    rows.spec.columns = scripts_columns(rows.spec.key);
    check(rows.spec);
  }
  return rows;
}

FieldSet wanted_fields(const PrintRows& rows, const Filter& where, const Enrichment* enrichment) {
  FieldSet wanted = needed_fields(rows);
  wanted |= where.fields();
  add_proof_fields(wanted);
  if (enrichment != nullptr) {
    wanted |= enrichment->reads(wanted);
  }
  return wanted;
}

Filter parse_where(const std::string& where) {
  try {
    return where.empty() ? Filter() : Filter::compile(where);
  } catch (const Error& error) {
    throw Error::usage(fmt::format("--where: {}", error.what()));
  }
}

std::string named(const std::vector<std::string>& folders) {
  return fmt::format("{}{}", folders.front(),
                     folders.size() == 1 ? "" : fmt::format(" and {} more", folders.size() - 1));
}

/// Channels without which a window was read.
void tell_lacking(Window window, const WindowFileList& files) {
  for (const auto& [folders, why] : {std::pair(&files.awaited, "--give-up is over"),
                                     std::pair(&files.lacking, "it has later ones")}) {
    if (!folders->empty()) {
      log::warn("a channel lacks a window's file, and is left out of it",
                {{"window", window_name(window)}, {"folder", named(*folders)}, {"why", why}});
    }
  }
}

}  // namespace

/// Makes messages of rows and hands them on, until one cannot be made or a stop is requested.
class NativeWindow::Messages final : public Emit {
 public:
  Messages(const PrintRows& rows, const WindowRunOptions& run, const TimeZone& zone,
           const Take& take, std::stop_token stop)
      : take_(take),
        stop_(std::move(stop)),
        texts_(text_columns(rows),
               run.format == MessageFormat::cbor ? std::optional(zone) : std::nullopt),
        encoder_(run.format, texts_.columns(), run.key) {}

  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size() && failure_.empty() && !stop_.stop_requested(); ++i) {
      add(batch[i]);
    }
    if (on_batch) {
      on_batch();
    }
  }

  /// Why a message could not be made; empty while they could.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  void count(WindowRun& run) const {
    run.rows = rows_;
    run.bytes = bytes_;
    run.mended = encoder_.mended();
  }

  std::function<void()> on_batch;

 private:
  void add(const Flow& row) {
    const auto texts = texts_.of(row);
    const EncodeStatus status = encoder_.encode(texts, value_, key_);
    if (status != EncodeStatus::encoded) {
      failure_ = encoder_.explain(status, texts);
      return;
    }
    take_(value_, encoder_.has_key() ? &key_ : nullptr);
    ++rows_;
    bytes_ += value_.size() + key_.size();
  }

  const Take& take_;
  std::stop_token stop_;
  FlowTexts texts_;
  RowEncoder encoder_;
  std::string value_, key_;
  std::string failure_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

/// One thread's part of reading: sums up all flows, and hands on those that are wanted.
class NativeWindow::Intake final : public Emit {
 public:
  Intake(const NativeWindow& window, Grouper* grouper, Messages* messages)
      : matching_(window.where_, grouper, messages),
        lookups_(window.enrichment_ == nullptr ? nullptr
                                               : window.enrichment_->stage(window.wanted_)) {}

  void operator()(FlowBatch& batch) override {
    sums.add(sums_of(batch));
    if (lookups_ != nullptr) {
      lookups_->process(batch, accounts_, matching_);
    } else {
      matching_(batch);
    }
  }

  NativeSums sums;
  NfcapdReport report;

 private:
  class Matching final : public Emit {
   public:
    Matching(const Filter& where, Grouper* grouper, Messages* messages)
        : where_(&where), grouper_(grouper), messages_(messages) {}

    void operator()(FlowBatch& batch) override {
      if (!where_->matches_all()) {
        batch.keep([this](const Flow& row) { return where_->matches(row); });
      }
      if (grouper_ != nullptr) {
        grouper_->process(batch);
      } else {
        (*messages_)(batch);
      }
    }

   private:
    const Filter* where_;
    Grouper* grouper_;
    Messages* messages_;
  };

  Matching matching_;
  std::unique_ptr<Stage> lookups_;
  Accounts accounts_;  // of which nothing is told: looking things up refuses nothing
};

NativeWindow::NativeWindow(NativeOptions native, WindowRunOptions run, World world,
                           const WindowPlan& plan)
    : native_(std::move(native)),
      run_(std::move(run)),
      world_(std::move(world)),
      plan_(plan),
      files_(native_.folders, plan, world_.give_up),
      where_(parse_where(native_.where)),
      rows_(parse_rows(native_, run_)),
      enrichment_(native_.enrich.empty() ? nullptr : std::make_unique<Enrichment>(native_.enrich)),
      wanted_(wanted_fields(rows_, where_, enrichment_.get())) {
  if (!rows_.grouped) {
    native_.threads = 1;  // flows keep their order
  } else {
    const Grouping found_wrong_now(rows_.spec, {});
  }
  // What is wrong with columns and keys is found now and not with the first window.
  const Messages found_wrong_now(rows_, run_, plan_.zone(), {}, {});
}

/// What is missing for a window; empty where nothing is that is worth waiting for.
std::string NativeWindow::lack(Window window, const WindowFileList& files) const {
  const std::string name = window_name(window);
  if (files.files.empty()) {
    return fmt::format(
        "there is no file nfcapd.{} in {} or below; is nfcapd running, and does it "
        "name its files in the zone of --timezone ({})?",
        name, fmt::join(native_.folders, ", "), plan_.zone().name());
  }
  const bool waits = world_.now() < plan_.end(window) + world_.give_up;
  if (!files.awaited.empty() && waits) {
    return fmt::format("{} had files before, but has no nfcapd.{} yet", named(files.awaited), name);
  }
  return {};
}

WindowRun NativeWindow::run(Window window, const Take& take, const std::stop_token& stop) {
  const auto begun = std::chrono::steady_clock::now();
  const WindowFileList files = files_.find(window);
  WindowRun run;
  if (!files.trouble.empty()) {
    run = failed_window("unreadable", files.trouble);
  } else if (std::string lacking = lack(window, files); !lacking.empty()) {
    run = failed_window("no_file", std::move(lacking));
  } else {
    run = read(files, take, stop);
    if (run.end == WindowRun::End::whole) {
      tell_lacking(window, files);
    }
  }
  run.duration = std::chrono::steady_clock::now() - begun;
  return run;
}

WindowRun NativeWindow::read(const WindowFileList& files, const Take& take,
                             const std::stop_token& stop) {
  NfcapdStat stat;
  if (auto bad = open_nfcapd_files(files.files, stat)) {
    return std::move(*bad);
  }
  Messages messages(rows_, run_, plan_.zone(), take, stop);
  messages.on_batch = on_alive;
  std::optional<Grouping> grouping;
  if (rows_.grouped) {
    GroupingOptions options{.threads = native_.threads, .max_memory = native_.max_memory};
    options.open_spill = [this] { return std::make_unique<SpillFile>(world_.spill_folder); };
    options.seed = std::random_device{}();
    grouping.emplace(rows_.spec, std::move(options));
  }
  std::vector<Intake> intakes;
  intakes.reserve(native_.threads);
  for (unsigned i = 0; i < native_.threads; ++i) {
    intakes.emplace_back(*this, grouping ? &grouping->worker(i) : nullptr, &messages);
  }
  const auto work = nfcapd_work(files.files, wanted_);
  try {
    take_in(*work, intakes, stop);
  } catch (const Error& error) {
    if (!grouping) {  // then it is where messages go that has failed
      throw;
    }
    return failed_window("not_grouped", error.what());
  }
  NativeSums sums;
  NfcapdReport report;
  for (const Intake& intake : intakes) {
    sums.add(intake.sums);
    report += intake.report;
  }
  WindowRun run;
  if (stop.stop_requested()) {
    run.end = WindowRun::End::stopped;
    return run;
  }
  if (auto bad = nfcapd_not_whole(report, work->refused(), sums, stat)) {
    return std::move(*bad);
  }
  if (grouping) {
    // Any column does: what is equal in it follows by the key.
    try {
      grouping->finish({.by = rows_.spec.key.front().field, .descending = false});
    } catch (const Error& error) {
      return failed_window("not_grouped", error.what());
    }
    grouping->emit(messages);
  }
  if (!messages.failure().empty()) {
    return failed_window("bad_value", messages.failure());
  }
  run.end = stop.stop_requested() ? WindowRun::End::stopped : WindowRun::End::whole;
  messages.count(run);
  return run;
}

void NativeWindow::take_in(NfcapdWork& work, std::vector<Intake>& intakes,
                           const std::stop_token& stop) {
  const auto here = std::this_thread::get_id();
  run_parallel(native_.threads, intakes.size(), [&](std::size_t i) {
    NfcapdReader reader(work, wanted_);
    while (reader.step(intakes[i], stop)) {
      if (on_alive && std::this_thread::get_id() == here) {
        on_alive();
      }
    }
    intakes[i].report = reader.report();
  });
}

}  // namespace weir
