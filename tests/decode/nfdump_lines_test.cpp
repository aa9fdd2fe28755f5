#include "weir/decode/nfdump_lines.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

struct Cut {
  std::vector<std::string> lines;
  std::string rest;
  bool fits = true;
};

Cut cut(std::string_view text, std::size_t chunk) {
  LineCutter cutter;
  Cut found;
  for (std::size_t at = 0; at < text.size() && found.fits; at += chunk) {
    found.fits = cutter.feed(text.substr(at, chunk), [&](std::string_view line) {
      found.lines.emplace_back(line);
      return true;
    });
  }
  found.rest = cutter.rest();
  return found;
}

TEST(LineCutter, GivesTheSameLinesHoweverTheTextArrives) {
  for (std::size_t chunk = 1; chunk < 12; ++chunk) {
    const Cut found = cut("ab\n\ncde\nf", chunk);
    EXPECT_EQ(found.lines, (std::vector<std::string>{"ab", "", "cde"})) << chunk;
    EXPECT_EQ(found.rest, "f") << chunk;
  }
}

TEST(LineCutter, ALineMayHaveExactlyTheLimit) {
  const std::string most(kMaxNfdumpLine, 'x');
  for (const std::size_t chunk : {std::size_t{1000}, std::size_t{1} << 20}) {
    EXPECT_TRUE(cut(most + "\n", chunk).fits) << chunk;
    EXPECT_EQ(cut(most + "\n", chunk).lines.size(), 1U) << chunk;
    EXPECT_FALSE(cut(most + "x\n", chunk).fits) << chunk;
    EXPECT_FALSE(cut(most + most, chunk).fits) << chunk;
  }
}

TEST(LineCutter, StopsWhenTold) {
  LineCutter cutter;
  int lines = 0;
  EXPECT_TRUE(cutter.feed("a\nb\nc\n", [&](std::string_view) { return ++lines < 2; }));
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace weir
