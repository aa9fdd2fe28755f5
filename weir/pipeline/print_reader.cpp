#include "weir/pipeline/print_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "weir/base/add_saturated.hpp"
#include "weir/base/error.hpp"
#include "weir/flow/totals.hpp"
#include "weir/io/file.hpp"
#include "weir/pipeline/read_to_end.hpp"
#include "weir/pipeline/registry.hpp"
#include "weir/source/file.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxDamage = 100;
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

void add(Accounts& into, const Accounts& from) {
  for (std::size_t i = 0; i < kRefusedNames.size(); ++i) {
    into.refused[i] += from.refused[i];
  }
  for (std::size_t i = 0; i < kFilteredNames.size(); ++i) {
    into.filtered[i] += from.filtered[i];
  }
}

void take_accounts(const std::string& source, const Accounts& accounts, PrintReport& report) {
  if (const std::string text = refusals(accounts); !text.empty()) {
    report.add_damage(fmt::format("{}: records are refused: {}", source, text));
  }
  add(report.accounts, accounts);
}

Filter parse_where(const PrintInput& input) {
  return input.where.empty() ? Filter() : Filter::compile(input.where, input.names);
}

}  // namespace

void PrintReport::add_damage(std::string text) {
  if (damage.size() < kMaxDamage) {
    damage.push_back(std::move(text));
  }
}

void PrintReport::add(const PrintReport& more) {
  records += more.records;
  flows = add_saturated(flows, more.flows);
  packets = add_saturated(packets, more.packets);
  bytes = add_saturated(bytes, more.bytes);
  files += more.files;
  kafka = kafka || more.kafka;
  messages += more.messages;
  nfcapd += more.nfcapd;
  weir::add(accounts, more.accounts);
  for (const std::string& text : more.damage) {
    add_damage(text);
  }
}

PrintReader::PrintReader(PrintInput input, const FieldSet& wanted)
    : input_(std::move(input)),
      budget_(input_.count, stopped_),
      filter_(parse_where(input_)),
      wanted_(wanted) {
  wanted_ |= filter_.fields();
  for (const FieldId id : {field("flows"), field("packets"), field("bytes")}) {
    wanted_.add(id);
  }
  add_parts_of_totals(wanted_);
  if (!input_.enrich.empty()) {
    enrichment_ = std::make_unique<Enrichment>(input_.enrich);
    wanted_ |= enrichment_->reads(wanted_);
  }
  if (input_.kafka) {
    check_kafka_options(*input_.kafka);
  }
  sources_ = find_print_sources(input_.sources);
  for (const std::string& path : sources_.json) {
    const auto stamp = path == "-" ? std::nullopt : file_stamp(path);
    text_bytes_ += stamp ? stamp->size : 0;
  }
  work_ = nfcapd_work(sources_.nfcapd, wanted_);
}

void PrintReader::read(PrintSink& next, PrintReport& report) {
  MatchingRows matching(filter_, budget_, next);
  FilledRows filled(wanted_, enrichment_.get(), matching);
  NfcapdReader reader(*work_, wanted_);
  reader.run(filled, stopped_.get_token());
  report.nfcapd = reader.report();
  for (std::size_t i = next_text_++; i < sources_.json.size() && !stopped_.stop_requested();
       i = next_text_++) {
    read_text(sources_.json[i], next, filled, report);
  }
  if (input_.kafka && !kafka_taken_.exchange(true)) {
    read_kafka(next, filled, report);
  }
  report.records = matching.records;
  report.flows = matching.flows;
  report.packets = matching.packets;
  report.bytes = matching.bytes;
}

std::unique_ptr<Decoder> PrintReader::decoder_of(const std::string& form) const {
  return make_decoder(form, {.wanted = wanted_, .mapping = input_.mapping});
}

void PrintReader::read_text(const std::string& path, PrintSink& next, Emit& emit,
                            PrintReport& report) {
  FileSource source(path);
  const auto decoder = decoder_of("json");
  PayloadBatch batch;
  Accounts accounts;
  std::uint64_t told = 0;
  for (bool more = true; more && !stopped_.stop_requested();) {
    batch.clear();
    more = source.read(batch, stopped_.get_token());
    decoder->decode(batch, accounts, emit);
    if (batch.empty() && more) {
      next.pause();
    }
    const auto position = static_cast<std::uint64_t>(source.status().origins.at(0).position);
    text_read_ += path == "-" ? 0 : position - std::exchange(told, position);
  }
  ++report.files;
  if (const std::string trouble = source.status().trouble; !trouble.empty()) {
    report.add_damage(fmt::format("{}: {}", path, trouble));
  }
  take_accounts(path == "-" ? "standard input" : path, accounts, report);
}

void PrintReader::read_kafka(PrintSink& next, Emit& emit, PrintReport& report) {
  SourceOptions options;
  options.kind = "kafka";
  options.kafka = *input_.kafka;
  const auto source = make_source(options);
  const auto decoder = decoder_of(input_.records);
  Accounts accounts;
  report.kafka = true;
  read_to_end(*source, {.follow = input_.follow}, stopped_.get_token(),
              [&](const PayloadBatch& batch) {
                decoder->decode(batch, accounts, emit);
                report.messages += batch.size();
                if (batch.empty() && input_.follow) {
                  next.pause();
                }
              });
  take_accounts(fmt::format("topic {}", fmt::join(input_.kafka->topics, ", ")), accounts, report);
}

}  // namespace weir
