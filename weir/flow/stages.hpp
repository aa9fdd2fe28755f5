#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

// The five interfaces a pipeline is made of. All calls on one object come from its pipeline's
// thread, unless a method says otherwise.

/// How far one origin has been read: what has to be known to go on there, in this process or the
/// next.
struct OriginState {
  std::string topic;
  std::string partition;
  /// Tells this log from another one of the same name, as Kafka's topic id does; empty where
  /// nothing does.
  std::string id;
  std::int64_t next = -1;  ///< next place to read (Kafka: an offset), -1 = not settled yet
  std::int64_t end = -1;   ///< one past the last message, as far as known; -1 = not known
  std::uint64_t lost = 0;  ///< deleted by retention before they were read

  bool operator==(const OriginState&) const = default;
};

/// All that a source has to know to go on exactly where it was.
struct SourceState {
  std::vector<OriginState> origins;  ///< by OriginId
  /// Topics that were settled not to exist, so that they are read from their beginning when they
  /// appear.
  std::vector<std::string> absent;
  /// Which partitions were asked for, where not all: others begin as if nothing was known of them.
  std::string only;

  bool operator==(const SourceState&) const = default;
};

/// What can be said of one origin, for metrics.
struct OriginStatus {
  std::string topic;
  std::string partition;
  std::int64_t position = -1;  ///< next place to read, -1 = not known yet
  std::int64_t end = -1;       ///< one past the last message there is, -1 = not known
};

struct SourceStatus {
  /// Where reading starts is settled; before that nothing true can be shown.
  bool started = false;
  /// It reads, or has read all there is.
  bool healthy = false;
  /// What is wrong and what to do about it, empty when healthy.
  std::string trouble;
  std::vector<OriginStatus> origins;  ///< by OriginId
};

/// Reads messages. Trouble with a peer is retried inside, logged at a limited rate and shows in
/// `status`; it is felt here as reading nothing.
class Source {
 public:
  virtual ~Source() = default;
  /// Appends what is there to an empty batch, waiting up to about 50 ms for the first message.
  /// False when the end is reached and nothing will ever come again.
  virtual bool read(PayloadBatch& batch, const std::stop_token& stop) = 0;
  /// Where it is: behind everything that `read` has delivered. A source that is made with it goes
  /// on there.
  [[nodiscard]] virtual SourceState state() const = 0;
  /// What was read up to this state is durable.
  virtual void committed(const SourceState& state) = 0;
  /// Thread-safe.
  [[nodiscard]] virtual SourceStatus status() const = 0;
};

/// Takes a batch of rows. What it receives is valid only during the call.
class Emit {
 public:
  virtual void operator()(FlowBatch& batch) = 0;

 protected:
  ~Emit() = default;
};

/// Turns messages into rows. Bytes from outside never make it throw: what is good is emitted, what
/// is bad is refused by reason in `accounts`, one by one.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) = 0;
};

/// Rewrites, drops or groups rows and passes them on.
class Stage {
 public:
  using Clock = std::chrono::system_clock;
  virtual ~Stage() = default;
  virtual void process(FlowBatch& batch, Accounts& accounts, Emit& next) = 0;
  /// Emits what is held back and due at `now`.
  virtual void flush(Clock::time_point /*now*/, Accounts& /*accounts*/, Emit& /*next*/) {}
};

/// What one commit makes true together: everything written so far, where reading goes on, and what
/// became of the records up to there.
struct Checkpoint {
  SourceState source;
  Accounts accounts;

  bool operator==(const Checkpoint&) const = default;
};

/// Takes rows in. Nothing written is shown before it is committed.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const FlowBatch& batch, Accounts& accounts) = 0;
  /// Makes all that was written durable with the checkpoint, or nothing of it: then it is false,
  /// what was written is kept, and the next commit tries again.
  virtual bool commit(const Checkpoint& checkpoint) = 0;
  /// Something written waits for a commit.
  [[nodiscard]] virtual bool dirty() const = 0;
};

}  // namespace weir
