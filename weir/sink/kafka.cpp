#include "weir/sink/kafka.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"
#include "weir/base/stop_wait.hpp"
#include "weir/io/kafka_advice.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Fate = KafkaSendFailure::Fate;
using Outcome = KafkaBatchSink::Outcome;

constexpr milliseconds kRetry{1000};
/// After so long without an answer it is said that there is none.
constexpr milliseconds kSilence{5000};
/// What a commit that has begun is given when a stop is requested.
constexpr milliseconds kLastChance{2000};
constexpr milliseconds kLastAbort{1000};

/// What to do about what only who sends can run into.
KafkaFailure with_advice(KafkaFailure why, const std::string& topic, milliseconds timeout) {
  if (why.kind == KafkaFailure::Kind::unknown) {
    why.text = fmt::format("topic {}: {}; create it, or check --topic", topic, why.text);
  } else if (why.text.find("max.transaction.timeout.ms") != std::string::npos) {
    why.text += fmt::format(
        "; set transaction.max.timeout.ms of the brokers to {} or more, or use --delivery "
        "at-least-once",
        timeout.count());
  }
  return why;
}

/// Until when something is tried.
class Deadline {
 public:
  explicit Deadline(KafkaBatchSink::Patience patience) {
    if (patience) {
      end_ = Clock::now() + *patience;
    }
  }
  [[nodiscard]] bool over() const { return end_ && Clock::now() >= *end_; }
  [[nodiscard]] KafkaBatchSink::Patience left() const {
    return end_ ? KafkaBatchSink::Patience(at_most(milliseconds::max())) : std::nullopt;
  }
  /// At most `time`, and no longer than what is left.
  [[nodiscard]] milliseconds at_most(milliseconds time) const {
    if (!end_) {
      return time;
    }
    const auto left = std::chrono::ceil<milliseconds>(*end_ - Clock::now());
    return std::clamp(left, milliseconds(1), time);
  }

 private:
  std::optional<Clock::time_point> end_;
};

}  // namespace

struct KafkaBatchSink::Impl {
  KafkaBatchOptions options;
  std::unique_ptr<KafkaProducer> producer;
  milliseconds timeout = transaction_timeout(0);  ///< of the producer's transactions
  Clock::time_point begun;                        ///< the last transaction
  bool claimed = false;
  Guarded<std::string> trouble;
  std::string told;  ///< the trouble that was logged last
  std::optional<log::Limited> log;

  void make_producer();
  KafkaSendFailure try_open(std::optional<KafkaLedgerEntry>& entry, const Deadline& deadline,
                            const std::stop_token& stop);
  KafkaSendFailure try_send(SpoolFile& spool, const std::optional<KafkaLedgerEntry>& entry,
                            const Deadline& deadline, const std::stop_token& stop);
  KafkaSendFailure finish(const std::optional<KafkaLedgerEntry>& entry, const Deadline& deadline,
                          const std::stop_token& stop);
  [[nodiscard]] KafkaSendFailure told_apart(KafkaSendFailure failure) const;
  void suffer(const KafkaSendFailure& failure);
  void recover();
  [[nodiscard]] std::string rights() const;
};

void KafkaBatchSink::Impl::make_producer() {
  producer = std::make_unique<KafkaProducer>(KafkaProducerOptions{
      options.brokers, options.properties, options.topic, options.ledger, timeout});
  claimed = options.ledger.empty();
}

std::string KafkaBatchSink::Impl::rights() const {
  return options.ledger.empty()
             ? fmt::format("WRITE on the topic {}", options.topic)
             : fmt::format(
                   "WRITE and READ on the topic {}, WRITE on the transactional id {} and "
                   "READ on the group {}",
                   options.topic, options.ledger, options.ledger);
}

/// The cluster fences the owner of a transaction that was open for too long (Kafka was away, or
/// this process was stopped) just as if there were another owner.
KafkaSendFailure KafkaBatchSink::Impl::told_apart(KafkaSendFailure failure) const {
  if (failure.fate == Fate::fenced && Clock::now() - begun >= timeout) {
    failure.fate = Fate::over;
    failure.why.text = "the transaction was open for too long, and is begun again";
  }
  return failure;
}

/// Says what is wrong. Throws where it is for good.
void KafkaBatchSink::Impl::suffer(const KafkaSendFailure& failure) {
  if (failure.fate == Fate::fenced) {
    producer.reset();
    throw Error(fmt::format(
        "another weir stream has taken over the ledger {}; let one of them run, or give each its "
        "own --ledger (and its own windows)",
        options.ledger));
  }
  KafkaFailure why = failure.why;
  if (why.kind == KafkaFailure::Kind::unreachable && producer) {
    if (KafkaFailure connection = producer->connection_failure()) {
      why = std::move(connection);
    }
  }
  const std::string text =
      kafka_advice(with_advice(std::move(why), options.topic, timeout), options.brokers, rights());
  trouble.with([&](std::string& shown) { shown = text; });
  if (std::exchange(told, text) != text) {
    log.emplace();  // what is new is said at once
  }
  log->write(log::Level::warn, "Kafka: " + text);
}

void KafkaBatchSink::Impl::recover() {
  trouble.with([](std::string& shown) { shown.clear(); });
  if (!std::exchange(told, {}).empty()) {
    log::info("Kafka answers again");
  }
}

