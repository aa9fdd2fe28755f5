#include "weir/sink/dead_letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/base/stop_wait.hpp"
#include "weir/io/kafka_advice.hpp"
#include "weir/io/kafka_producer.hpp"
#include "weir/sink/letter_box.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Fate = KafkaSendFailure::Fate;

constexpr milliseconds kPatience{1000};
constexpr milliseconds kTroubledPatience{100};
/// What is under way is given when a stop is requested.
constexpr milliseconds kLastChance{2000};
/// Between attempts while there is no room.
constexpr milliseconds kRetry{1000};

KafkaProducerOptions producer_options(const DeadLetterOptions& options, bool one_by_one) {
  KafkaProducerOptions result{options.brokers, options.properties, options.topic, {}};
  result.defaults = {
      {"linger.ms", "5"},
      // Headers are not counted in the client's bytes, so a letter of none takes up to 1 kB.
      {"queue.buffering.max.messages", "20000"},
      // Only a letter that is long itself makes a batch too large for a topic, then.
      {"batch.size", "65536"},
      // The topic's own limit decides.
      {"message.max.bytes", std::to_string(DeadLetters::kMaxBytes + 65536)},
      // A topic that is not there is told of at once, and not after half a minute.
      {"topic.metadata.propagation.max.ms", "0"},
  };
  if (one_by_one) {
    result.defaults.push_back({"batch.num.messages", "1"});
  }
  return result;
}

}  // namespace

struct DeadLetters::Impl {
  explicit Impl(DeadLetterOptions from) : options(std::move(from)) { make_producer(); }

