#include "weir/aggregate/packed_rows.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

FieldSet of(std::initializer_list<FieldId> fields) {
  FieldSet set;
  for (const FieldId id : fields) {
    set.add(id);
  }
  return set;
}

TEST(PackedRows, ARowComesOutAsItWentInAndKeepsItsTexts) {
  const RowPacker packer(of({field("bytes"), field("label"), field("src_addr"), field("src_lat"),
                             field("as_path"), field("dst_port")}));
  std::string label = "bdr1";
  Flow row;
  row.present.clear();
  set(row, field("bytes"), std::uint64_t{17});
  set(row, field("label"), std::string_view(label));
  set(row, field("src_addr"), *IpAddress::parse("2001:db8::1"));
  set(row, field("src_lat"), 1.5);
  set(row, field("as_path"), std::string_view("64500 64501"));
  const std::string before = row_text(row);
  const PackedRow packed = packer.pack(row);
  label = "xxxx";
  Flow again;
  packer.unpack(packed, again);
  EXPECT_EQ(row_text(again), before);
}

TEST(PackedRows, OnlyTheFieldsOfThePackerAreKept) {
  const RowPacker packer(of({field("label"), field("packets")}));
  Flow row;
  row.present.clear();
  set(row, field("bytes"), std::uint64_t{17});
  set(row, field("label"), std::string_view(""));
  Flow again;
  packer.unpack(packer.pack(row), again);
  EXPECT_EQ(again.present.size(), 1U);
  EXPECT_TRUE(again.present.has(field("label")));
  EXPECT_EQ(packer.fields().size(), 2U);
}

}  // namespace
}  // namespace weir
