#include "weir/decode/nfdump_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

const std::vector<NfdumpColumn> kColumns = {{"%ts", "first_seen", NfdumpKind::time},
                                            {"%byt", "bytes", NfdumpKind::number},
                                            {"%sa", "src_addr", NfdumpKind::address}};

std::string error_of(std::string_view selection) {
  try {
    choose_nfdump_fields(kColumns, selection);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(NfdumpFields, WithoutASelectionAllColumnsAreFieldsInTheirOrder) {
  const auto fields = choose_nfdump_fields(kColumns, "");
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0], (NfdumpField{0, "first_seen", NfdumpKind::time}));
  EXPECT_EQ(fields[2], (NfdumpField{2, "src_addr", NfdumpKind::address}));
}

TEST(NfdumpFields, SelectsReordersAndRenames) {
  const auto fields = choose_nfdump_fields(kColumns, "%byt:octets, first_seen ,sa : from,bytes");
  const std::vector<NfdumpField> expected = {{1, "octets", NfdumpKind::number},
                                             {0, "first_seen", NfdumpKind::time},
                                             {2, "from", NfdumpKind::address},
                                             {1, "bytes", NfdumpKind::number}};
  EXPECT_EQ(fields, expected);
}

TEST(NfdumpFields, UnknownColumnsAreErrorsWithNearMatches) {
  EXPECT_THAT(error_of("first_sen"), HasSubstr("Did you mean first_seen?"));
  EXPECT_THAT(error_of("%bytt"), HasSubstr("%byt"));
  EXPECT_THAT(error_of("bytes,"), HasSubstr("is not column or column:name"));
  EXPECT_THAT(error_of("bytes:"), HasSubstr("is not column or column:name"));
}

TEST(NfdumpFields, EqualNamesAreErrors) {
  EXPECT_THAT(error_of("bytes,bytes"), HasSubstr("two fields would be named bytes"));
  EXPECT_THAT(error_of("bytes:x,%ts:x"), HasSubstr("two fields would be named x"));
}

TEST(NfdumpFields, JsonColumnsAreFixedBySelection) {
  const std::vector<std::string> words = {"nfdump", "-o", "json"};
  NfdumpFormat format = nfdump_format(words);
  fix_nfdump_columns(format, "");
  EXPECT_TRUE(format.columns.empty());
  fix_nfdump_columns(format, "src_addr,dst6_addr:to,in_bytes,src4_addr:again");
  ASSERT_EQ(format.columns.size(), 3U);
  EXPECT_EQ(format.columns[0].name, "src_addr");
  EXPECT_EQ(format.columns[1].name, "dst_addr");
  EXPECT_EQ(format.columns[2].name, "in_bytes");
  EXPECT_EQ(choose_nfdump_fields(format.columns, "src6_addr:six")[0].column, 0U);
  EXPECT_THROW(fix_nfdump_columns(format, "in_byts"), Error);
}

TEST(NfdumpFields, ColumnsOfOtherFormatsStay) {
  const std::vector<std::string> words = {"nfdump", "-o", "fmt:%ts,%byt"};
  NfdumpFormat format = nfdump_format(words);
  fix_nfdump_columns(format, "bytes");
  EXPECT_EQ(format.columns.size(), 2U);
}

}  // namespace
}  // namespace weir
