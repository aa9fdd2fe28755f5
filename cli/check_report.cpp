#include "cli/check_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "cli/export_setup.hpp"
#include "weir/base/error.hpp"
#include "weir/base/time.hpp"
#include "weir/io/kafka_environment.hpp"
#include "weir/pipeline/as_traffic.hpp"
#include "weir/pipeline/check_brokers.hpp"
#include "weir/pipeline/check_local.hpp"
#include "weir/pipeline/check_metrics.hpp"

namespace weir {
namespace {

std::string describe_start(const KafkaStart& start) {
  switch (start.kind) {
    case KafkaStart::Kind::latest:
      return "from what comes after the start on";
    case KafkaStart::Kind::earliest:
      return "from the first message that is there on";
    case KafkaStart::Kind::time:
      return "from messages of " + format_time(start.time) + " on";
  }
  return {};
}

Findings describe_kafka(const ExportOptions& options) {
  const KafkaSourceOptions& kafka = options.kafka;
  const std::string partitions =
      kafka.partitions ? fmt::format("partitions {}", fmt::join(*kafka.partitions, ", "))
                       : "all partitions";
  const KafkaProperties properties = with_kafka_environment(kafka.properties);
  std::string connects = "connects " + describe_login(properties);
  std::set<std::string> names;
  std::set<std::string> shown;
  for (const KafkaProperty& property : properties) {
    names.insert(property.name);
    if (property.from == KafkaProperty::kCommandLine &&
        !kafka_secrets(property.name, property.value).empty()) {
      shown.insert(property.name);
    }
  }
  if (!names.empty()) {
    connects += fmt::format("; sets {}", fmt::join(names, ", "));
  }
  Findings findings = {ok(fmt::format("reads {}, {}, {}", describe_source(options), partitions,
                                      describe_start(kafka.start))),
                       ok(std::move(connects))};
  if (!shown.empty()) {
    findings.push_back(
        warning(fmt::format("on the command line others may see {}", fmt::join(shown, ", ")),
                "Give it with -X @FILE, or in a variable such as WEIR_KAFKA_SASL_PASSWORD_FILE"));
  }
  return findings;
}

Findings describe_state(const StateFolder& state) {
  Finding folder = check_folder("state", state.folder);
  if (folder.level == Finding::Level::warning && state.named) {
    folder = problem(folder.text, "Let the user that weir runs as write there, or name another");
  }
  Findings findings = {std::move(folder)};
  if (state_is_there(state.folder)) {
    findings.push_back(ok(
        "a state is there: counters and reading go on where they were, and --start says nothing"));
  }
  return findings;
}

/// One of the metrics that there are without a configuration.
Finding describe_default(const Metric& metric) {
  std::vector<std::string> labels;
  labels.reserve(metric.labels.size());
  for (const MetricLabel& label : metric.labels) {
    labels.push_back(label.name);
  }
  return ok(fmt::format("counts {} in {} by {}", info(metric.value).name, metric.name,
                        fmt::join(labels, ", ")));
}

Findings describe_metrics(const ExportOptions& options, const std::vector<Metric>& metrics) {
  const MetricsConfig& config = options.config.metrics;
  const std::size_t defaults = metrics.size() - config.own.size();
  Findings findings;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (i < defaults) {
      findings.push_back(describe_default(metrics[i]));
    } else {
      Metric metric = metrics[i];
      metric.where_text = config.own[i - defaults].where;
      add(findings, describe_metric(metric, options.config.names, options.config.lookups));
    }
  }
  findings.push_back(describe_counting(metrics));
  findings.push_back(check_memory(metrics, usable_memory()));
  return findings;
}

Findings describe_own_systems(const ExportOptions& options) {
  const std::vector<std::uint32_t> own = own_systems(options);
  if (options.own_systems.empty() && !options.demo) {
    return {warning("own AS numbers: none are given, so only flows from or to AS 0 count",
                    "Give yours, as in --asn 64500")};
  }
  Findings findings = {ok(fmt::format("own AS numbers: {}", fmt::join(own, ", ")))};
  if (std::find(own.begin(), own.end(), 0U) != own.end()) {
    findings.push_back(warning("own AS numbers: 0 stands for flows without an AS number too",
                               "Leave it out of --asn, unless these are yours"));
  }
  return findings;
}

/// What the configuration says of records, before they are counted.
Findings describe_treatment(const ExportOptions& options, const ExportPlan& plan) {
  Findings findings;
  const ExportConfig& config = options.config;
  for (const MappedValue& value : config.mapping) {
    findings.push_back(
        ok(fmt::format("takes {} from {}", config.names.name(value.field), value.path)));
  }
  switch (config.sampling.rule) {
    case SamplingRule::off:
      break;
    case SamplingRule::record:
      findings.push_back(ok("multiplies bytes and packets by each record's sampling rate"));
      break;
    case SamplingRule::fixed:
      findings.push_back(
          ok(fmt::format("multiplies bytes and packets by {}", config.sampling.fixed)));
      break;
    case SamplingRule::table:
      findings.push_back(
          ok("multiplies bytes and packets by the exporter's rate in " + config.sampling.table));
      break;
  }
  if (plan.enrichment) {
    for (const LookupFile& file : plan.enrichment->files()) {
      findings.push_back(
          ok(fmt::format("{}: {} entries in {}", file.kind, with_commas(file.entries), file.path)));
    }
  }
  return findings;
}

}  // namespace

