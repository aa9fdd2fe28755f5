#include "weir/pipeline/check_records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>

#include "weir/sink/prometheus.hpp"

namespace weir {
namespace {

/// Passes rows through stages and counts them; looks at them before a filter leaves some out.
class Judge final : public Emit {
 public:
  Judge(JudgedRecords& judged, const std::vector<std::unique_ptr<Stage>>& stages,
        std::size_t look_at, Sink& sink, Accounts& accounts, std::size_t next = 0)
      : judged_(judged),
        stages_(stages),
        look_at_(look_at),
        sink_(sink),
        accounts_(accounts),
        next_(next) {}

  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; next_ == look_at_ && i < batch.size(); ++i) {
      look(batch[i]);
    }
    if (next_ == stages_.size()) {
      sink_.write(batch, accounts_);
      return;
    }
    Judge rest(judged_, stages_, look_at_, sink_, accounts_, next_ + 1);
    stages_[next_]->process(batch, accounts_, rest);
  }

 private:
  void look(const Flow& row) {
    const auto from = static_cast<std::uint32_t>(get_integer(row, field("src_as")));
    const auto to = static_cast<std::uint32_t>(get_integer(row, field("dst_as")));
    ++judged_.rows;
    judged_.unlabelled += get_text(row, field("label")).empty() ? 1 : 0;
    judged_.without_systems += from == 0 && to == 0 ? 1 : 0;
    if (from != 0) {
      ++judged_.systems[from];
    }
    if (to != 0 && to != from) {
      ++judged_.systems[to];
    }
  }

  JudgedRecords& judged_;
  const std::vector<std::unique_ptr<Stage>>& stages_;
  std::size_t look_at_;
  Sink& sink_;
  Accounts& accounts_;
  std::size_t next_;
};

template <std::size_t Count>
std::uint64_t sum(const std::array<std::uint64_t, Count>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

void take_over(const Accounts& accounts, const RecordSample& sample, JudgedRecords& judged) {
  for (const Accounts::Origin& origin : accounts.origins) {
    judged.messages += origin.messages;
    judged.records += origin.records;
  }
  judged.counted += accounts.counted;
  for (std::size_t i = 0; i < accounts.filtered.size(); ++i) {
    judged.filtered[i] += accounts.filtered[i];
  }
  for (std::size_t i = 0; i < accounts.refused.size(); ++i) {
    if (accounts.refused[i] != 0 && judged.refused[i] == 0) {
      judged.examples.push_back({static_cast<Refused>(i), sample.where, sample.bytes});
    }
    judged.refused[i] += accounts.refused[i];
  }
}

template <std::size_t Count>
std::string by_reason(std::string_view what, const std::array<std::uint64_t, Count>& numbers,
                      const std::array<std::string_view, Count>& names) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < Count; ++i) {
    if (numbers[i] != 0) {
      parts.push_back(fmt::format("{} {}", names[i], numbers[i]));
    }
  }
  return parts.empty() ? fmt::format("0 {}", what)
                       : fmt::format("{} {} ({})", sum(numbers), what, fmt::join(parts, ", "));
}

std::string binary_hint(std::string_view bytes) {
  constexpr std::string_view kAvroFile("Obj\x01", 4);
  // A zero byte and four of a schema's number, as writers put them that use a schema registry.
  const bool registry = bytes.size() > 5 && bytes[0] == '\0';
  if (registry || bytes.starts_with(kAvroFile)) {
    return "These look like Avro. Have pmacct write JSON: kafka_output: json";
  }
  return "weir reads JSON (with pmacct set kafka_output: json), goflow2's protobuf and its own "
         "CBOR: "
         "see that nothing else writes to this topic";
}

std::string advice_for(const JudgedRecords::Example& example) {
  switch (example.reason) {
    case Refused::empty:
      return "A message without a value: see who sends it; a compacted topic is no place for "
             "records";
    case Refused::too_long:
      return "Records above 16 MiB are no flow records: see who writes them";
    case Refused::truncated:
      return "Its end is missing: see the sender's limits of a message's size";
    case Refused::not_json:
      return binary_hint(example.bytes);
    case Refused::not_object:
      return "A record is an object in braces: see who writes this";
    case Refused::wrong_type:
      return "as_src, as_dst and bytes must be whole numbers, label a text: see who writes this";
    case Refused::out_of_range:
      return "AS numbers go up to 2^32-1 and bytes up to 2^64-1: see who writes this";
    case Refused::overflow:
      return "Counters end at 2^64-1: see who writes such numbers of bytes";
    case Refused::unknown_format:
      return binary_hint(example.bytes);
    case Refused::not_protobuf:
      return "These are not goflow2's protobuf: leave --format out, so that it is found out";
    case Refused::not_cbor:
      return "These are not CBOR: leave --format out, so that it is found out";
  }
  return "See who writes this";
}

