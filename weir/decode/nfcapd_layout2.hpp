#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/decode/nfcapd_plan.hpp"

namespace weir {

/// Plans for flow records of nfdump 1.7 (type 11): a header and elements, each with its id and
/// length. The records of a file share a few sequences of ids and lengths, so each is worked out
/// once; a record of a sequence that was seen is known by comparing its element headers.
class NfcapdLayout2 {
 public:
  static constexpr unsigned kFlow = 11;

  explicit NfcapdLayout2(const FieldSet& wanted) : wanted_(wanted) {}

  /// The plan for a flow record; none where its elements do not fit into it. Valid until the next
  /// call.
  const NfcapdPlan* plan(std::string_view record);

 private:
  struct ElementHeader {
    std::uint32_t bytes;  // id and length
    std::uint32_t at;
  };
  struct Layout {
    NfcapdPlan plan;
    std::uint16_t elements = 0;
    std::vector<ElementHeader> headers;

    [[nodiscard]] bool fits(std::string_view record) const;
  };

  // Sequences made to fill the memory are forgotten at this number.
  static constexpr std::size_t kMaxLayouts = 4096;

  const Layout* find(std::string_view record);
  [[nodiscard]] std::unique_ptr<Layout> make(std::vector<ElementHeader> headers,
                                             std::size_t size) const;

  FieldSet wanted_;
  std::array<const Layout*, 256> seen_{};                  // by a hash of size and beginning
  FlatMap<std::string, std::unique_ptr<Layout>> layouts_;  // by the bytes of their headers
};

}  // namespace weir
