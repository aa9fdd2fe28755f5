#include "weir/io/text_output.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

TEST(TextOutputTest, PiecesOfSeveralThreadsStayWhole) {
  const TempFolder folder;
  const Fd file(::open(folder.path("out").c_str(), O_WRONLY | O_CREAT, 0600));
  TextOutput out(file.get(), "a file");
  {
    std::vector<std::jthread> threads;
    for (const char c : {'a', 'b', 'c'}) {
      threads.emplace_back([&out, c] {
        for (int i = 0; i < 200; ++i) {
          EXPECT_TRUE(out.write(std::string(99, c) + '\n'));
        }
      });
    }
  }
  const std::string text = folder.get("out");
  ASSERT_EQ(text.size(), 60'000U);
  for (std::size_t at = 0; at < text.size(); at += 100) {
    EXPECT_EQ(text.substr(at, 100), std::string(99, text[at]) + '\n');
  }
}

TEST(TextOutputTest, AReaderThatIsGoneClosesIt) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd writing(ends[1]);
  ::close(ends[0]);
  TextOutput out(writing.get(), "a pipe");
  EXPECT_FALSE(out.closed());
  EXPECT_FALSE(out.write("x"));
  EXPECT_TRUE(out.closed());
  EXPECT_FALSE(out.write(""));
}

TEST(TextOutputTest, WaitsForAPipeThatDoesNotBlock) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  TextOutput out(writing.get(), "a pipe");
  const std::string all(500'000, 'x');
  std::jthread writer([&] {
    EXPECT_TRUE(out.write(all));
    writing.reset();
  });
  std::size_t read = 0;
  std::array<char, 4096> piece;
  for (ssize_t count = -1; count != 0;) {
    count = ::read(reading.get(), piece.data(), piece.size());
    read += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  EXPECT_EQ(read, all.size());
}

TEST(TextOutputTest, AnotherFailureIsToldByName) {
  const Fd full(::open("/dev/full", O_WRONLY));
  TextOutput out(full.get(), "standard output");
  try {
    out.write("x");
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kFailed);
    EXPECT_THAT(error.what(), testing::HasSubstr("cannot write to standard output: No space"));
  }
}

}  // namespace
}  // namespace weir
