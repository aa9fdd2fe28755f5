#include "cli/check_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/check_report.hpp"
#include "cli/export_options.hpp"
#include "cli/export_setup.hpp"
#include "weir/base/error.hpp"
#include "weir/pipeline/check_brokers.hpp"
#include "weir/pipeline/check_dead_letters.hpp"
#include "weir/pipeline/check_file.hpp"
#include "weir/pipeline/check_local.hpp"
#include "weir/pipeline/check_names.hpp"
#include "weir/pipeline/check_topics.hpp"
#include "weir/source/kafka_newest.hpp"

namespace weir {
namespace {

using std::chrono::seconds;

constexpr std::string_view kHelp =
    "Usage: weir check [--live] [export] [FILE.yaml] FLAGS\n\n"
    "Says what `weir export` with these flags, or with this configuration, would do, and what is "
    "wrong\n"
    "with it.\n\n"
    "Flags:\n"
    "  --live\n"
    "      Ask Kafka, look at the newest records and fetch the AS names; changes nothing anywhere\n"
    "  -h, --help\n"
    "      Print this help; `weir export --help` prints the other flags\n\n"
    "Exit status: 0 no problem, 1 a problem, 2 wrong flags.\n";

constexpr std::size_t kSamples = 10;  ///< messages of each topic

struct Request {
  bool help = false;
  bool live = false;
  ExportOptions options;
};

bool asks_for_help(const std::string& word) {
  return word == "-h" || word == "--help" || word == "-help";
}

bool is_live(const std::string& word) {
  return word == "--live" || word == "-live";
}

bool is_config(const std::string& word) {
  return word.ends_with(".yaml") || word.ends_with(".yml") || word.find('/') != std::string::npos;
}

/// Makes flags of the words in front of them: the command's name and a configuration.
void take_first_words(const std::string& command, std::vector<std::string>& words) {
  auto word = std::find_if_not(words.begin(), words.end(), is_live);
  if (word != words.end() && *word == "export") {
    word = std::find_if_not(words.erase(word), words.end(), is_live);
  }
  if (word == words.end() || word->starts_with('-')) {
    return;
  }
  if (!is_config(*word)) {
    throw Error::usage(fmt::format(
        "{0}: there is no command \"{1}\" to check; write `{0} export FLAGS`, or `{0} FILE.yaml` "
        "for a configuration",
        command, *word));
  }
  *word = "--config=" + *word;
}

Request parse_request(const std::string& command, std::vector<std::string> words) {
  Request request;
  take_first_words(command, words);
  if (std::any_of(words.begin(), words.end(), asks_for_help)) {
    request.help = true;
    return request;
  }
  request.options.log_level = log::Level::error;  // findings say it, unless a flag asks for more
  std::vector<Flag> flags = export_flags(request.options);
  flags.push_back({.names = "--live",
                   .kind = Flag::Kind::toggle,
                   .help = "Ask Kafka and the others",
                   .take = [&](const std::string&) { request.live = true; },
                   .in_file = false});
  // Its errors are the command's own.
  static_cast<void>(parse_flags("weir export", "", flags, words, export_sections(request.options)));
  check_export_options(request.options);
  return request;
}

/// Reads the newest messages of each topic and judges them.
void check_newest(const KafkaSourceOptions& options, KafkaConsumer& consumer,
                  const std::vector<TopicRanges>& topics, const JudgeOptions& judge,
                  CheckReport& report) {
  for (const TopicRanges& topic : topics) {
    const KafkaNewest newest = read_kafka_newest(consumer, topic.ranges, kSamples, seconds(5));
    Findings findings = judge_reading(topic.topic, newest, options.brokers);
    std::vector<RecordSample> samples;
    samples.reserve(newest.samples.size());
    for (const KafkaSample& sample : newest.samples) {
      samples.push_back(
          {fmt::format("partition {} offset {}", sample.partition, sample.offset), sample.bytes});
    }
    add(findings, describe_records("topic " + topic.topic, "newest", judge_records(samples, judge),
                                   judge.own_systems));
    report.tell(findings);
  }
}

void check_kafka(const ExportOptions& all, KafkaConsumer& consumer, const JudgeOptions& judge,
                 CheckReport& report) {
  const KafkaSourceOptions& options = all.kafka;
  const BrokersCheck brokers = check_brokers(options, seconds(10));
  report.tell(brokers.findings);
  if (!brokers.reachable) {
    return;
  }
  const TopicsCheck topics = check_topics(consumer, options, brokers.topics, seconds(5));
  report.tell(topics.findings);
  if (!all.dead_letter_topic.empty()) {
    report.tell(check_dead_letters({options.brokers, options.properties, all.dead_letter_topic},
                                   brokers.topics, seconds(5)));
  }
  check_newest(options, consumer, topics.topics, judge, report);
}

/// A client that looks at its properties and the files they name, and without `live` talks to
/// nobody. Null where there is no Kafka.
std::unique_ptr<KafkaConsumer> make_consumer(const ExportOptions& options, bool live) {
  if (options.kafka.brokers.empty()) {
    return nullptr;
  }
  check_kafka_options(options.kafka);
  KafkaProperties properties = options.kafka.properties;
  // The end of a partition is told when this has passed without a message.
  properties.insert(properties.begin(), {"fetch.wait.max.ms", "100"});
  return std::make_unique<KafkaConsumer>(live ? options.kafka.brokers : "", properties);
}

/// Whether a metric shows names of autonomous systems.
bool shows_names(const MetricsConfig& config) {
  return config.defaults || std::any_of(config.own.begin(), config.own.end(), [](const auto& own) {
           return std::find(own.lookups.begin(), own.lookups.end(), "as_name") != own.lookups.end();
         });
}

Findings check_names(const ExportOptions& options, const JudgeOptions& judge, bool live) {
  if (!shows_names(options.config.metrics)) {
    return {};
  }
  if (options.demo && !options.as_names_given) {
    return {ok("AS names: made up, as the records")};
  }
  NamesCheck names;
  names.source = options.as_names;
  names.own_systems = judge.own_systems;
  names.fetch = live;
  return check_as_names(names);
}

}  // namespace

int run_check(const std::string& command, const std::vector<std::string>& arguments) {
  const Request request = parse_request(command, arguments);
  if (request.help) {
    std::fputs(std::string(kHelp).c_str(), stdout);
    return 0;
  }
  const ExportOptions& options = request.options;
  log::configure(options.log_level, options.log_format);
  std::signal(SIGPIPE, SIG_IGN);  // of connections; Ctrl-C ends it as it stands
  const auto consumer = make_consumer(options, request.live);
  // All that throws for wrong flags comes before the first line.
  const JudgeOptions judge = judge_options(options);
  Findings local = describe_export(options, judge);
  Findings names = check_names(options, judge, false);
  add(local, check_input_file(options.from.empty() ? "-" : options.from, judge));
  add(local, check_listening(listen_addresses(options), request.live));
  CheckReport report;
  report.tell(local);
  if (consumer && request.live) {
    check_kafka(options, *consumer, judge, report);
  }
  report.tell(request.live ? check_names(options, judge, true) : names);
  return report.finish(request.live);
}

}  // namespace weir