  ~Impl() { drop_producer(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void make_producer();
  void drop_producer();
  void wait_for_room();
  bool deliver(milliseconds patience, const std::stop_token& until);
  KafkaSendFailure try_deliver(Clock::time_point give_up, const std::stop_token& until);
  KafkaSendFailure offer_rest();
  [[nodiscard]] const OriginName& name_of(OriginId origin);
  void learn_limit(std::size_t too_large);
  void settle();
  void suffer(KafkaFailure why);
  void recover();

  const DeadLetterOptions options;
  const Source* source = nullptr;
  std::stop_token stop;
  std::unique_ptr<KafkaProducer> producer;  ///< null: to be made again
  std::vector<OriginName> origins;          ///< by OriginId
  const OriginName unknown{};

  LetterBox box{kMaxBytes};       ///< what the topic may not have
  std::size_t next = 0;           ///< the first of the letters that the producer has not got
  std::size_t limit = kMaxBytes;  ///< bytes of a letter that the topic takes
  bool one_by_one = false;        ///< some batch was too large, and this finds out which letter is
  bool troubled = false;          ///< the last attempt failed
  bool given_up = false;          ///< there was no room when a stop was requested: not all is kept

  std::array<std::atomic<std::uint64_t>, kRefusedNames.size()> sent{};
  std::atomic<std::uint64_t> cut{0};
  std::atomic<std::uint64_t> pending{0};
  std::atomic<std::uint64_t> failures{0};
  Guarded<std::string> trouble;
  std::array<log::Limited, KafkaFailure::kKinds> logs;  ///< of each kind
};

void DeadLetters::Impl::make_producer() {
  producer = std::make_unique<KafkaProducer>(producer_options(options, one_by_one));
  next = 0;
}

/// Without what it has got it has no reason to complain.
void DeadLetters::Impl::drop_producer() {
  if (producer) {
    static_cast<void>(producer->abort(milliseconds(0)));
    producer.reset();
  }
}

/// Reading waits with us, so what is refused while Kafka is away takes no more memory.
void DeadLetters::Impl::wait_for_room() {
  while (!given_up && !deliver(kPatience, stop)) {
    wait_unless_stopped(stop, producer ? milliseconds(0) : kRetry);
    given_up = stop.stop_requested();
  }
}

/// Origins are only ever added, so what is known stays true.
const OriginName& DeadLetters::Impl::name_of(OriginId origin) {
  if (origin >= origins.size() && source != nullptr) {
    origins.clear();
    for (OriginStatus& each : source->status().origins) {
      origins.push_back({std::move(each.topic), std::move(each.partition)});
    }
  }
  return origin < origins.size() ? origins[origin] : unknown;
}

KafkaSendFailure DeadLetters::Impl::offer_rest() {
  const auto letters = box.letters();
  for (; next < letters.size(); ++next) {
    const Letter& letter = letters[next];
    const LetterHeaders headers(letter, name_of(letter.origin), limit);
    if (auto failure =
            producer->offer(box.bytes(letter).substr(0, letter.sent(limit)), headers.all())) {
      return failure;
    }
  }
  return {};
}

KafkaSendFailure DeadLetters::Impl::try_deliver(Clock::time_point give_up,
                                                const std::stop_token& until) {
  constexpr milliseconds kFullQueue{20};
  if (!producer) {
    make_producer();
  }
  while (auto failure = offer_rest()) {
    if (failure.fate != Fate::retry || until.stop_requested() || Clock::now() >= give_up) {
      return failure;
    }
    producer->poll(kFullQueue);
  }
  const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
  return producer->commit(std::nullopt, std::max(left, milliseconds(1)), until);
}

/// A batch fails as a whole, so which letter is too long is known only where each has its own.
void DeadLetters::Impl::learn_limit(std::size_t too_large) {
  if (one_by_one) {
    limit = std::min(limit, too_large) / 2;
  }
  one_by_one = true;
}

/// All letters have arrived, or it says why not.
bool DeadLetters::Impl::deliver(milliseconds patience, const std::stop_token& until) {
  if (box.letters().empty()) {
    if (producer) {
      producer->poll(milliseconds(0));
    }
    return true;
  }
  const auto give_up = Clock::now() + patience;
  while (true) {
    KafkaSendFailure failure = try_deliver(give_up, until);
    if (!failure) {
      settle();
      recover();
      return true;
    }
    KafkaFailure connection = producer->connection_failure();
    if (failure.why.kind == KafkaFailure::Kind::unreachable && connection) {
      failure.why = std::move(connection);
    }
    if (failure.fate != Fate::retry) {
      drop_producer();  // what it has got is sent again by the next one
    }
    if (failure.too_large && limit > 0) {
      learn_limit(*failure.too_large);
      if (Clock::now() < give_up) {
        continue;
      }
    }
    suffer(std::move(failure.why));
    return false;
  }
}

void DeadLetters::Impl::settle() {
  for (const Letter& letter : box.letters()) {
    sent[static_cast<std::size_t>(letter.reason)].fetch_add(1, std::memory_order_relaxed);
    cut.fetch_add(letter.is_cut(limit) ? 1 : 0, std::memory_order_relaxed);
  }
  pending.store(0, std::memory_order_relaxed);
  box.clear();
  next = 0;
  if (std::exchange(one_by_one, false)) {
    drop_producer();
  }
}

void DeadLetters::Impl::suffer(KafkaFailure why) {
  troubled = true;
  failures.fetch_add(1, std::memory_order_relaxed);
  if (why.kind == KafkaFailure::Kind::unknown) {
    why.text = fmt::format(
        "topic {} does not exist, or this user may not see it; create it, or check "
        "--dead-letter-topic",
        options.topic);
  }
  const std::string text =
      kafka_advice(why, options.brokers, fmt::format("WRITE on the topic {}", options.topic));
  trouble.with([&](std::string& shown) { shown = text; });
  logs[static_cast<std::size_t>(why.kind)].write(
      log::Level::warn, "dead letters cannot be sent, so no commit is made: " + text);
}

void DeadLetters::Impl::recover() {
  if (std::exchange(troubled, false)) {
    trouble.with([](std::string& shown) { shown.clear(); });
    log::info("dead letters are sent again");
  }
}

DeadLetters::DeadLetters(DeadLetterOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

DeadLetters::~DeadLetters() = default;

void DeadLetters::begin(const Source& source, std::stop_token stop) {
  impl_->source = &source;
  impl_->stop = std::move(stop);
}

void DeadLetters::refused(Refused reason, const RecordPlace& place) {
  Impl& impl = *impl_;
  if (impl.box.held() >= kMaxHeld) [[unlikely]] {
    impl.wait_for_room();
  }
  if (impl.given_up) {
    return;  // no commit is made any more, so it is read again
  }
  impl.box.add(reason, place);
  impl.pending.store(impl.box.letters().size(), std::memory_order_relaxed);
  if (impl.producer && !impl.troubled) {
    // A failure comes again with the next flush.
    static_cast<void>(impl.offer_rest());
  }
}

bool DeadLetters::flush() {
  Impl& impl = *impl_;
  if (impl.given_up) {
    return false;
  }
  if (impl.stop.stop_requested()) {
    return impl.deliver(kLastChance, {});
  }
  return impl.deliver(impl.troubled ? kTroubledPatience : kPatience, impl.stop);
}

bool DeadLetters::full() {
  Impl& impl = *impl_;
  if (impl.box.held() < kMaxHeld / 2) {
    return false;
  }
  // Where there is trouble, each flush tries again.
  return impl.troubled || !impl.deliver(kPatience, impl.stop);
}

DeadLetterStatus DeadLetters::status() const {
  DeadLetterStatus status;
  status.topic = impl_->options.topic;
  for (std::size_t i = 0; i < status.sent.size(); ++i) {
    status.sent[i] = impl_->sent[i].load(std::memory_order_relaxed);
  }
  status.cut = impl_->cut.load(std::memory_order_relaxed);
  status.pending = impl_->pending.load(std::memory_order_relaxed);
  status.failures = impl_->failures.load(std::memory_order_relaxed);
  status.trouble = trouble();
  return status;
}

std::string DeadLetters::trouble() const {
  return impl_->trouble.with([](const std::string& text) { return text; });
}

}  // namespace weir
