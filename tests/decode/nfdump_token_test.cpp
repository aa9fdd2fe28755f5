#include "weir/decode/nfdump_token.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "weir/flow/flow.hpp"

namespace weir {
namespace {

TEST(NfdumpToken, TokensAreUniqueAndBeginWithAPercentSign) {
  std::set<std::string_view> tokens;
  for (const NfdumpToken& known : nfdump_tokens()) {
    EXPECT_TRUE(tokens.insert(known.token).second) << known.token;
    EXPECT_TRUE(known.token.starts_with('%')) << known.token;
    EXPECT_FALSE(known.name.empty()) << known.token;
    EXPECT_EQ(find_nfdump_token(known.token), &known);
  }
  EXPECT_EQ(find_nfdump_token("%nonsense"), nullptr);
  EXPECT_EQ(find_nfdump_token("ts"), nullptr);
}

TEST(NfdumpToken, NamesAreThoseOfTheFieldTable) {
  for (const FieldInfo& field : kFields) {
    if (field.nfdump.empty()) {
      continue;
    }
    const NfdumpToken* known = find_nfdump_token(field.nfdump);
    ASSERT_NE(known, nullptr) << field.nfdump;
    EXPECT_EQ(known->name, field.name);
  }
}

TEST(NfdumpToken, TheColumnsOfTheDefaultCommandHaveItsNames) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"%ts", "first_seen"}, {"%dcc", "dst_ctr"}, {"%td", "duration"}, {"%pkt", "packets"},
      {"%byt", "bytes"},     {"%pps", "pps"},     {"%bps", "bps"},     {"%fl", "flows"}};
  for (const auto& [token, name] : expected) {
    EXPECT_EQ(find_nfdump_token(token)->name, name);
  }
}

TEST(NfdumpToken, WordsOfBothCsvHeadersAreKnown) {
  EXPECT_EQ(nfdump_csv_column("ts"), (NfdumpColumn{"ts", "first_seen", NfdumpKind::time}));
  EXPECT_EQ(nfdump_csv_column("firstSeen"),
            (NfdumpColumn{"firstSeen", "first_seen", NfdumpKind::time}));
  EXPECT_EQ(nfdump_csv_column("ibyt").name, "in_bytes");
  EXPECT_EQ(nfdump_csv_column("exid").name, "exporter_id");
  EXPECT_EQ(nfdump_csv_column("whatever"),
            (NfdumpColumn{"whatever", "whatever", NfdumpKind::text}));
  EXPECT_EQ(nfdump_csv_column(""), (NfdumpColumn{"", "", NfdumpKind::text}));
}

TEST(NfdumpToken, JsonKeysOfBothFamiliesAreOneColumn) {
  EXPECT_EQ(nfdump_json_column("src4_addr").name, "src_addr");
  EXPECT_EQ(nfdump_json_column("src6_addr").name, "src_addr");
  EXPECT_EQ(nfdump_json_column("t_first").name, "first_seen");
  EXPECT_EQ(nfdump_json_column("new_key"), (NfdumpColumn{"new_key", "new_key", NfdumpKind::text}));
}

}  // namespace
}  // namespace weir
