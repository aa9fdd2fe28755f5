#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "weir/io/kafka.hpp"

namespace weir {

/// What a consumer group has committed for partition 0 of a topic, used to keep one number beside
/// the records: both become true in one transaction.
struct KafkaLedgerEntry {
  std::int64_t number = 0;  ///< the committed offset, 0 or more
  std::string metadata;     ///< the broker takes up to 4,096 bytes by default
};

/// Said of a record beside its key and value.
struct KafkaHeader {
  std::string_view name;
  std::string_view value;
};

struct KafkaProducerOptions {
  std::string brokers;  ///< `host:port[,host:port…]`
  KafkaProperties properties;
  std::string topic;
  std::string ledger;  ///< group and transactional id; empty: no transactions, at least once
  /// So long the cluster keeps a transaction open whose owner has vanished; readers of committed
  /// records and the next owner wait for it. Within the broker's `transaction.max.timeout.ms`.
  std::chrono::milliseconds transaction_timeout{10'000};
  KafkaProperties defaults{};  ///< in place of weir's own for producers; `properties` win
};

/// Why something did not reach Kafka, and what that means for the producer.
struct KafkaSendFailure {
  enum class Fate : std::uint8_t {
    none,    ///< no failure
    retry,   ///< the same call may be made again and goes on where it was
    again,   ///< abort, then everything again
    over,    ///< this producer is of no use any more, make another one
    fenced,  ///< another producer has taken over the ledger
  };
  Fate fate = Fate::none;
  KafkaFailure why;
  /// Bytes of the smallest value that failed because its batch is larger than the topic takes; none
  /// where nothing failed for that.
  std::optional<std::size_t> too_large{};

  explicit operator bool() const { return fate != Fate::none; }
};

/// Sends records to one topic: those between `begin` and `commit` all together or none of them
/// (with a ledger), or each at least once (without).
///
/// All calls from one thread. Does not throw after construction. Calls that wait end early when
/// `stop` is requested, as Fate::retry.
class KafkaProducer {
 public:
  using Millis = std::chrono::milliseconds;

  /// Does not wait for a broker. Throws Error::usage for a property that does not exist, has a bad
  /// value or belongs to weir.
  explicit KafkaProducer(const KafkaProducerOptions& options);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  /// Takes over the ledger: whoever had it before can commit nothing any more, and what it left
  /// open is aborted, or committed where that was decided. Once, before everything else.
  KafkaSendFailure claim(Millis timeout, const std::stop_token& stop);
  /// The ledger's entry, nothing where it has none (new, or expired). Without open transactions'.
  KafkaSendFailure read_ledger(std::optional<KafkaLedgerEntry>& entry, Millis timeout,
                               const std::stop_token& stop);

  KafkaSendFailure begin();
  /// Copies key (none when nullptr) and value; waits while the queue is full.
  KafkaSendFailure send(std::string_view value, const std::string_view* key,
                        const std::stop_token& stop);
  /// The same of a record without key, with headers, and without waiting: Fate::retry where the
  /// queue is full.
  KafkaSendFailure offer(std::string_view value, std::span<const KafkaHeader> headers);
  /// Takes in what the client has to tell, for up to `wait`. Whoever does not send, flush or commit
  /// has to do it now and then.
  void poll(Millis wait);
  /// Waits until all is acknowledged; with a ledger, commits the records and, if given, `entry`.
  KafkaSendFailure commit(const std::optional<KafkaLedgerEntry>& entry, Millis timeout,
                          const std::stop_token& stop);
  /// Forgets what was sent since `begin`. Without a ledger, what is on its way may still arrive.
  KafkaSendFailure abort(Millis timeout);

  /// Why no broker can be reached, as far as is known.
  [[nodiscard]] KafkaFailure connection_failure() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
