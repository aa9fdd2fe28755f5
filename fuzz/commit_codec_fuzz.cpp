#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/flow/commit_store.hpp"
#include "weir/flow/filter.hpp"
#include "weir/sink/exposition.hpp"
#include "weir/sink/prometheus.hpp"

namespace {

using namespace weir;

class Names final : public NameTable {
 public:
  void append(std::uint64_t number, std::string& out) const override {
    out += number == 1 ? "ONE" : "";
  }
};
class NamesLookup final : public Lookup {
 public:
  [[nodiscard]] std::uint64_t generation() const override { return 1; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override { return table_; }

 private:
  std::shared_ptr<const NameTable> table_ = std::make_shared<Names>();
};

Metric metric(std::string name, std::vector<MetricLabel> labels) {
  return {.name = std::move(name), .help = "Help.", .labels = std::move(labels), .max_series = 4};
}

void write_flow(PrometheusSink& sink, Accounts& accounts, std::uint64_t as, std::string_view host) {
  FlowBatch batch;
  Flow& row = batch.next();
  set(row, field("src_as"), as);
  set(row, field("label"), host);
  set(row, field("bytes"), as);
  batch.append();
  sink.write(batch, accounts);
}

PrometheusSinkOptions options() {
  static const auto names = std::make_shared<NamesLookup>();
  return {.metrics = {metric("m_total",
                             {{"as", field("src_as"), {}}, {"name", field("src_as"), names}}),
                      metric("n_total",
                             {{"name", field("src_as"), names}, {"host", field("label"), {}}}),
                      metric("s_total", {})},
          .hold = std::chrono::milliseconds(1),
          .series_ttl = std::chrono::milliseconds(1)};
}

class Memory final : public CommitStore {
 public:
  [[nodiscard]] std::uint64_t append(std::string_view commit) override {
    commits.emplace_back(commit);
    return commits.size();
  }
  [[nodiscard]] std::string trouble() const override { return ""; }
  std::vector<std::string> commits;
};

/// A few commits and the snapshot after them, for the input to change.
struct Sample {
  std::vector<std::string> pieces;
  std::vector<std::string> commits;
};
const Sample& sample() {
  static const Sample made = [] {
    Memory store;
    PrometheusSink sink(options());
    sink.keep_in(store, 0);
    Accounts accounts;
    for (std::uint64_t i = 0; i < 4; ++i) {
      write_flow(sink, accounts, i % 3, i == 2 ? "host" : "");
      fuzzing::require(sink.commit({{{{"t", "0", "id", 1, 2, 3}}, {}, {}}, accounts}));
      static_cast<void>(sink.snapshot());
    }
    Sample out;
    sink.make_snapshot([&out](std::string_view piece) { out.pieces.emplace_back(piece); });
    out.commits = store.commits;
    return out;
  }();
  return made;
}

std::string changed(std::string bytes, fuzzing::Input& input) {
  for (unsigned changes = input.byte() % 4; changes != 0 && !bytes.empty(); --changes) {
    const std::size_t at = (input.byte() * 256U + input.byte()) % bytes.size();
    switch (input.byte() % 4) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, input.text(4));
        break;
      default:
        bytes[at] = static_cast<char>(input.byte());
    }
  }
  return bytes;
}

std::vector<std::string> pieces_of(const PrometheusSink& sink) {
  std::vector<std::string> pieces;
  sink.make_snapshot([&pieces](std::string_view piece) { pieces.emplace_back(piece); });
  return pieces;
}

/// What was taken in comes out of a snapshot as it went in, and goes on.
void check(PrometheusSink& sink) {
  static_cast<void>(sink.restored());
  Memory store;
  sink.keep_in(store, 1);
  const std::vector<std::string> pieces = pieces_of(sink);
  PrometheusSink again(options());
  CommitReader& reader = again.reader();
  for (const std::string& piece : pieces) {
    fuzzing::require(reader.snapshot(piece));
  }
  static_cast<void>(again.restored());
  fuzzing::require(pieces_of(again) == pieces);
  Accounts accounts;
  for (std::uint64_t i = 0; i < 3; ++i) {
    write_flow(sink, accounts, i, "x");
    fuzzing::require(sink.commit({{}, accounts}));
    const auto body =
        std::make_shared<const ExpositionBody>(sink.snapshot(), "", ExpositionFormat::text);
    std::string out(body->size() + 1, '#');
    fuzzing::require(ExpositionBody::Reader(body).read(out.data(), out.size()) == body->size());
  }
}

}  // namespace

/// Snapshot pieces and commits, from the input or out of good ones that it changes: refused, or a
/// state that survives another round and goes on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(fuzzing::as_text(data, size));
  PrometheusSink sink(options());
  CommitReader& reader = sink.reader();
  bool good = true;
  for (std::uint64_t number = 1; good && !input.empty(); ++number) {
    const unsigned what = input.byte();
    const std::size_t which = what / 4U;
    switch (what % 4) {
      case 0:
        good = reader.snapshot(input.text(input.byte()));
        break;
      case 1:
        good = reader.commit(number, input.text(input.byte() * 4U));
        break;
      case 2:
        good = reader.snapshot(changed(sample().pieces[which % sample().pieces.size()], input));
        break;
      default:
        good = reader.commit(number,
                             changed(sample().commits[which % sample().commits.size()], input));
    }
  }
  if (good) {
    check(sink);
  }
  return 0;
}
