#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace weir {

/// Where a sink's commits are kept so that they outlive the process: a log of commits and, now and
/// then, a snapshot that makes those before it superfluous. What the bytes mean is the sink's
/// affair. Commits are numbered from 1.
class CommitStore {
 public:
  /// Takes bytes in, a piece of at most 64 MiB at a time; a larger one makes the snapshot fail.
  using Put = std::function<void(std::string_view bytes)>;
  /// Writes the whole state, piece by piece, and returns the number of the last commit in it: that
  /// of the last append that returned before this was called, or a later one. Is called on a thread
  /// of the store's own, while commits go on.
  using MakeSnapshot = std::function<std::uint64_t(const Put& put)>;

  virtual ~CommitStore() = default;

  /// Makes one commit, of at most 1 GiB, durable and returns its number; 0: it is not, for the
  /// reason that is in `trouble`. After a crash it may be found all the same, if it is whole and no
  /// other was made durable since. Of the sink's thread.
  [[nodiscard]] virtual std::uint64_t append(std::string_view commit) = 0;
  /// Why the last append failed, for people; empty if it did not. Any thread.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

/// Takes in what a store has kept, in the order in which it was committed.
class CommitReader {
 public:
  /// From here on: nothing has been read so far, whatever there was. A snapshot that turns out to
  /// be damaged is followed by another beginning.
  virtual void begin() = 0;
  /// The next piece of the snapshot, as it was put; false if it makes no sense.
  virtual bool snapshot(std::string_view piece) = 0;
  /// One commit, as it was appended; false if it makes no sense.
  virtual bool commit(std::uint64_t number, std::string_view bytes) = 0;

 protected:
  ~CommitReader() = default;
};

}  // namespace weir
