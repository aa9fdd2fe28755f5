#include "weir/pipeline/print_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"
#include "weir/base/parallel.hpp"
#include "weir/decode/json.hpp"
#include "weir/io/spill_file.hpp"
#include "weir/pipeline/print_emit.hpp"
#include "weir/source/file.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxDamage = 100;

/// Groups a thread's rows.
class IntoGroups final : public Emit {
 public:
  explicit IntoGroups(Grouper& grouper) : grouper_(&grouper) {}
  void operator()(FlowBatch& batch) override { grouper_->process(batch); }

 private:
  Grouper* grouper_;
};

void add(std::vector<std::string>& texts, const std::vector<std::string>& more) {
  for (const std::string& text : more) {
    if (texts.size() < kMaxDamage) {
      texts.push_back(text);
    }
  }
}

/// "3 not_json, 1 truncated"
std::string refusals(const Accounts& accounts) {
  std::string text;
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    if (accounts.refused[i] != 0) {
      text +=
          fmt::format("{}{} {}", text.empty() ? "" : ", ", accounts.refused[i], kRefusedNames[i]);
    }
  }
  return text;
}

void merge(PrintReport& into, const PrintReport& from) {
  into.records += from.records;
  into.flows += from.flows;
  into.packets += from.packets;
  into.bytes += from.bytes;
  into.files += from.files;
  into.nfcapd += from.nfcapd;
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    into.json.refused[i] += from.json.refused[i];
  }
  for (std::size_t i = 0; i < kFilteredNames.size(); ++i) {
    into.json.filtered[i] += from.json.filtered[i];
  }
  add(into.damage, from.damage);
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace

PrintRun::PrintRun(PrintOptions options)
    : options_(std::move(options)),
      rows_(parse_print_rows(options_.by, options_.fields, options_.bidirectional)),
      filter_(options_.where.empty() ? Filter() : Filter::compile(options_.where)),
      columns_(text_columns(rows_)),
      wanted_(needed_fields(rows_)) {
  if (!rows_.grouped && (options_.top != 0 || !options_.order.empty())) {
    throw Error::usage(fmt::format(
        "{} is for groups: give --by as well. To look at the first records: weir print … | head",
        options_.top != 0 ? "--top" : "--order"));
  }
  const bool ordered = options_.top != 0 || options_.format == PrintFormat::table;
  if (!options_.order.empty()) {
    order_ = parse_group_order(options_.order, rows_.spec);
  } else if (rows_.grouped && ordered) {
    order_ = parse_group_order(default_order(rows_.spec), rows_.spec);
  }
  order_.top = options_.top;
  options_.threads = std::max(options_.threads, 1U);
  wanted_ |= filter_.fields();
  for (const FieldId id : {field("flows"), field("packets"), field("bytes")}) {
    wanted_.add(id);
  }
  sources_ = find_print_sources(options_.sources);
  for (const std::string& path : sources_.json) {
    const auto stamp = path == "-" ? std::nullopt : file_stamp(path);
    json_bytes_ += stamp ? stamp->size : 0;
  }
  work_ = nfcapd_work(sources_.nfcapd, wanted_);
}

PrintReport PrintRun::run(TextOutput& out) {
  PrintReport report;
  if (rows_.grouped) {
    print_groups(out, report);
  } else {
    print_records(out, report);
  }
  return report;
}

void PrintRun::read_all(PrintReport& report, const std::function<Emit&(std::size_t)>& next) {
  Guarded<PrintReport> sum;
  run_parallel(options_.threads, options_.threads, [&](std::size_t thread) {
    PrintReport part;
    try {
      read(next(thread), part);
    } catch (...) {
      enough_.request_stop();  // the others need not go on
      throw;
    }
    sum.with([&](PrintReport& all) { merge(all, part); });
  });
  sum.with([&](PrintReport& all) { report = std::move(all); });
  if (on_read) {
    on_read();
  }
  add(report.damage, report.nfcapd.damage);
  report.files += report.nfcapd.files;
  report.refused = work_->refused();
}

void PrintRun::read(Emit& next, PrintReport& report) {
  MatchingRows matching(filter_, next);
  NfcapdReader reader(*work_, wanted_);
  reader.run(matching, enough_.get_token());
  report.nfcapd = reader.report();
  for (std::size_t i = next_json_++; i < sources_.json.size(); i = next_json_++) {
    read_json(sources_.json[i], matching, report);
  }
  report.records = matching.records;
  report.flows = matching.flows;
  report.packets = matching.packets;
  report.bytes = matching.bytes;
}

