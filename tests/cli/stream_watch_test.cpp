#include "cli/stream_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;
using Clock = StreamWatch::Clock;

/// Stands for systemd, which watches every 30 s.
class StreamWatchTest : public testing::Test {
 protected:
  StreamWatchTest() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> all;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      all.emplace_back(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

  TempFolder folder_;
  std::string path_ = folder_.path("notify");
  Fd fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ScopedVariable socket_{"NOTIFY_SOCKET", path_};
  ScopedVariable watchdog_{"WATCHDOG_USEC", "30000000"};
  ScopedVariable pid_{"WATCHDOG_PID", std::nullopt};
  StreamStatus status_;
};

TEST_F(StreamWatchTest, TellsBeginningAndEnd) {
  const StreamWatch watch(1min);
  watch.started();
  watch.stopping();
  EXPECT_THAT(told(), ElementsAre("READY=1", "STOPPING=1"));
}

TEST_F(StreamWatchTest, AStatusIsToldWhenItIsNew) {
  const ScopedVariable none("WATCHDOG_USEC", std::nullopt);
  StreamWatch watch(1min);
  watch.tick(status_);
  EXPECT_THAT(told(), ElementsAre("STATUS=no window yet, 0 sent with 0 rows since the start"));
  watch.tick(status_);
  EXPECT_THAT(told(), ElementsAre());
  status_.last = parse_window("202611212305");
  status_.windows_sent = 1;
  status_.rows = 17;
  status_.lag = 3;
  watch.tick(status_);
  EXPECT_THAT(
      told(),
      ElementsAre("STATUS=last window 202611212305, 1 sent with 17 rows since the start, 3 due"));
  status_.trouble = "no broker answers";
  watch.tick(status_);
  EXPECT_THAT(told(), ElementsAre("STATUS=no broker answers"));
}

TEST_F(StreamWatchTest, ItIsAliveAsLongAsTheStreamGivesSigns) {
  StreamWatch watch(1min);
  const auto begin = Clock::now();
  watch.tick(status_, begin);
  EXPECT_THAT(told(), testing::Contains("WATCHDOG=1"));
  watch.tick(status_, begin + 1s);
  EXPECT_THAT(told(), ElementsAre());
  watch.tick(status_, begin + 11s);
  EXPECT_THAT(told(), ElementsAre("WATCHDOG=1"));
  watch.alive(begin + 50s);
  watch.tick(status_, begin + 100s);
  EXPECT_THAT(told(), ElementsAre("WATCHDOG=1"));
  watch.tick(status_, begin + 111s);
  EXPECT_THAT(told(), ElementsAre()) << "it was silent for a minute";
  watch.alive(begin + 112s);
  watch.tick(status_, begin + 113s);
  EXPECT_THAT(told(), ElementsAre("WATCHDOG=1"));
}

TEST_F(StreamWatchTest, ItIsAliveWhileItSaysWhatItWaitsFor) {
  StreamWatch watch(1min);
  const auto begin = Clock::now();
  status_.trouble = "no broker answers";
  watch.tick(status_, begin + 2h);
  EXPECT_THAT(told(), ElementsAre("STATUS=no broker answers", "WATCHDOG=1"));
}

TEST_F(StreamWatchTest, WithoutAWatchdogNothingIsSaidOfLife) {
  const ScopedVariable none("WATCHDOG_USEC", std::nullopt);
  StreamWatch watch(1min);
  watch.tick(status_);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("STATUS=")));
}

}  // namespace
}  // namespace weir
