#include "weir/pipeline/refusal_desk.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace weir {
namespace {

/// Makes letters for a broker that there is not.
std::shared_ptr<DeadLetters> letters() {
  return std::make_shared<DeadLetters>(DeadLetterOptions{"127.0.0.1:1", {}, "refused"});
}

TEST(RefusalDeskTest, WithoutDeadLettersRefusalsAreRememberedAndNothingWaits) {
  RefusalDesk desk(nullptr);
  desk.refused(Refused::not_json, {"x"});
  EXPECT_TRUE(desk.flush());
  EXPECT_FALSE(desk.full());
  EXPECT_FALSE(desk.dead_letters());
  EXPECT_EQ(desk.recent().reasons()[static_cast<std::size_t>(Refused::not_json)].count, 1U);
}

TEST(RefusalDeskTest, DeadLettersCanBeExchanged) {
  RefusalDesk desk(nullptr);
  const auto first = letters();
  desk.use(first);
  ASSERT_TRUE(desk.dead_letters());
  EXPECT_EQ(desk.dead_letters()->topic, "refused");
  desk.refused(Refused::empty, {""});
  EXPECT_EQ(desk.dead_letters()->pending, 1U);
  EXPECT_FALSE(desk.flush());
  const std::uint64_t failures = desk.dead_letters()->failures;
  EXPECT_NE(failures, 0U);
  desk.use(letters());
  EXPECT_EQ(desk.dead_letters()->pending, 0U);
  EXPECT_EQ(desk.dead_letters()->failures, failures) << "counters go on";
  desk.use(nullptr);
  EXPECT_FALSE(desk.dead_letters());
  EXPECT_TRUE(desk.flush());
}

}  // namespace
}  // namespace weir
