#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weir/flow/batch.hpp"
#include "weir/sink/series_registry.hpp"

namespace weir {

/// What a metric's series have counted up to the last commit; a value for each series id.
struct SeriesValues {
  std::vector<std::uint64_t> values;
  std::uint64_t total = 0;   ///< what the values add up to, at most 2^64-1
  std::uint64_t capped = 0;  ///< records counted in `other` because of the cap
};

/// One pipeline's counting of one metric: finds the series of each flow and adds to what is
/// pending. Owned by the pipeline's thread.
class SeriesCounter {
 public:
  /// Rows of a batch, by their index in it.
  using Rows = std::span<const std::uint16_t>;

  SeriesCounter(std::shared_ptr<SeriesRegistry> registry, FieldId value);

  /// Whether the rows can be added without a look at each one's series: all that was ever counted
  /// and they together stay within 64 bits, so no series can wrap.
  [[nodiscard]] bool fits(const FlowBatch& batch, Rows rows) const;
  /// Adds the rows, each to exactly one series. They must fit.
  void add(const FlowBatch& batch, Rows rows);

  /// The series of one row; made, if the cap allows it.
  SeriesId series_of(const Flow& row);
  /// Whether a row's value still fits into its series, of which `shown` holds what is committed.
  [[nodiscard]] bool fits(const Flow& row, SeriesId id, const SeriesValues& shown) const;
  /// Adds one row to its series. It must fit.
  void add(const Flow& row, SeriesId id) { count(id, get_integer(row, value_)); }

  /// Follows what others changed in the registry. Call it between batches.
  void catch_up();
  /// Moves what is pending into `shown`, in time proportional to the series that changed.
  void commit(SeriesValues& shown);
  [[nodiscard]] bool dirty() const { return dirty_; }

 private:
  /// Open addressing with linear probing. A slot holds the key's hash and its series id; 0 is
  /// empty, as `other` is never in here.
  struct Slot {
    std::uint32_t hash = 0;
    SeriesId id = 0;
  };

  /// What a batch's rows are looked up by, kept from one pass over the rows to the next.
  struct Lookups {
    std::array<std::uint32_t, FlowBatch::kCapacity> begins;
    std::array<std::uint32_t, FlowBatch::kCapacity> sizes;
    std::array<std::uint32_t, FlowBatch::kCapacity> hashes;
    std::array<SeriesId, FlowBatch::kCapacity> guesses;  ///< 0 where there is none
  };

  [[nodiscard]] std::uint32_t hash_of(std::string_view key) const;
  std::string_view pack(const Flow& row, std::size_t at);
  void pack_keys(const FlowBatch& batch, Rows rows);
  void guess_series(std::size_t rows);
  [[nodiscard]] SeriesId find(std::string_view key, std::uint32_t hash) const;
  SeriesId find_or_admit(std::string_view key, std::uint32_t hash);
  void insert(SeriesId id);
  void erase(SeriesId id);
  void grow();
  void count(SeriesId id, std::uint64_t value);

  std::shared_ptr<SeriesRegistry> registry_;
  FieldId value_;
  std::array<std::uint64_t, 2> seed_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;  ///< slots, with those of retired series
  std::size_t events_seen_ = 0;
  SeriesKeyPlan::Tables tables_;
  std::vector<SeriesRegistry::Event> events_;  ///< scratch
  std::vector<char> keys_;                     ///< scratch: keys of a batch's rows
  std::unique_ptr<Lookups> lookups_;           ///< scratch
  std::vector<std::uint64_t> pending_;
  std::vector<SeriesId> changed_;  ///< series whose pending value is not 0
  std::uint64_t total_ = 0;        ///< stops at 2^64-1
  std::uint64_t capped_ = 0;
  bool dirty_ = false;
};

}  // namespace weir
