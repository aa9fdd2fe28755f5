#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/base/log.hpp"
#include "weir/io/kafka_producer.hpp"
#include "weir/state/last_file.hpp"
#include "weir/state/ledger_note.hpp"

namespace weir {

/// How far a stream is, kept in two places: in the ledger together with the rows, and in the state
/// file, which is written after it and read by people and the script. One thread.
class StreamPosition {
 public:
  /// `ledger` is the name of the consumer group; empty: there is none. Throws Error::usage for a
  /// state file that cannot be read, before anything else is done.
  StreamPosition(std::string state, std::string ledger);

  /// Takes what both places say: the later one is right, and the state file is set to it. Throws
  /// Error for a ledger that weir did not write.
  void settle(const std::optional<KafkaLedgerEntry>& entry);

  /// The last window that is finished, sent or given up; none before the first.
  [[nodiscard]] std::optional<Window> last() const { return last_; }
  /// What the state file says now. Throws as the constructor does.
  [[nodiscard]] std::optional<Window> in_file() const { return file_.read(); }

  /// What is to be written to the ledger with a window's rows; none without a ledger.
  [[nodiscard]] std::optional<KafkaLedgerEntry> entry(Window window, std::uint64_t rows) const;
  /// A window is sent, and is so in the ledger. Throws Error where it cannot be remembered: where
  /// the ledger does so, a state file that cannot be written is only logged.
  void sent(Window window, std::uint64_t rows);
  /// A window is left behind, which is written down with the next one that is sent.
  void give_up(Window window);

 private:
  [[nodiscard]] LedgerNote next_note(Window window, std::uint64_t rows) const;
  void remember(Window window);

  LastFile file_;
  std::string ledger_;
  std::optional<Window> last_;
  LedgerNote note_;  ///< as the ledger has it, with what was given up since
  log::Limited limited_;
};

}  // namespace weir
