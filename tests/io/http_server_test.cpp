#include "weir/io/http_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/io/raw_client.hpp"
#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kStreamBytes = 64U << 20;

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

BodyStream stream_of(std::size_t size, std::size_t gives_up_at) {
  return {.size = size,
          .read = [at = std::size_t{0}, gives_up_at](char* out, std::size_t room) mutable {
            const std::size_t n = std::min(room, gives_up_at - at);
            for (std::size_t i = 0; i < n; ++i) {
              out[i] = static_cast<char>('a' + (at + i) % 23);
            }
            at += n;
            return n;
          }};
}

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    options.addresses = {"127.0.0.1:0"};
    server_.emplace(options, [this](const HttpRequest& request, const Reply& reply) {
      handle(request, reply);
    });
  }

  void handle(const HttpRequest& request, const Reply& reply) {
    HttpResponse response;
    response.content_type = "text/plain";
    if (request.path == "/later") {
      later_.with([&](auto& replies) { replies.push_back(reply); });
      return;
    }
    if (request.path == "/dropped") {
      return;
    }
    if (request.path == "/throws") {
      throw std::runtime_error("no");
    }
    if (request.path == "/stream") {
      response.body = stream_of(kStreamBytes, kStreamBytes);
    } else if (request.path == "/broken") {
      response.body = stream_of(100000, 50000);
    } else if (request.path == "/empty") {
      response.body = BodyStream{};
    } else if (request.path == "/shared") {
      response.body = std::make_shared<const std::string>("shared text");
    } else {
      response.headers = {{"X-Path", request.path}};
      response.body = request.method + " " + request.path + " [" + request.query + "] " +
                      request.header("x-test");
    }
    reply.send(std::move(response));
  }

  [[nodiscard]] RawClient client() const { return RawClient(server_->port()); }

  /// One request on a connection of its own.
  [[nodiscard]] std::string ask(const std::string& bytes) const {
    RawClient one = client();
    EXPECT_TRUE(one.send(bytes));
    return one.response();
  }

  /// The reply of the request for /later that has come or will come.
  Reply next_later() {
    while (true) {
      auto replies = later_.with([](auto& all) { return std::exchange(all, {}); });
      if (!replies.empty()) {
        return replies.front();
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  Guarded<std::vector<Reply>> later_;
  std::optional<HttpServer> server_;
};

TEST_F(HttpServerTest, GivesTheHandlerPathQueryAndHeadersAndSendsItsAnswer) {
  start();
  const std::string response = ask("GET /a%20b?x=%20&y HTTP/1.1\r\nHost: x\r\nX-TEST: v\r\n\r\n");
  EXPECT_EQ(response.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_TRUE(has(response, "Content-Type: text/plain\r\n")) << response;
  EXPECT_TRUE(has(response, "X-Path: /a b\r\n")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\nGET /a b [x=%20&y] v")) << response;
  EXPECT_EQ(server_->counters().requests, 1U);
}

TEST_F(HttpServerTest, ServesStreamsAndSharedTextsWithTheirLength) {
  start();
  EXPECT_TRUE(ask(get("/shared")).ends_with("\r\n\r\nshared text"));
  EXPECT_TRUE(has(ask(get("/empty")), "Content-Length: 0\r\n"));
  const std::string response = ask(get("/stream"));
  EXPECT_TRUE(has(response.substr(0, 500), "Content-Length: 67108864\r\n"));
  const std::string body = response.substr(response.find("\r\n\r\n") + 4);
  std::string truth(kStreamBytes, '\0');
  stream_of(kStreamBytes, kStreamBytes).read(truth.data(), truth.size());
  EXPECT_TRUE(body == truth);
}

TEST_F(HttpServerTest, HeadIsGetWithoutTheBody) {
  start();
  RawClient one = client();
  ASSERT_TRUE(one.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next")));
  EXPECT_TRUE(has(one.response(false), "Content-Length: 67108864\r\n"));
  EXPECT_TRUE(one.response().ends_with("GET /next [] "));
}

TEST_F(HttpServerTest, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  start();
  RawClient one = client();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(one.send(get("/1") + get("/shared") + get("/3")));
    EXPECT_TRUE(one.response().ends_with("GET /1 [] "));
    EXPECT_TRUE(one.response().ends_with("shared text"));
    EXPECT_TRUE(one.response().ends_with("GET /3 [] "));
  }
  EXPECT_EQ(server_->counters().accepted, 1U);
  EXPECT_EQ(server_->counters().requests, 9U);
}

TEST_F(HttpServerTest, SendsAnAnswerThatComesLaterFromAnotherThread) {
  start();
  RawClient waiting = client();
  ASSERT_TRUE(waiting.send(get("/later")));
  const Reply reply = next_later();
  EXPECT_TRUE(ask(get("/meanwhile")).ends_with("GET /meanwhile [] "));
  std::jthread([&] { reply.send(HttpResponse::text(201, "at last")); }).join();
  const std::string response = waiting.response();
  EXPECT_EQ(response.substr(0, 12), "HTTP/1.1 201");
  EXPECT_TRUE(response.ends_with("at last"));
}

TEST_F(HttpServerTest, HandlersThatFailOrForgetAreA500) {
  start();
  EXPECT_EQ(ask(get("/throws")).substr(0, 12), "HTTP/1.1 500");
  EXPECT_EQ(ask(get("/dropped")).substr(0, 12), "HTTP/1.1 500");
}

TEST_F(HttpServerTest, AnAnswerThatNeverComesIsA503AndALateOneIsIgnored) {
  start({.deadlines = {.answer = milliseconds(80)}});
  RawClient waiting = client();
  ASSERT_TRUE(waiting.send(get("/later")));
  const Reply reply = next_later();
  EXPECT_EQ(waiting.response().substr(0, 12), "HTTP/1.1 503");
  reply.send(HttpResponse::text(200, "too late"));
  ASSERT_TRUE(waiting.send(get("/next")));
  EXPECT_TRUE(waiting.response().ends_with("GET /next [] "));
}

TEST_F(HttpServerTest, ABodyThatBreaksOffCutsTheConnection) {
  start();
  RawClient one = client();
  ASSERT_TRUE(one.send(get("/broken")));
  one.receive_all();
  EXPECT_TRUE(has(one.received, "Content-Length: 100000\r\n"));
  EXPECT_LT(one.received.size(), 60000U);
}

TEST_F(HttpServerTest, APathWithANulIsRefusedAndNotCutShort) {
  start();
  EXPECT_EQ(ask(get("/%00")).substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(ask(get("/?a=%00")).substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServerTest, HeadersBeyondTheLimitAreRefused) {
  start();
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\nX-Test: " + std::string(12000, 'a') + "\r\n\r\n")
                .substr(0, 12),
            "HTTP/1.1 200");
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\nX-Test: " + std::string(40000, 'a')).substr(0, 12),
            "HTTP/1.1 431");
  EXPECT_EQ(ask(get("/" + std::string(40000, 'a'))).substr(0, 10), "HTTP/1.1 4");
}

TEST_F(HttpServerTest, RequestBodiesAreThrownAwayOrRefused) {
  start();
  const std::string post = "POST /p HTTP/1.1\r\nHost: x\r\n";
  RawClient one = client();
  ASSERT_TRUE(one.send(post + "Content-Length: 5\r\n\r\nhello" + get("/next")));
  EXPECT_TRUE(one.response().ends_with("POST /p [] "));
  EXPECT_TRUE(one.response().ends_with("GET /next [] "));
  EXPECT_EQ(ask(post + "Content-Length: 4097\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(ask(post + "Transfer-Encoding: chunked\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
}

TEST_F(HttpServerTest, BytesThatAreNoHttpDoNoHarm) {
  start();
  for (const std::string_view bytes :
       {"\r\n\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "A B C D\n\n", "GET /%00%zz HTTP/1.1\r\nHost\r\n: :\r\n\r\n"}) {
    RawClient one = client();
    one.send(bytes);
  }
  EXPECT_EQ(ask(get("/")).substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServerTest, AnswersWhileManyClientsOfTheSameAddressSendAByteAtATime) {
  start({.deadlines = {.request = std::chrono::hours(1)}});
  std::vector<RawClient> slow;
  for (int i = 0; i < 150; ++i) {
    slow.push_back(client());
  }
  for (const char c : std::string_view("GET /s")) {
    for (RawClient& each : slow) {
      EXPECT_TRUE(each.send({&c, 1}));
    }
    EXPECT_TRUE(ask(get("/fast")).ends_with("GET /fast [] "));
  }
  for (RawClient& each : slow) {
    EXPECT_TRUE(each.send("low HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_TRUE(each.response().ends_with("GET /slow [] "));
  }
}

TEST_F(HttpServerTest, AnswersWhileOthersHoldMoreConnectionsThanItAllows) {
  start({.max_connections = 50});
  std::vector<RawClient> slow;
  for (int i = 0; i < 150; ++i) {
    slow.push_back(client());
    slow.back().send("G");
    if (i % 10 == 0) {
      EXPECT_TRUE(ask(get("/fast")).ends_with("GET /fast [] "));
    }
  }
  EXPECT_TRUE(ask(get("/fast")).ends_with("GET /fast [] "));
  EXPECT_GE(server_->counters().evicted, 90U);
}

TEST_F(HttpServerTest, ARequestThatIsNotWholeAtItsDeadlineIsCut) {
  start({.deadlines = {.request = milliseconds(200)}});
  RawClient first = client();
  first.send("GET / HT");
  first.receive_all();
  EXPECT_EQ(first.received, "");
  std::uint64_t cut = 1;
  for (std::string answer; answer.empty();
       ++cut) {  // again where we ourselves were held up so long
    RawClient second = client();
    second.send(get("/1") + "GET /2 HTTP/1.1\r\n");
    answer = second.response();
    EXPECT_TRUE(answer.empty() || answer.ends_with("GET /1 [] ")) << answer;
    second.receive_all();
    EXPECT_EQ(second.received, "");
  }
  RawClient third = client();
  third.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
  third.receive_all();
  EXPECT_EQ(third.received, "");
  EXPECT_EQ(server_->counters().timed_out, cut + 1);
}

TEST_F(HttpServerTest, AResponseThatIsNotTakenWholeByItsDeadlineIsCut) {
  start({.deadlines = {.body = milliseconds(150)}});
  RawClient slow = client();
  slow.send(get("/stream"));
  ASSERT_TRUE(slow.receive());
  while (server_->counters().timed_out == 0) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  slow.receive_all();
  EXPECT_LT(slow.received.size(), kStreamBytes);
}

TEST_F(HttpServerTest, StopsWhateverItsClientsAreDoing) {
  start();
  RawClient idle = client();
  ASSERT_TRUE(idle.send(get("/")));
  EXPECT_EQ(idle.response().substr(0, 12), "HTTP/1.1 200");
  RawClient silent = client();
  RawClient slow = client();
  slow.send("GET /");
  RawClient reading = client();
  reading.send(get("/stream"));
  ASSERT_TRUE(reading.receive());
  RawClient waiting = client();
  waiting.send(get("/later"));
  const Reply reply = next_later();
  server_->stop();
  for (RawClient* each : {&idle, &silent, &slow, &reading, &waiting}) {
    each->receive_all();
  }
  EXPECT_EQ(server_->counters().open, 0U);
  server_.reset();
  reply.send(HttpResponse::text(200, "nobody is there"));
}

TEST_F(HttpServerTest, RepliesSentWhileItStopsGoNowhereSafely) {
  for (int round = 0; round < 20; ++round) {
    start();
    std::deque<RawClient> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(client());
      clients.back().send(get("/later"));
    }
    const Reply first = next_later();
    std::jthread answering([&] {
      first.send(HttpResponse::text(200, "x"));
      for (int i = 0; i < 100; ++i) {
        later_.with([](auto& replies) { replies.clear(); });
      }
    });
    server_.reset();
  }
}

TEST(HttpServer, ListensOnSeveralAddressesAndSaysWhichIsTaken) {
  const auto handler = [](const HttpRequest&, const Reply& reply) {
    reply.send(HttpResponse::text(200, "ok"));
  };
  const HttpServer server({.addresses = {"127.0.0.1:0", "127.0.0.1:0"}}, handler);
  for (const std::size_t listener : {0U, 1U}) {
    RawClient one(server.port(listener));
    one.send(get("/"));
    EXPECT_TRUE(one.response().ends_with("ok"));
  }
  EXPECT_NE(server.addresses()[0], server.addresses()[1]);
  try {
    const HttpServer second({.addresses = {"127.0.0.1:0", server.addresses()[1]}, .flag = "--addr"},
                            handler);
    FAIL() << "the port is taken";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("--addr " + server.addresses()[1] + ": "), 0U)
        << error.what();
  }
}

}  // namespace
}  // namespace weir
