#include "weir/pipeline/stream_position.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

std::string shown(std::optional<Window> window) {
  return window ? window_name(*window) : "none";
}

}  // namespace

StreamPosition::StreamPosition(std::string state, std::string ledger)
    : file_(std::move(state)), ledger_(std::move(ledger)) {
  static_cast<void>(file_.read());
}

void StreamPosition::settle(const std::optional<KafkaLedgerEntry>& entry) {
  std::optional<Window> ledger;
  if (entry) {
    ledger = Window{entry->number};
    note_ = read_ledger_note(entry->metadata);
    if (note_.window != *ledger) {
      throw Error(fmt::format(
          "the consumer group {} holds an offset ({}) that weir stream did not write; choose "
          "another --ledger",
          ledger_, entry->number));
    }
  }
  const std::optional<Window> file = file_.read();
  last_ = std::max(file, ledger);
  if (ledger && file != last_) {
    log::info("the ledger is ahead of the state file, which is set to it",
              {{"ledger", shown(ledger)}, {"file", shown(file)}});
    remember(*last_);
  } else if (file && ledger != last_ && !ledger_.empty()) {
    log::warn("the ledger is behind the state file (it has expired, or is new): the file decides",
              {{"ledger", shown(ledger)}, {"file", shown(file)}});
  }
  if (!last_) {
    log::info("no state yet: begins with the newest window", {{"state", file_.path()}});
  }
}

LedgerNote StreamPosition::next_note(Window window, std::uint64_t rows) const {
  LedgerNote next = note_;
  next.window = window;
  next.rows = rows;
  return next;
}

std::optional<KafkaLedgerEntry> StreamPosition::entry(Window window, std::uint64_t rows) const {
  if (ledger_.empty()) {
    return std::nullopt;
  }
  return KafkaLedgerEntry{window.minute, write_ledger_note(next_note(window, rows))};
}

void StreamPosition::sent(Window window, std::uint64_t rows) {
  note_ = next_note(window, rows);
  last_ = window;
  remember(window);
}

void StreamPosition::give_up(Window window) {
  note_.skip(window);
  last_ = window;
}

void StreamPosition::remember(Window window) {
  try {
    file_.write(window);
  } catch (const Error& error) {
    if (ledger_.empty()) {
      throw;
    }
    limited_.write(log::Level::error, error.what());
  }
}

}  // namespace weir
