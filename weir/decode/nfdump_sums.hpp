#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "weir/decode/nfdump_token.hpp"
#include "weir/decode/nfdump_trailer.hpp"

namespace weir {

/// Adds up the rows' flows, packets and bytes, to compare them with nfdump's Summary line.
class NfdumpSums {
 public:
  /// Which columns there are. Without any of them nothing is compared but the number of rows.
  explicit NfdumpSums(std::span<const NfdumpColumn> columns);

  /// False if one of the columns is no whole number of 64 bits.
  bool add(std::span<const std::string_view> row);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  /// What differs, empty if nothing does.
  ///
  /// The Summary line counts both directions of a flow, %pkt and %byt only one. So without %opkt
  /// and %obyt the sums may be less, if the flows prove that no row is missing: by %fl, or in rows
  /// that are not aggregated by their number. nfdump prints a tunnelled flow twice, its second row
  /// without packets and bytes; such rows may be more than the Summary has.
  [[nodiscard]] std::string difference(const NfdumpSummary& summary, bool aggregated) const;

 private:
  static constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();

  struct Sum {
    std::size_t column = kAbsent;
    std::uint64_t value = 0;
    [[nodiscard]] bool known() const { return column != kAbsent; }
  };
  struct Checked {
    std::string difference;
    bool proved;  ///< no row is missing
  };

  [[nodiscard]] Checked check_flows(const NfdumpAmount& flows, bool aggregated) const;

  Sum flows_, packets_, bytes_, out_packets_, out_bytes_;
  std::uint64_t rows_ = 0;
  std::uint64_t hollow_rows_ = 0;  ///< with neither packets nor bytes
};

}  // namespace weir
