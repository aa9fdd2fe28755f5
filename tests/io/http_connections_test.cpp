#include "weir/io/http_connections.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <deque>
#include <memory>

#include "weir/io/file.hpp"

namespace weir {
namespace {

using std::chrono::seconds;
using Clock = HttpConnections::Clock;

/// A connection with the client's end of it.
struct Client {
  explicit Client(HttpConnections& connections) : owner(connections) {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    server_end = Fd(pair[0]);
    client_end = Fd(pair[1]);
    connection = owner.opened(server_end.get());
  }
  ~Client() { owner.closed(connection); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool cut() const {
    char byte = 0;
    return ::recv(client_end.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  HttpConnections& owner;
  Fd server_end;
  Fd client_end;
  HttpConnections::Connection* connection = nullptr;
};

class HttpConnectionsTest : public testing::Test {
 protected:
  HttpCounters counters_;
  HttpConnections connections_{
      HttpDeadlines{
          .request = seconds(10), .answer = seconds(30), .body = seconds(60), .idle = seconds(75)},
      3, counters_};
};

TEST_F(HttpConnectionsTest, ARequestHasTenSecondsFromConnecting) {
  const auto before = Clock::now();
  const Client client(connections_);
  connections_.reap(before + seconds(9));
  EXPECT_FALSE(client.cut());
  connections_.reap(Clock::now() + seconds(11));
  EXPECT_TRUE(client.cut());
  EXPECT_EQ(counters_.timed_out, 1U);
  connections_.reap(Clock::now() + seconds(1000));
  EXPECT_EQ(counters_.timed_out, 1U) << "counted once";
}

TEST_F(HttpConnectionsTest, AResponseHasItsOwnTime) {
  const auto before = Clock::now();
  const Client client(connections_);
  connections_.writing(*client.connection);
  connections_.reap(before + seconds(59));
  EXPECT_FALSE(client.cut());
  connections_.reap(Clock::now() + seconds(61));
  EXPECT_TRUE(client.cut());
}

TEST_F(HttpConnectionsTest, AnIdleConnectionIsClosedLateAndIsNoTimeOut) {
  const auto before = Clock::now();
  const Client client(connections_);
  connections_.idle(*client.connection);
  connections_.reap(before + seconds(70));
  EXPECT_FALSE(client.cut());
  connections_.reap(Clock::now() + seconds(76));
  EXPECT_TRUE(client.cut());
  EXPECT_EQ(counters_.timed_out, 0U);
}

TEST_F(HttpConnectionsTest, ARequestAfterAnotherHasTenSecondsFromItsStart) {
  const Client client(connections_);
  connections_.idle(*client.connection);
  connections_.reading(*client.connection);
  connections_.reap(Clock::now() + seconds(11));
  EXPECT_TRUE(client.cut());
}

TEST_F(HttpConnectionsTest, AnAnswerThatDoesNotComeIsA503AndNotACut) {
  const auto before = Clock::now();
  const Client client(connections_);
  const auto reply = std::make_shared<PendingReply>();
  connections_.waiting(*client.connection, reply);
  int resumed = 0;
  ASSERT_TRUE(reply->park([] {}, [&] { ++resumed; }));
  connections_.reap(before + seconds(29));
  EXPECT_EQ(resumed, 0);
  connections_.reap(Clock::now() + seconds(31));
  connections_.reap(Clock::now() + seconds(32));
  EXPECT_EQ(resumed, 1);
  EXPECT_FALSE(client.cut());
  EXPECT_FALSE(reply->offer(HttpResponse::text(200, "late")));
  EXPECT_EQ(reply->take()->status, 503);
  EXPECT_EQ(counters_.timed_out, 1U);
}

TEST_F(HttpConnectionsTest, TheSlowestRequestMakesRoomForANewConnection) {
  std::deque<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(connections_);
  }
  connections_.idle(*clients[0].connection);
  clients.emplace_back(connections_);
  EXPECT_FALSE(clients[0].cut());
  EXPECT_TRUE(clients[1].cut());
  clients.emplace_back(connections_);
  EXPECT_TRUE(clients[2].cut());
  EXPECT_FALSE(clients[3].cut());
  EXPECT_FALSE(clients[4].cut());
  EXPECT_EQ(counters_.evicted, 2U);
  EXPECT_EQ(counters_.open, 5U);
}

TEST_F(HttpConnectionsTest, TheOldestResponseMakesRoomWhereAllAreBeingServed) {
  std::deque<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(connections_);
    connections_.writing(*clients.back().connection);
  }
  connections_.waiting(*clients[0].connection, std::make_shared<PendingReply>());
  clients.emplace_back(connections_);
  EXPECT_FALSE(clients[0].cut()) << "somebody is still working for this one";
  EXPECT_TRUE(clients[1].cut());
  EXPECT_FALSE(clients[3].cut());
}

TEST_F(HttpConnectionsTest, StoppingAnswersAllThatWaitAndAllThatWill) {
  const Client first(connections_);
  const Client second(connections_);
  const auto before = std::make_shared<PendingReply>();
  const auto after = std::make_shared<PendingReply>();
  connections_.waiting(*first.connection, before);
  connections_.stop();
  connections_.waiting(*second.connection, after);
  EXPECT_EQ(before->take()->status, 503);
  EXPECT_EQ(after->take()->status, 503);
}

TEST(PendingReply, AnAnswerBeforeParkingIsTakenWithoutParking) {
  PendingReply reply;
  EXPECT_TRUE(reply.offer(HttpResponse::text(200, "")));
  EXPECT_FALSE(reply.offer(HttpResponse::text(404, "")));
  bool suspended = false;
  EXPECT_FALSE(reply.park([&] { suspended = true; }, [] {}));
  EXPECT_FALSE(suspended);
  EXPECT_EQ(reply.take()->status, 200);
  EXPECT_FALSE(reply.take().has_value());
}

TEST(PendingReply, AnAnswerAfterParkingResumesOnce) {
  PendingReply reply;
  int suspended = 0;
  int resumed = 0;
  EXPECT_TRUE(reply.park([&] { ++suspended; }, [&] { ++resumed; }));
  EXPECT_FALSE(reply.take().has_value());
  EXPECT_TRUE(reply.offer(HttpResponse::text(200, "")));
  EXPECT_FALSE(reply.offer(HttpResponse::text(404, "")));
  EXPECT_EQ(suspended, 1);
  EXPECT_EQ(resumed, 1);
}

}  // namespace
}  // namespace weir
