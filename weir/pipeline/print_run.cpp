#include "weir/pipeline/print_run.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"
#include "weir/base/parallel.hpp"
#include "weir/io/spill_file.hpp"
#include "weir/pipeline/print_emit.hpp"

namespace weir {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

/// Calls `make(thread)` for each of so many threads.
template <typename Each, typename Make>
std::vector<std::unique_ptr<Each>> for_threads(unsigned threads, Make&& make) {
  std::vector<std::unique_ptr<Each>> all;
  all.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    all.push_back(std::make_unique<Each>(make(i)));
  }
  return all;
}

}  // namespace

PrintRun::PrintRun(PrintOptions options)
    : options_(std::move(options)),
      rows_(parse_print_rows(options_.by, options_.fields, options_.bidirectional,
                             options_.input.names)),
      columns_(text_columns(rows_)) {
  options_.threads = std::max(options_.threads, 1U);
  choose_order();
  reader_ = std::make_unique<PrintReader>(options_.input, needed_fields(rows_));
}

void PrintRun::choose_order() {
  if (!rows_.grouped && options_.top == 0 && !options_.order.empty()) {
    throw Error::usage(
        "--order sorts groups, or records with --top: give --by or --top as well, as in --order "
        "bytes --top 100");
  }
  const bool table_of_groups = rows_.grouped && options_.format == PrintFormat::table;
  if (!options_.order.empty()) {
    order_ = parse_group_order(options_.order, rows_.spec);
  } else if (options_.top != 0 || table_of_groups) {
    order_ = parse_group_order(default_order(rows_.spec), rows_.spec);
  }
  order_.top = options_.top;
}

PrintReport PrintRun::run(TextOutput& out) {
  PrintReport report;
  if (rows_.grouped) {
    print_groups(out, report);
  } else if (order_.top != 0) {
    print_top(out, report);
  } else {
    print_records(out, report);
  }
  return report;
}

void PrintRun::read_all(PrintReport& report, const std::function<PrintSink&(std::size_t)>& next) {
  // Who has enough of the output needs no more input.
  const std::stop_callback enough(enough_.get_token(), [this] { reader_->stop(); });
  Guarded<PrintReport> sum;
  run_parallel(options_.threads, options_.threads, [&](std::size_t thread) {
    PrintReport part;
    try {
      reader_->read(next(thread), part);
    } catch (...) {
      reader_->stop();  // the others need not go on
      throw;
    }
    sum.with([&](PrintReport& all) { all.add(part); });
  });
  sum.with([&](PrintReport& all) { report = std::move(all); });
  if (on_read) {
    on_read();
  }
  for (const std::string& text : report.nfcapd.damage) {
    report.add_damage(text);
  }
  report.files += report.nfcapd.files;
  report.refused = reader_->refused();
}

LineWriter PrintRun::line_writer() const {
  return {options_.format == PrintFormat::csv ? LineWriter::Form::csv : LineWriter::Form::json,
          columns_};
}

void PrintRun::print_records(TextOutput& out, PrintReport& report) {
  if (options_.format == PrintFormat::table) {
    TableOutput table(columns_, options_.units, out, enough_);
    read_all(report, [&](std::size_t) -> PrintSink& { return table; });
    table.finish();
    return;
  }
  out.write(line_writer().header());
  const auto lines = for_threads<LinesOutput>(
      options_.threads, [&](unsigned) { return LinesOutput(line_writer(), out, enough_); });
  read_all(report, [&](std::size_t thread) -> PrintSink& { return *lines[thread]; });
  for (const auto& each : lines) {
    each->flush();
  }
}

void PrintRun::print_top(TextOutput& out, PrintReport& report) {
  const FieldSet fields = needed_fields(rows_);
  const auto tops = for_threads<IntoTop>(
      options_.threads, [&](unsigned) { return IntoTop(TopRows(fields, order_)); });
  read_all(report, [&](std::size_t thread) -> PrintSink& { return *tops[thread]; });
  TopRows& all = tops.front()->rows;
  for (unsigned i = 1; i < options_.threads; ++i) {
    all.merge(std::move(tops[i]->rows));
  }
  print_ordered(all, out);
}

void PrintRun::print_groups(TextOutput& out, PrintReport& report) {
  const auto open_spill = [folder = options_.spill_folder] {
    return std::make_unique<SpillFile>(folder);
  };
  Grouping grouping(rows_.spec, {.threads = options_.threads,
                                 .max_memory = options_.max_memory,
                                 .open_spill = open_spill,
                                 .seed = random_seed()});
  const auto groups = for_threads<IntoGroups>(
      options_.threads, [&](unsigned i) { return IntoGroups(grouping.worker(i)); });
  read_all(report, [&](std::size_t thread) -> PrintSink& { return *groups[thread]; });
  grouping.finish(order_);
  report.groups = grouping.groups();
  report.spilled = grouping.spilled();
  if (order_.by || options_.format == PrintFormat::table) {
    print_ordered(grouping, out);
  } else {
    print_unordered(grouping, out);
  }
}

void PrintRun::print_unordered(Grouping& grouping, TextOutput& out) {
  out.write(line_writer().header());
  run_parallel(options_.threads, grouping.parts(), [&](std::size_t part) {
    if (!enough_.stop_requested()) {
      LinesOutput lines(line_writer(), out, enough_);
      grouping.emit_part(part, lines);
      lines.flush();
    }
  });
}

template <typename Rows>
void PrintRun::print_ordered(Rows& rows, TextOutput& out) {
  const auto write_all = [&rows](auto& output) {
    rows.emit(output);
    if (rows.others() != 0) {
      Flow other;
      rows.other(other);
      output.other(other, rows.others());
    }
  };
  if (options_.format == PrintFormat::table) {
    TableOutput table(columns_, options_.units, out, enough_);
    write_all(table);
    table.finish();
    return;
  }
  out.write(line_writer().header());
  LinesOutput lines(line_writer(), out, enough_);
  write_all(lines);
  lines.flush();
}

}  // namespace weir
