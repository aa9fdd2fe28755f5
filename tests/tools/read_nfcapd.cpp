// Reads nfcapd files and folders natively and prints sums of them, to compare with nfdump's:
//
//   read_nfcapd [--by FIELD,…] [--rows FIELD,…] [--threads N] PATH…
//
// One line for each key (`--by`, none: one line for all): the key's values, flows, packets, bytes,
// total_packets, total_bytes, separated by commas, sorted. With --rows a line for each flow in
// place of the sums. Then a line on stderr with what was read and what was not: `files blocks flows
// others refused lost lost_bytes`, and one for each damage.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/rows.hpp"
#include "weir/base/error.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/source/nfcapd_files.hpp"

namespace {

using namespace weir;

using Sums = std::array<std::uint64_t, 5>;
constexpr std::array<FieldId, 5> kSummed = {field("flows"), field("packets"), field("bytes"),
                                            field("total_packets"), field("total_bytes")};

std::string values_of(const Flow& row, const std::vector<FieldId>& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += (i == 0 ? "" : ",") + field_text(row, fields[i]);
  }
  return text;
}

class Sum final : public Emit {
 public:
  explicit Sum(const std::vector<FieldId>& by) : by_(by) {}
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Sums& sums = all[values_of(batch[i], by_)];
      for (std::size_t s = 0; s < sums.size(); ++s) {
        sums[s] += get_integer(batch[i], kSummed[s]);
      }
    }
  }
  std::map<std::string, Sums> all;

 private:
  const std::vector<FieldId>& by_;
};

class Print final : public Emit {
 public:
  explicit Print(const std::vector<FieldId>& fields) : fields_(fields) {}
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      fmt::print("{}\n", values_of(batch[i], fields_));
    }
  }

 private:
  const std::vector<FieldId>& fields_;
};

std::vector<FieldId> parse_fields(std::string_view names) {
  std::vector<FieldId> fields;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    const auto id = find_field(name);
    if (!id) {
      throw Error::usage(fmt::format("there is no field '{}'", name));
    }
    fields.push_back(*id);
    names.remove_prefix(std::min(names.size(), name.size() + 1));
  }
  return fields;
}

void print(const std::map<std::string, Sums>& sums, bool keyed) {
  for (const auto& [key, values] : sums) {
    fmt::print("{}{}{}\n", key, keyed ? "," : "", fmt::join(values, ","));
  }
}

NfcapdReport sum_by(const std::vector<FieldId>& by, NfcapdWork& work, const FieldSet& wanted,
                    unsigned threads) {
  std::vector<Sum> sums(threads, Sum(by));
  std::vector<NfcapdReport> reports(threads);
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) {
      running.emplace_back([&, i] {
        NfcapdReader reader(work, wanted);
        reader.run(sums[i]);
        reports[i] = reader.report();
      });
    }
  }
  NfcapdReport report;
  Sum all(by);
  for (unsigned i = 0; i < threads; ++i) {
    report += reports[i];
    for (const auto& [key, values] : sums[i].all) {
      Sums& into = all.all[key];
      for (std::size_t s = 0; s < into.size(); ++s) {
        into[s] += values[s];
      }
    }
  }
  print(all.all, !by.empty());
  return report;
}

void tell(const NfcapdReport& report, const std::vector<std::string>& refused) {
  fmt::print(stderr, "{} {} {} {} {} {} {}\n", report.files, report.blocks, report.records.flows,
             report.records.others, report.records.refused, report.records.lost, report.lost_bytes);
  for (const auto* texts : {&report.damage, &refused}) {
    for (const std::string& text : *texts) {
      fmt::print(stderr, "{}\n", text);
    }
  }
}

int run(const std::vector<std::string>& arguments) {
  std::vector<FieldId> by;
  std::vector<FieldId> rows;
  unsigned threads = 1;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool more = i + 1 < arguments.size();
    if (arguments[i] == "--by" && more) {
      by = parse_fields(arguments[++i]);
    } else if (arguments[i] == "--rows" && more) {
      rows = parse_fields(arguments[++i]);
    } else if (arguments[i] == "--threads" && more) {
      threads = static_cast<unsigned>(std::stoul(arguments[++i]));
    } else {
      paths.push_back(arguments[i]);
    }
  }
  FieldSet wanted;
  for (const FieldId id : rows.empty() ? by : rows) {
    wanted.add(id);
  }
  for (const FieldId id : kSummed) {
    wanted.add(id);
  }
  const auto work = nfcapd_work(nfcapd_files(paths), wanted);
  if (rows.empty()) {
    const NfcapdReport report = sum_by(by, *work, wanted, threads);
    tell(report, work->refused());
  } else {
    NfcapdReader reader(*work, wanted);
    Print printed(rows);
    reader.run(printed);
    tell(reader.report(), work->refused());
  }
  return work->refused().empty() ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
