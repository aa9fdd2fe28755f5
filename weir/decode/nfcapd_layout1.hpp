#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/decode/nfcapd_plan.hpp"

namespace weir {

/// Plans for flow records of nfdump 1.6 (types 1 and 10): a fixed part, counters and addresses of
/// one of two sizes, and then the extensions that an extension map lists. Maps are records, too,
/// and stand before the flows that refer to them.
class NfcapdLayout1 {
 public:
  // Types of records.
  static constexpr unsigned kOldFlow = 1;
  static constexpr unsigned kMap = 2;
  static constexpr unsigned kFlow = 10;

  explicit NfcapdLayout1(const FieldSet& wanted) : wanted_(wanted) {}

  /// Forgets all maps, for another file. `anonymized`: as that file's header says.
  void clear(bool anonymized);
  /// Takes in an extension map. A later one with the same number takes its place.
  void learn_map(std::string_view record);
  /// The plan for a flow record; none where its map was not there, or where it is too short for it.
  /// Valid until the next call of another method.
  const NfcapdPlan* plan(unsigned type, std::string_view record);

 private:
  // Which of two sizes: the low bits of a record's flags, and the record's type.
  static constexpr std::size_t kVariants = 16;
  struct Map {
    std::vector<std::uint16_t> extensions;
    std::unique_ptr<NfcapdPlan> plans[kVariants];
  };

  [[nodiscard]] NfcapdPlan make(const Map& map, unsigned type, unsigned flags) const;

  FieldSet wanted_;
  bool anonymized_ = false;
  std::vector<std::unique_ptr<Map>> maps_;  // by number
};

}  // namespace weir