Finding refused_example(const std::string& source, const JudgedRecords::Example& example,
                        bool nothing_else) {
  const auto reason = kRefusedNames[static_cast<std::size_t>(example.reason)];
  std::string text = fmt::format("{}, {}, is refused as {}", source, example.where, reason);
  if (!example.bytes.empty()) {
    text += ": " + quoted_bytes(example.bytes);
  }
  return nothing_else ? problem(std::move(text), advice_for(example))
                      : warning(std::move(text), advice_for(example));
}

std::string most_seen(const std::map<std::uint32_t, std::uint64_t>& systems) {
  constexpr std::size_t kShown = 5;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> sorted(systems.begin(), systems.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  sorted.resize(std::min(sorted.size(), kShown));
  std::vector<std::string> parts;
  parts.reserve(sorted.size());
  for (const auto& [system, rows] : sorted) {
    parts.push_back(fmt::format("{} ({})", system, rows));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Why flows that were understood may not say what they should.
Findings describe_flows(const std::string& source, const JudgedRecords& judged,
                        const std::vector<std::uint32_t>& own_systems) {
  Findings findings;
  const auto where = judged.filtered[static_cast<std::size_t>(Filtered::where)];
  if (judged.rows == 0) {
    return findings;
  }
  if (judged.asks_systems && judged.without_systems == judged.rows) {
    findings.push_back(
        warning(source + ": no flow has an AS number",
                "With pmacct put src_as and dst_as into aggregate, and say where they come from: "
                "networks_file or BGP, and [nf|sf]acctd_as or pmacctd_as"));
  } else if (where == judged.rows) {
    findings.push_back(
        warning(source + ": no flow is what --where asks for", "See whether --where is as meant"));
  } else if (judged.counted == 0 && judged.filtered[0] != 0 && own_systems.empty()) {
    findings.push_back(warning(source + ": no flow is what a metric's where asks for",
                               "See whether where of your metrics is as meant"));
  } else if (judged.counted == 0 && judged.filtered[0] != 0) {
    findings.push_back(
        warning(fmt::format("{}: no flow is from or to AS {}; seen most: {}", source,
                            fmt::join(own_systems, ", "), most_seen(judged.systems)),
                "Give your own AS numbers by --asn, if these few flows are as the others"));
  }
  if (judged.asks_label && judged.unlabelled == judged.rows) {
    findings.push_back(
        warning(source + ": no flow has a label, so the label hostname is empty",
                "With pmacct put label into aggregate and set_label=NAME into a pre_tag_map"));
  }
  return findings;
}

}  // namespace

JudgedRecords judge_records(const std::vector<RecordSample>& samples, const JudgeOptions& options) {
  JudgedRecords judged;
  const ExportPlan& plan = options.plan;
  FieldSet shown;
  for (const Metric& metric : plan.metrics) {
    shown |= fields_of(metric);
  }
  judged.asks_label = shown.has(field("label"));
  judged.asks_systems = shown.has(field("src_as")) || shown.has(field("dst_as"));
  PrometheusSink sink({.metrics = plan.metrics});
  const PipelineParts parts = pipeline_parts(plan, std::make_shared<SamplingCounters>(), nullptr);
  // The filter is the last of the stages.
  const std::size_t look_at = parts.stages.size() - (plan.where.matches_all() ? 0 : 1);
  for (const RecordSample& sample : samples) {
    PayloadBatch batch;
    if (sample.too_long) {
      batch.add_too_long(0);
    } else {
      batch.add(sample.bytes, 0);
    }
    Accounts accounts;
    Judge judge(judged, parts.stages, look_at, sink, accounts);
    parts.decoder->decode(batch, accounts, judge);
    take_over(accounts, sample, judged);
  }
  static_cast<void>(sink.commit({}));
  for (const MetricSnapshot& metric : sink.summary().metrics) {
    judged.seen.push_back({metric.name, metric.population.live});
  }
  return judged;
}

Findings describe_records(const std::string& source, std::string_view which,
                          const JudgedRecords& judged,
                          const std::vector<std::uint32_t>& own_systems) {
  if (judged.messages == 0) {
    return {};
  }
  const std::uint64_t refused = sum(judged.refused);
  const std::string text = fmt::format("{}: the {} {} with {}: {} counted, {}, {}", source, which,
                                       counted_words(judged.messages, "message"),
                                       counted_words(judged.records, "record"), judged.counted,
                                       by_reason("filtered", judged.filtered, kFilteredNames),
                                       by_reason("refused", judged.refused, kRefusedNames));
  Findings findings;
  const bool nothing_else = refused == judged.records && refused != 0;
  if (nothing_else) {
    findings.push_back(problem(text, "See below what is refused; none of this could be counted"));
  } else if (judged.counted == 0 && judged.rows == 0) {
    findings.push_back(warning(text, "There is no flow among them: send some, then check again"));
  } else {
    findings.push_back(ok(text));
  }
  for (const JudgedRecords::Example& example : judged.examples) {
    findings.push_back(refused_example(source, example, nothing_else));
  }
  add(findings, describe_flows(source, judged, own_systems));
  add(findings, describe_seen(source, judged.seen, judged.counted));
  return findings;
}

}  // namespace weir
