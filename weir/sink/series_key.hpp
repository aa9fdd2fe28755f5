#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// How a metric's labels are packed into a series key and printed from it. Immutable.
///
/// A key holds each field once, in the order of its first label: integers in 4 or 8 bytes,
/// addresses in 16, cut to their network where that is the label, texts with a length of 2 bytes
/// before them; zeros fill it up to whole words of 8 bytes. Labels from a lookup are not in the key
/// but found again by the number that is. Where a metric has a lookup's label without the number
/// itself, many numbers share one series, and the name takes the number's place in the key. So
/// equal label values make equal keys, and unequal ones unequal.
class SeriesKeyPlan {
 public:
  /// Longer texts are cut, so that no message can make a series larger than this. Bytes of UTF-8.
  static constexpr std::size_t kMaxText = 1024;
  static constexpr std::size_t kMaxLabels = 64;
  static constexpr std::size_t kWord = 8;  ///< a key's size is a multiple of it

  /// The table of each label, null where it has no lookup.
  using Tables = std::vector<std::shared_ptr<const NameTable>>;

  /// Throws as `check` in metric.hpp does.
  explicit SeriesKeyPlan(const Metric& metric);

  /// The most bytes a key can take.
  [[nodiscard]] std::size_t max_size() const { return max_size_; }
  /// There is but one label set: the one without labels.
  [[nodiscard]] bool single() const { return labels_.empty(); }
  /// Some name stands in the key, so packing has to follow the tables.
  [[nodiscard]] bool packs_names() const { return packs_names_; }

  /// Writes the key of a flow and returns its size.
  std::size_t pack(const Flow& flow, const Tables& tables, char* out) const;
  /// Appends `name{label="value",…} ` as the key's samples begin in the exposition.
  void append_text(std::string_view key, const Tables& tables, std::string& out) const;
  /// The same for the series that takes what the cap leaves out: every label is `other`.
  void append_other(std::string& out) const;

  /// Whether bytes from elsewhere are a key as `pack` writes them, so that they can be printed.
  [[nodiscard]] bool valid(std::string_view key) const;
  /// What keys are made of, for people and to compare: keys of plans that differ here mean
  /// something else.
  [[nodiscard]] std::string layout() const;

  /// The lookups' tables as they are now. Any thread.
  [[nodiscard]] Tables current_tables() const;
  /// Changes whenever a lookup's table does. Cheap; any thread.
  [[nodiscard]] std::uint64_t tables_generation() const;

 private:
  friend class RenamedKeys;

  static constexpr std::size_t kNoLabel = ~std::size_t{0};

  struct Part {
    FieldId field;
    Storage storage;       ///< in the key
    std::uint8_t width;    ///< bytes of an integer
    std::uint16_t offset;  ///< of the member in Flow
    std::size_t named_by;  ///< the label whose table turns the number into the text that is packed
    // Of an address: how much of it there is.
    std::uint8_t v4_bits;
    std::uint8_t v6_bits;

    [[nodiscard]] bool cut() const { return v4_bits < 32 || v6_bits < 128; }
  };
  struct Label {
    std::string text;  ///< `name="`, with the separator before it
    std::size_t part;
    std::shared_ptr<const Lookup> lookup;
    bool looked_up;  ///< printed by way of the table
  };

  std::size_t part_of(const Metric& metric, std::size_t label);
  char* pack_name(const Flow& flow, const Part& part, const Tables& tables, char* at) const;
  void append_value(const Label& label, const char* start, const NameTable* table,
                    std::string& out) const;
  void find_parts(std::string_view key, const char** starts) const;

  std::string name_;
  std::vector<Part> parts_;
  std::vector<Label> labels_;
  std::size_t max_size_ = 0;
  bool packs_names_ = false;
};

/// Tells which keys print differently since tables were replaced. Asks for each number only once.
class RenamedKeys {
 public:
  /// `plan` has to outlive it.
  RenamedKeys(const SeriesKeyPlan& plan, const SeriesKeyPlan::Tables& before,
              const SeriesKeyPlan::Tables& after);

  bool contains(std::string_view key);

 private:
  struct Changed {
    std::size_t part;
    std::shared_ptr<const NameTable> before;
    std::shared_ptr<const NameTable> after;
    FlatMap<std::uint64_t, bool> known;

    bool contains(std::uint64_t number);
  };

  const SeriesKeyPlan& plan_;
  std::vector<Changed> changed_;
};

}  // namespace weir