void PrintRun::read_json(const std::string& path, Emit& emit, PrintReport& report) {
  FileSource source(path);
  JsonDecoder decoder(wanted_);
  PayloadBatch batch;
  Accounts accounts;
  std::uint64_t told = 0;
  for (bool more = true; more && !enough_.stop_requested();) {
    batch.clear();
    more = source.read(batch, enough_.get_token());
    decoder.decode(batch, accounts, emit);
    const auto position = static_cast<std::uint64_t>(source.status().origins.at(0).position);
    json_read_ += path == "-" ? 0 : position - std::exchange(told, position);
  }
  ++report.files;
  if (const std::string trouble = source.status().trouble; !trouble.empty()) {
    add(report.damage, {fmt::format("{}: {}", path, trouble)});
  }
  if (const std::string text = refusals(accounts); !text.empty()) {
    add(report.damage,
        {fmt::format("{}: records are refused: {}", path == "-" ? "standard input" : path, text)});
  }
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    report.json.refused[i] += accounts.refused[i];
  }
  for (std::size_t i = 0; i < kFilteredNames.size(); ++i) {
    report.json.filtered[i] += accounts.filtered[i];
  }
}

LineWriter PrintRun::line_writer() const {
  return {options_.format == PrintFormat::csv ? LineWriter::Form::csv : LineWriter::Form::json,
          columns_};
}

void PrintRun::print_records(TextOutput& out, PrintReport& report) {
  if (options_.format == PrintFormat::table) {
    TableOutput table(columns_, options_.units, out, enough_);
    read_all(report, [&](std::size_t) -> Emit& { return table; });
    table.finish();
    return;
  }
  out.write(line_writer().header());
  std::vector<std::unique_ptr<LinesOutput>> lines;
  lines.reserve(options_.threads);
  for (unsigned i = 0; i < options_.threads; ++i) {
    lines.push_back(std::make_unique<LinesOutput>(line_writer(), out, enough_));
  }
  read_all(report, [&](std::size_t thread) -> Emit& { return *lines[thread]; });
  for (const auto& each : lines) {
    each->flush();
  }
}

void PrintRun::print_groups(TextOutput& out, PrintReport& report) {
  const auto open_spill = [folder = options_.spill_folder] {
    return std::make_unique<SpillFile>(folder);
  };
  Grouping grouping(rows_.spec, {.threads = options_.threads,
                                 .max_memory = options_.max_memory,
                                 .open_spill = open_spill,
                                 .seed = random_seed()});
  std::vector<IntoGroups> groups;
  groups.reserve(options_.threads);
  for (unsigned i = 0; i < options_.threads; ++i) {
    groups.emplace_back(grouping.worker(i));
  }
  read_all(report, [&](std::size_t thread) -> Emit& { return groups[thread]; });
  grouping.finish(order_);
  report.groups = grouping.groups();
  report.spilled = grouping.spilled();
  if (options_.format == PrintFormat::table) {
    print_group_table(grouping, out);
  } else {
    print_group_lines(grouping, out);
  }
}

void PrintRun::print_group_lines(Grouping& grouping, TextOutput& out) {
  out.write(line_writer().header());
  if (order_.by || order_.top != 0) {
    LinesOutput lines(line_writer(), out, enough_);
    grouping.emit(lines);
    if (grouping.others() != 0) {
      Flow other;
      grouping.other(other);
      lines.other(other, grouping.others());
    }
    lines.flush();
    return;
  }
  run_parallel(options_.threads, grouping.parts(), [&](std::size_t part) {
    if (!enough_.stop_requested()) {
      LinesOutput lines(line_writer(), out, enough_);
      grouping.emit_part(part, lines);
      lines.flush();
    }
  });
}

void PrintRun::print_group_table(Grouping& grouping, TextOutput& out) {
  TableOutput table(columns_, options_.units, out, enough_);
  grouping.emit(table);
  if (grouping.others() != 0) {
    Flow other;
    grouping.other(other);
    table.other(other, grouping.others());
  }
  table.finish();
}

}  // namespace weir
