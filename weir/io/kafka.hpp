#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A librdkafka property, as `-X name=value` gives it.
struct KafkaProperty {
  static constexpr std::string_view kCommandLine = "-X";
  static constexpr std::string_view kPropertyFile = "-X @FILE";

  std::string name;
  std::string value;
  std::string from{kCommandLine};  ///< who says so: one of the two above, or a variable's name
};
using KafkaProperties = std::vector<KafkaProperty>;

/// Whether the value of a property must never be shown.
[[nodiscard]] bool kafka_property_is_secret(std::string_view name);

/// What of a property's value must never be shown: all of a password, and passwords inside of other
/// values, as in `https://user:password@host/`. Views of `value`.
[[nodiscard]] std::vector<std::string_view> kafka_secrets(std::string_view name,
                                                          std::string_view value);

/// What went wrong between us and Kafka, as far as it asks for something different to be done.
struct KafkaFailure {
  enum class Kind : std::uint8_t {
    none,
    unreachable,         ///< no broker answers
    wrong_protocol,      ///< one side speaks TLS or SASL and the other does not
    login,               ///< user or password refused
    mechanism,           ///< the broker does not offer this SASL mechanism
    token,               ///< nobody gives us a token for OAUTHBEARER
    tls,                 ///< TLS handshake failed, for another reason than the next four
    untrusted,           ///< who signed the broker's certificate is not known here
    expired,             ///< the broker's certificate is too old, or not good yet
    wrong_host,          ///< the broker's certificate is made out to another host
    client_certificate,  ///< the broker wants a certificate of ours, or another one
    denied,              ///< a right on the topic, group or transactional id is missing
    unknown,             ///< no such topic or partition
    out_of_range,        ///< the offset is not (any more, or yet) in the log
    other,
  };
  static constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::other) + 1;

  Kind kind = Kind::none;
  std::string text;  ///< librdkafka's words, without secrets

  explicit operator bool() const { return kind != Kind::none; }
};

/// One place in a partition: asked for, or found.
struct KafkaOffset {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = -1;  ///< found; -1 = none (no message that late)
  KafkaFailure failure;
};

/// One topic as the cluster describes it.
struct KafkaTopic {
  std::string name;
  std::string id;  ///< changes when a topic is deleted and made again; empty before Kafka 2.8
  std::vector<std::int32_t> partitions;
  KafkaFailure failure;
};

struct KafkaTopics {
  std::vector<KafkaTopic> topics;
  KafkaFailure failure;  ///< nobody answered, `topics` is empty
};

struct KafkaOffsets {
  std::vector<KafkaOffset> offsets;
  KafkaFailure failure;  ///< nobody answered, `offsets` is empty
};

/// Number the caller gives to a partition, and gets back with its messages.
using KafkaTag = std::uint32_t;

/// Takes what a consumer reads.
class KafkaReceiver {
 public:
  /// A message; its bytes are valid during the call. False: no more for now.
  virtual bool message(KafkaTag tag, std::int64_t offset, std::string_view bytes) = 0;
  /// All there is has been read; `next` is behind aborted records and markers too.
  virtual void at_end(KafkaTag tag, std::int64_t next) = 0;
  /// Reading this partition has stopped or stalls.
  virtual void failed(KafkaTag tag, const KafkaFailure& failure) = 0;

 protected:
  ~KafkaReceiver() = default;
};

/// Reads partitions from given offsets without a consumer group: READ and DESCRIBE on the topic are
/// all the rights it needs. `read_committed`, nothing committed, no offset reset of its own accord.
///
/// `start`, `stop` and `consume` belong to one thread; the rest may be called from any. Does not
/// throw after construction: trouble is retried by librdkafka and comes back as KafkaFailure.
class KafkaConsumer {
 public:
  using Millis = std::chrono::milliseconds;
  static constexpr std::int64_t kLatest = -1;    ///< the end (last stable offset)
  static constexpr std::int64_t kEarliest = -2;  ///< the first message that is still there

  /// `brokers` is `host:port[,host:port…]`. Does not wait for a broker. What `properties` leave
  /// open the environment may say, see kafka_environment.hpp. Throws Error::usage for a property
  /// that does not exist, has a bad value or belongs to weir.
  KafkaConsumer(const std::string& brokers, const KafkaProperties& properties);
  ~KafkaConsumer();
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;

  /// Reads a partition from `offset` on; one that is read already starts over there. Where `id` is
  /// not empty, only from the topic of that id: of another one of the same name nothing is handed
  /// out, but a failure of kind `unknown` (Kafka 3.1 and later; before, its fetches go by name).
  ///
  /// Where another topic of this name is known from before, all goes on with a new librdkafka
  /// client, which has not learnt anything of that. What else is read goes on where it was; other
  /// partitions of the old topic are read no more.
  KafkaFailure start(const std::string& topic, std::int32_t partition, std::int64_t offset,
                     KafkaTag tag, const std::string& id = {});
  /// Reads a partition no more; what has been fetched of it is not handed out.
  void stop(const std::string& topic, std::int32_t partition);

  /// librdkafka clients made so far.
  [[nodiscard]] std::size_t clients() const;

  /// Hands out what is there, up to what the receiver wants, waiting for the first up to `wait`.
  void consume(Millis wait, KafkaReceiver& receiver);

  /// Asks the cluster for these topics' partitions.
  [[nodiscard]] KafkaTopics describe(std::span<const std::string> topics, Millis timeout,
                                     const std::stop_token& stop);
  /// Asks the partitions' leaders for the offsets of `what`: kLatest, kEarliest or a time in
  /// milliseconds since 1970 (the first message that is as late). All in one batch.
  [[nodiscard]] KafkaOffsets list_offsets(std::span<const KafkaOffset> places, std::int64_t what,
                                          Millis timeout, const std::stop_token& stop);

  /// One past the last message, as the last fetch saw it; -1 before the first. Asks nobody.
  [[nodiscard]] std::int64_t cached_end(const std::string& topic, std::int32_t partition) const;

  /// Runs librdkafka's events (errors, token refresh) for up to `wait`, or until `wake`.
  void serve(Millis wait);
  void wake();
  /// All brokers were lost since the last call.
  [[nodiscard]] bool take_lost();
  /// The last thing that went wrong with a connection, none since the last `forget_failure`.
  [[nodiscard]] KafkaFailure connection_failure() const;
  void forget_failure();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The version of librdkafka in use.
[[nodiscard]] std::string kafka_library_version();

}  // namespace weir
