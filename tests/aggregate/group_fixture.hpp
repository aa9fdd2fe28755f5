#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/memory_store.hpp"
#include "tests/support/rows.hpp"
#include "weir/aggregate/group_packer.hpp"
#include "weir/aggregate/group_view.hpp"

namespace weir {

/// Rows of AS, label and bytes, and their images by the layout that groups by the first two.
class GroupFixture : public testing::Test {
 protected:
  struct Row {
    std::uint64_t as;
    std::string label;
    std::uint64_t bytes;
  };

  /// The images of rows; the texts stay as long as this.
  std::vector<std::uint64_t> images(const std::vector<Row>& rows) {
    batch_.clear();
    for (const Row& row : rows) {
      Flow& flow = batch_.next();
      set(flow, field("src_as"), row.as);
      set(flow, field("label"), texts_.copy(row.label));
      set(flow, field("bytes"), row.bytes);
      batch_.append();
    }
    const std::uint64_t* const packed = packer_.pack(batch_);
    return {packed, packed + rows.size() * layout_.words()};
  }
  std::vector<std::uint64_t> image(const Row& row) { return images({row}); }
  [[nodiscard]] std::string text(const std::uint64_t* words) const {
    Flow row;
    row.present.clear();
    GroupView(layout_, words).to_flow(row);
    return row_text(row);
  }
  [[nodiscard]] std::uint64_t hash(const std::uint64_t* words) const {
    return hash_.of_key<0>(words, layout_.hashed_words());
  }

  GroupLayout layout_{parse_group_spec("src_as,label", "bytes")};
  GroupHash hash_{1};
  GroupPacker packer_{layout_, hash_};
  FlowBatch batch_;
  TextArena texts_;
  MemoryStore store_;
};

}  // namespace weir
