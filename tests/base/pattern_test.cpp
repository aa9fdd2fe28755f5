#include "weir/base/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

TEST(Pattern, OccursAnywhereInTheLineUnlessAnchored) {
  const Pattern loose("stat.?file", "--x");
  EXPECT_TRUE(loose.occurs_in("cannot open statfile /x"));
  EXPECT_FALSE(loose.occurs_in("cannot open stats"));
  const Pattern whole("^a+$", "--x");
  EXPECT_TRUE(whole.occurs_in("aaa"));
  EXPECT_FALSE(whole.occurs_in("aab"));
  EXPECT_FALSE(whole.occurs_in(""));
}

TEST(Pattern, LooksNoFurtherThanTheLine) {
  const std::string text = "one two";
  EXPECT_FALSE(Pattern("two", "--x").occurs_in(std::string_view(text).substr(0, 4)));
  EXPECT_TRUE(Pattern("one $", "--x").occurs_in(std::string_view(text).substr(0, 4)));
}

TEST(Pattern, TakesVeryLongLines) {
  EXPECT_TRUE(Pattern("(a|b)*c$", "--x").occurs_in(std::string(100'000, 'a') + "c"));
}

TEST(Pattern, CopiesShareWhatWasCompiled) {
  const Pattern one("x", "--x");
  const Pattern other = one;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_TRUE(other.occurs_in("axb"));
}

TEST(Pattern, SaysWhatIsWrongAndNamesTheFlag) {
  try {
    const Pattern pattern("a(", "--ignore-stderr");
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    const std::string text = error.what();
    EXPECT_NE(text.find("--ignore-stderr \"a(\""), std::string::npos) << text;
    EXPECT_NE(text.find("grep -E"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace weir