milliseconds KafkaBatchSink::transaction_timeout(std::uint64_t bytes) {
  constexpr milliseconds kShortest{10'000};
  constexpr milliseconds kLongest{900'000};  // the broker's default transaction.max.timeout.ms
  constexpr milliseconds kStart{5'000};
  constexpr std::uint64_t kBytesPerMilli = 1000;
  const milliseconds needed =
      kStart +
      milliseconds(std::min(bytes / kBytesPerMilli, static_cast<std::uint64_t>(kLongest.count())));
  milliseconds timeout = kShortest;
  while (timeout < needed) {
    timeout *= 2;
  }
  return std::min(timeout, kLongest);
}

KafkaBatchSink::KafkaBatchSink(KafkaBatchOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->make_producer();
}

KafkaBatchSink::~KafkaBatchSink() = default;

std::string KafkaBatchSink::trouble() const {
  return impl_->trouble.with([](const std::string& text) { return text; });
}

KafkaSendFailure KafkaBatchSink::Impl::try_open(std::optional<KafkaLedgerEntry>& entry,
                                                const Deadline& deadline,
                                                const std::stop_token& stop) {
  constexpr milliseconds kPatience{5000};
  if (!producer) {
    make_producer();
  }
  if (!claimed) {
    if (auto failure = producer->claim(deadline.at_most(kPatience), stop)) {
      return failure;
    }
    claimed = true;
  }
  return options.ledger.empty() ? KafkaSendFailure{}
                                : producer->read_ledger(entry, deadline.at_most(kPatience), stop);
}

Outcome KafkaBatchSink::open(std::optional<KafkaLedgerEntry>& entry, Patience patience,
                             const std::stop_token& stop) {
  const Deadline deadline(patience);
  entry.reset();
  while (true) {
    const KafkaSendFailure failure = impl_->try_open(entry, deadline, stop);
    if (!failure) {
      impl_->recover();
      return Outcome::done;
    }
    if (stop.stop_requested()) {
      return Outcome::not_now;
    }
    impl_->suffer(failure);
    if (failure.fate != Fate::retry) {
      impl_->producer.reset();
    }
    if (deadline.over()) {
      return Outcome::not_now;
    }
    wait_unless_stopped(stop, deadline.at_most(kRetry));
  }
}

KafkaSendFailure KafkaBatchSink::Impl::try_send(SpoolFile& spool,
                                                const std::optional<KafkaLedgerEntry>& entry,
                                                const Deadline& deadline,
                                                const std::stop_token& stop) {
  begun = Clock::now();
  if (auto failure = producer->begin()) {
    return failure;
  }
  spool.rewind();
  for (SpoolRecord record; spool.next(record);) {
    const std::string_view* key = record.key ? &*record.key : nullptr;
    if (auto failure = producer->send(record.value, key, stop)) {
      return failure;
    }
  }
  if (stop.stop_requested()) {
    return {Fate::again, {}};  // a commit that begins now might have to wait
  }
  return finish(entry, deadline, stop);
}

/// What has become of a commit without an answer only another call can tell.
KafkaSendFailure KafkaBatchSink::Impl::finish(const std::optional<KafkaLedgerEntry>& entry,
                                              const Deadline& deadline,
                                              const std::stop_token& stop) {
  while (true) {
    KafkaSendFailure failure = producer->commit(entry, deadline.at_most(kSilence), stop);
    if (failure.fate == Fate::retry && stop.stop_requested()) {
      failure = producer->commit(entry, kLastChance, {});
    }
    if (failure.fate != Fate::retry || stop.stop_requested() || deadline.over()) {
      return failure;
    }
    suffer(failure);
  }
}

Outcome KafkaBatchSink::send(SpoolFile& spool, const std::optional<KafkaLedgerEntry>& entry,
                             Patience patience, const std::stop_token& stop) {
  Impl& impl = *impl_;
  const Deadline deadline(patience);
  if (const milliseconds needed = transaction_timeout(spool.payload_bytes());
      needed > impl.timeout) {
    impl.timeout = needed;
    impl.producer.reset();
  }
  while (true) {
    if (!impl.producer || !impl.claimed) {
      // Whoever had the ledger before, which may be us, may have sent this batch.
      std::optional<KafkaLedgerEntry> last;
      if (open(last, deadline.left(), stop) != Outcome::done) {
        return Outcome::not_now;
      }
      if (entry && last && last->number >= entry->number) {
        return Outcome::already;
      }
    }
    const KafkaSendFailure failure = impl.told_apart(impl.try_send(spool, entry, deadline, stop));
    if (!failure) {
      impl.recover();
      return Outcome::done;
    }
    if (!stop.stop_requested()) {
      impl.suffer(failure);  // before aborting, which may fail for another reason
    }
    if (failure.fate == Fate::again && impl.producer->abort(kLastAbort)) {
      log::debug("an aborted transaction is left to the cluster");
    }
    impl.producer.reset();
    if (stop.stop_requested() || deadline.over()) {
      return Outcome::not_now;
    }
    wait_unless_stopped(stop, deadline.at_most(kRetry));
  }
}

}  // namespace weir
