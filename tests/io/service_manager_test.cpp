#include "weir/io/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

using std::chrono::microseconds;

/// The other end: a datagram socket at a path, or at an abstract name that begins with NUL.
class Manager {
 public:
  explicit Manager(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  /// The next message; empty where none has come.
  [[nodiscard]] std::string next() const {
    std::array<char, 256> buffer{};
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
  }

 private:
  Fd fd_;
};

void expect_all_messages(const Manager& manager) {
  const ServiceManager service;
  service.ready();
  service.status("caught up\nREADY=0");
  service.watchdog();
  service.stopping();
  EXPECT_EQ(manager.next(), "READY=1");
  EXPECT_EQ(manager.next(), "STATUS=caught up READY=0");
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  EXPECT_EQ(manager.next(), "STOPPING=1");
  EXPECT_EQ(manager.next(), "");
}

TEST(ServiceManager, IsToldAtItsSocket) {
  const TempFolder folder;
  const Manager manager(folder.path("notify"));
  const ScopedVariable socket("NOTIFY_SOCKET", folder.path("notify"));
  expect_all_messages(manager);
}

TEST(ServiceManager, IsToldAtAnAbstractSocket) {
  const std::string name = "weir-test-" + std::to_string(::getpid());
  const Manager manager('\0' + name);
  const ScopedVariable socket("NOTIFY_SOCKET", '@' + name);
  expect_all_messages(manager);
}

TEST(ServiceManager, ThatIsNotThereIsNotMissed) {
  const TempFolder folder;
  for (const std::optional<std::string>& value :
       {std::optional<std::string>(), std::optional<std::string>(""),
        std::optional<std::string>("relative"), std::optional<std::string>(folder.path("none")),
        std::optional<std::string>('/' + std::string(200, 'x'))}) {
    const ScopedVariable socket("NOTIFY_SOCKET", value);
    const ServiceManager service;
    EXPECT_NO_THROW(service.ready());
    EXPECT_EQ(service.watchdog_timeout(), std::nullopt);
  }
}

TEST(ServiceManager, SaysHowOftenTheWatchdogWantsToHear) {
  const TempFolder folder;
  const ScopedVariable socket("NOTIFY_SOCKET", folder.path("notify"));
  const ScopedVariable timeout("WATCHDOG_USEC", "30000000");
  {
    const ScopedVariable pid("WATCHDOG_PID", std::nullopt);
    EXPECT_EQ(ServiceManager().watchdog_timeout(), microseconds(30'000'000));
  }
  {
    const ScopedVariable pid("WATCHDOG_PID", std::to_string(::getpid()));
    EXPECT_EQ(ServiceManager().watchdog_timeout(), microseconds(30'000'000));
  }
  const ScopedVariable pid("WATCHDOG_PID", "1");
  EXPECT_EQ(ServiceManager().watchdog_timeout(), std::nullopt);
}

TEST(ServiceManager, HasNoWatchdogThatSaysNonsense) {
  const TempFolder folder;
  const ScopedVariable socket("NOTIFY_SOCKET", folder.path("notify"));
  for (const char* value : {"", "0", "-5", "soon", "5s"}) {
    const ScopedVariable timeout("WATCHDOG_USEC", value);
    EXPECT_EQ(ServiceManager().watchdog_timeout(), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace weir
