#include "weir/decode/json_number.hpp"

#include <gtest/gtest.h>

#include "weir/decode/json_value.hpp"

namespace weir {
namespace {

class JsonNumberTest : public testing::Test {
 protected:
  JsonNumberTest() { row_.present.clear(); }

  /// What the port holds after storing, "-" if nothing, or why it was refused.
  std::string after(std::optional<Refused> refused) {
    if (refused) {
      EXPECT_TRUE(row_.present.empty());
      return std::string(kRefusedNames[static_cast<std::size_t>(*refused)]);
    }
    const bool stored = row_.present.has(kPort);
    std::string text = stored ? std::to_string(get_integer(row_, kPort)) : "-";
    row_.present.clear();
    return text;
  }

  static constexpr FieldId kPort = field("src_port");
  Flow row_;
};

TEST_F(JsonNumberTest, TheLargestNumberFollowsFromTheFieldsBits) {
  EXPECT_EQ(largest_number(field("src_port")), 65'535U);
  EXPECT_EQ(largest_number(field("src_as")), 4'294'967'295U);
  EXPECT_EQ(largest_number(field("bytes")), 18'446'744'073'709'551'615U);
}

TEST_F(JsonNumberTest, StoresWhatTheFieldCanHold) {
  EXPECT_EQ(after(store_integer(row_, kPort, 65'535)), "65535");
  EXPECT_EQ(after(store_integer(row_, kPort, 65'536)), "out_of_range");
}

TEST_F(JsonNumberTest, ARealIsTakenIfItIsAnInteger) {
  EXPECT_EQ(after(store_real_as_integer(row_, kPort, 443)), "443");
  EXPECT_EQ(after(store_real_as_integer(row_, kPort, 443.5)), "wrong_type");
  EXPECT_EQ(after(store_real_as_integer(row_, kPort, -1)), "out_of_range");
  EXPECT_EQ(after(store_real_as_integer(row_, kPort, 1e30)), "out_of_range");
}

TEST_F(JsonNumberTest, ReadsDigits) {
  EXPECT_EQ(after(store_digits(row_, kPort, "443")), "443");
  EXPECT_EQ(after(store_digits(row_, kPort, "-0")), "0");
  EXPECT_EQ(after(store_digits(row_, kPort, "1bb", 16)), "443");
  EXPECT_EQ(after(store_digits(row_, kPort, "-1")), "out_of_range");
  EXPECT_EQ(after(store_digits(row_, kPort, "99999999999999999999")), "out_of_range");
  for (const std::string_view text : {"", "-", "x", "4x", " 4", "+4", "4.0"}) {
    EXPECT_EQ(after(store_digits(row_, kPort, text)), "wrong_type") << text;
  }
}

TEST_F(JsonNumberTest, TakesNumbersOfAnyShapeButNothingElse) {
  EXPECT_EQ(after(store_number(row_, kPort, JsonScalar::of_integer(1))), "1");
  EXPECT_EQ(after(store_number(row_, kPort, JsonScalar::of_real(2e1))), "20");
  EXPECT_EQ(after(store_number(row_, kPort, JsonScalar::of_negative(-2))), "out_of_range");
  EXPECT_EQ(after(store_number(row_, kPort, JsonScalar::of_boolean(true))), "wrong_type");
  EXPECT_EQ(after(store_number(row_, kPort, JsonScalar::of_text("1"))), "wrong_type");
}

}  // namespace
}  // namespace weir