void CheckReport::tell(const Findings& findings) {
  for (const Finding& finding : findings) {
    problems_ += finding.level == Finding::Level::problem ? 1 : 0;
    warnings_ += finding.level == Finding::Level::warning ? 1 : 0;
    std::fputs(to_lines(finding).c_str(), stdout);
  }
  std::fflush(stdout);
}

int CheckReport::finish(bool live) const {
  std::fputs(summary(problems_, warnings_, live).c_str(), stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error("weir check: what was found could not be written to standard output");
  }
  return problems_ == 0 ? 0 : 1;
}

std::string CheckReport::summary(std::size_t problems, std::size_t warnings, bool live) {
  std::string text = problems == 0 ? "no problem" : counted_words(problems, "problem");
  text += ", " + (warnings == 0 ? "no warning" : counted_words(warnings, "warning"));
  return text + (live ? "\n" : "; nobody was asked, --live does\n");
}

Findings describe_export(const ExportOptions& options, const JudgeOptions& judge) {
  Findings findings;
  if (options.demo || !options.from.empty()) {
    findings.push_back(ok("reads " + describe_source(options)));
  } else {
    findings = describe_kafka(options);
  }
  add(findings, describe_treatment(options, judge.plan));
  add(findings, describe_metrics(options, judge.plan.metrics));
  if (options.config.metrics.defaults) {
    add(findings, describe_own_systems(options));
  } else if (!options.own_systems.empty()) {
    findings.push_back(warning("own AS numbers mean nothing to the metrics of the configuration",
                               "Leave --asn out, or put defaults among the metrics"));
  }
  if (!options.where_text.empty()) {
    findings.push_back(ok("leaves out flows that are not: " + options.where_text));
  }
  if (const auto state = state_folder_of(options)) {
    add(findings, describe_state(*state));
  } else {
    findings.push_back(ok("state is kept in memory alone: after a restart counters begin at 0"));
  }
  return findings;
}

JudgeOptions judge_options(const ExportOptions& options) {
  JudgeOptions judge;
  // Labels that show names are there, and nobody is asked for any.
  judge.plan = make_plan(options, std::make_shared<AsNameLookup>(AsNameOptions{.source = "none"}));
  if (options.config.metrics.defaults) {
    judge.own_systems = own_systems(options);
  }
  return judge;
}

}  // namespace weir
