#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "weir/base/log.hpp"
#include "weir/io/kafka_producer.hpp"
#include "weir/io/spool_file.hpp"

namespace weir {

struct KafkaBatchOptions {
  std::string brokers;
  KafkaProperties properties;
  std::string topic;
  std::string ledger;  ///< empty: at least once
};

/// Takes batches of messages, each with an entry in a ledger. One thread, but for `trouble`.
class BatchSink {
 public:
  using Patience = std::optional<std::chrono::milliseconds>;  ///< none: for ever

  enum class Outcome : std::uint8_t {
    done,
    already,  ///< the ledger says that this batch, or a later one, was sent before
    not_now,  ///< patience has ended, or a stop was requested
  };

  virtual ~BatchSink() = default;

  /// Takes over the ledger and reads its entry: none where it has none. Without a ledger does
  /// nothing. Throws Error where another instance takes the ledger away.
  [[nodiscard]] virtual Outcome open(std::optional<KafkaLedgerEntry>& entry, Patience patience,
                                     const std::stop_token& stop) = 0;

  /// Sends what is in the spool. Without `entry` the ledger is left alone. Throws Error where
  /// another instance has taken over the ledger.
  [[nodiscard]] virtual Outcome send(SpoolFile& spool, const std::optional<KafkaLedgerEntry>& entry,
                                     Patience patience, const std::stop_token& stop) = 0;

  /// What is wrong with Kafka now and what to do about it, for people; empty where nothing is. Any
  /// thread.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

/// Sends batches to a topic. With a ledger each batch is one transaction, which also writes the
/// batch's entry: both are there afterwards, or neither. Trouble with Kafka is retried, logged at a
/// limited rate, and felt as waiting.
class KafkaBatchSink final : public BatchSink {
 public:
  /// Throws Error::usage as KafkaProducer does.
  explicit KafkaBatchSink(KafkaBatchOptions options);
  ~KafkaBatchSink() override;

  Outcome open(std::optional<KafkaLedgerEntry>& entry, Patience patience,
               const std::stop_token& stop) override;
  Outcome send(SpoolFile& spool, const std::optional<KafkaLedgerEntry>& entry, Patience patience,
               const std::stop_token& stop) override;
  std::string trouble() const override;

  /// How long a transaction of so many bytes may be open: as short as is safe, because one whose
  /// owner was killed stalls readers of committed records for so long, unless there is a next
  /// owner. In steps of twice as long, since another one needs another producer.
  [[nodiscard]] static std::chrono::milliseconds transaction_timeout(std::uint64_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
