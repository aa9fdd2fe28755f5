#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "weir/flow/outbox.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/io/kafka.hpp"

namespace weir {

struct DeadLetterOptions {
  std::string brokers;         ///< `host:port[,host:port…]`
  KafkaProperties properties;  ///< those of the consumer will do
  std::string topic;
};

/// What can be told of dead letters.
struct DeadLetterStatus {
  std::string topic;
  std::array<std::uint64_t, kRefusedNames.size()> sent{};  ///< arrived, each counted once
  std::uint64_t cut = 0;       ///< of these, without their end, because they were too long
  std::uint64_t pending = 0;   ///< did not arrive yet
  std::uint64_t failures = 0;  ///< attempts that failed
  std::string trouble;         ///< what is wrong and what to do about it; empty: nothing
};

/// Sends each refused record's own bytes to a topic, at least once: its place and the reason are in
/// headers. A record is kept until the topic has it; what fails is sent again with all that was
/// under way. Trouble with Kafka is logged at a limited rate and felt as commits that are not made;
/// when no more can be kept, `refused` waits, too.
///
/// All calls from the pipeline's thread, but for `status`.
class DeadLetters final : public Refusals, public Outbox {
 public:
  /// Of a longer record the first bytes are sent. Of those that the topic takes no more of, too.
  static constexpr std::size_t kMaxBytes = std::size_t{8} << 20;
  /// Bytes that may wait besides the one that is added, those in the client's queue not counted.
  static constexpr std::size_t kMaxHeld = std::size_t{16} << 20;

  /// Does not wait for a broker. Throws Error::usage as KafkaProducer does.
  explicit DeadLetters(DeadLetterOptions options);
  ~DeadLetters() override;
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;

  void refused(Refused reason, const RecordPlace& place) override;

  void begin(const Source& source, std::stop_token stop) override;
  /// Waits a second for what is under way, or a tenth of it while there is trouble.
  bool flush() override;
  [[nodiscard]] bool full() override;

  /// Any thread.
  [[nodiscard]] DeadLetterStatus status() const;
  /// What is wrong and what to do about it, for people; empty: nothing. Any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
