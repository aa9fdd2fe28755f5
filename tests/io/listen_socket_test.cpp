#include "weir/io/listen_socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

const std::string kFlag = "--web.listen-address";

struct Refusal {
  int exit_code = -1;
  std::string text;
};

Refusal refusal(const std::string& address) {
  try {
    static_cast<void>(listen_on(kFlag, address));
  } catch (const Error& error) {
    return {.exit_code = error.exit_code(), .text = error.what()};
  }
  return {};
}

TEST(ListenSocket, PortZeroTakesAFreePortAndTellsIt) {
  const ListenSocket socket = listen_on(kFlag, "127.0.0.1:0");
  EXPECT_GT(socket.port, 0);
  EXPECT_EQ(socket.address, "127.0.0.1:" + std::to_string(socket.port));
  int listening = 0;
  socklen_t size = sizeof listening;
  ASSERT_EQ(::getsockopt(socket.fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size), 0);
  EXPECT_EQ(listening, 1);
}

TEST(ListenSocket, AHostNameIsResolvedToItsIpv4Address) {
  EXPECT_EQ(listen_on(kFlag, "localhost:0").address.substr(0, 10), "127.0.0.1:");
}

TEST(ListenSocket, AnIpv6AddressIsWrittenInBrackets) {
  try {
    const ListenSocket socket = listen_on(kFlag, "[::1]:0");
    EXPECT_EQ(socket.address, "[::1]:" + std::to_string(socket.port));
  } catch (const Error& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
}

TEST(ListenSocket, ATakenPortIsAnErrorThatSaysWhatToDo) {
  const ListenSocket socket = listen_on(kFlag, "127.0.0.1:0");
  const Refusal taken = refusal(socket.address);
  EXPECT_EQ(taken.exit_code, Error::kFailed);
  EXPECT_EQ(taken.text,
            kFlag + " " + socket.address +
                ": cannot listen there: Address already in use; stop the program that has "
                "this port, or give another port");
}

TEST(ListenSocket, WhatIsNoAddressIsAUsageErrorThatNamesTheFlag) {
  for (const std::string address :
       {"", "9590", "localhost", ":", ":http", ":65536", ":-1", ":95 90", "::1:9590", "[::1]",
        "no.such.host.invalid:9590", "192.0.2.1:9590"}) {
    const Refusal wrong = refusal(address);
    EXPECT_EQ(wrong.exit_code, Error::kUsage) << address << ": " << wrong.text;
    EXPECT_EQ(wrong.text.find(kFlag + " " + address + ": "), 0U) << wrong.text;
    EXPECT_NE(wrong.text.find("; "), std::string::npos) << wrong.text;
  }
}

}  // namespace
}  // namespace weir
