#include "weir/io/http_fetch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/io/gzip.hpp"
#include "weir/io/http_server.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

class HttpFetch : public testing::Test {
 protected:
  void handle(const HttpRequest& request, const Reply& reply) {
    HttpResponse response;
    if (request.path == "/never") {
      held_.with([&](auto& replies) { replies.push_back(reply); });
      arrived_.set_value();
      return;
    }
    if (request.path == "/gzip") {
      std::string packed;
      GzipWriter writer(packed);
      writer.write(std::string(100000, 'z'));
      writer.finish();
      response.headers = {{"Content-Encoding", "gzip"}};
      response.body = std::move(packed);
    } else if (request.path == "/large") {
      response.body = std::string(100000, 'z');
    } else if (request.path == "/missing") {
      response = HttpResponse::text(404, "no such thing");
    } else if (request.path.starts_with("/to/")) {
      response.status = 302;
      response.headers = {{"Location", request.path.substr(4)}};
    } else {
      response.body = request.header("User-Agent") + " " + request.header("Accept-Encoding");
    }
    reply.send(std::move(response));
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://" + server_.addresses()[0] + path;
  }
  [[nodiscard]] HttpFetchResult fetch(const std::string& path,
                                      const HttpFetchOptions& options = {}) const {
    return http_fetch(url(path), options, stop_.get_token());
  }

  Guarded<std::vector<Reply>> held_;
  std::promise<void> arrived_;
  std::stop_source stop_;
  HttpServer server_{
      {.addresses = {"127.0.0.1:0"}},
      [this](const HttpRequest& request, const Reply& reply) { handle(request, reply); }};
};

TEST_F(HttpFetch, GivesBodyAndStatus) {
  const HttpFetchResult result = fetch("/", {.user_agent = "weir/1"});
  EXPECT_TRUE(result.ok()) << result.error;
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.body, "weir/1 gzip");
}

TEST_F(HttpFetch, AStatusOfFailureIsNotOkButHasItsBody) {
  const HttpFetchResult result = fetch("/missing");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status, 404);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.body, "no such thing");
}

TEST_F(HttpFetch, GzipIsUnpacked) {
  EXPECT_EQ(fetch("/gzip").body, std::string(100000, 'z'));
}

TEST_F(HttpFetch, ABodyBeyondTheBoundIsAnErrorAlsoWherePackedItIsSmall) {
  for (const std::string path : {"/large", "/gzip"}) {
    EXPECT_EQ(fetch(path, {.max_bytes = 99999}).error, "the body is larger than 99999 bytes");
    EXPECT_EQ(fetch(path, {.max_bytes = 99999}).body, "");
    EXPECT_TRUE(fetch(path, {.max_bytes = 100000}).ok());
  }
}

TEST_F(HttpFetch, RedirectsAreFollowedAFewTimesAndNeverToFiles) {
  EXPECT_EQ(fetch("/to//to//missing").status, 404);
  EXPECT_FALSE(fetch("/to//to//to//to//to//to//").ok());
  const HttpFetchResult file = fetch("/to/file:///proc/self/status");
  EXPECT_FALSE(file.ok());
  EXPECT_NE(file.error, "");
  EXPECT_EQ(file.body, "");
}

TEST_F(HttpFetch, AnAnswerThatDoesNotComeInTimeIsAnError) {
  const HttpFetchResult result = fetch("/never", {.total_timeout = milliseconds(100)});
  EXPECT_FALSE(result.ok());
  EXPECT_NE(result.error, "");
}

TEST_F(HttpFetch, StoppingEndsIt) {
  HttpFetchResult result;
  {
    const std::jthread fetching([&] { result = fetch("/never"); });
    arrived_.get_future().wait();
    stop_.request_stop();
  }
  EXPECT_EQ(result.error, "stopped");
  EXPECT_EQ(fetch("/").error, "stopped");
}

TEST_F(HttpFetch, NobodyListeningIsAnError) {
  const HttpFetchResult result = http_fetch("http://127.0.0.1:1/", {}, {});
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.error, "");
}

TEST(HttpFetchOf, FilesWorksAndOtherSchemesDoNot) {
  EXPECT_NE(http_fetch("file:///proc/self/status", {}, {}).body.find("VmRSS"), std::string::npos);
  EXPECT_FALSE(http_fetch("file:///no/such/file", {}, {}).ok());
  EXPECT_FALSE(http_fetch("ftp://127.0.0.1:1/x", {}, {}).ok());
  EXPECT_FALSE(http_fetch("", {}, {}).ok());
}

TEST(WithoutCredentials, HidesUserAndPasswordOnly) {
  EXPECT_EQ(without_credentials("https://u:p@host/a@b?c"), "https://host/a@b?c");
  EXPECT_EQ(without_credentials("https://u:p%40@host"), "https://host");
  EXPECT_EQ(without_credentials("http://host/a@b"), "http://host/a@b");
  EXPECT_EQ(without_credentials("http://host"), "http://host");
  EXPECT_EQ(without_credentials("/a/file@x"), "/a/file@x");
}

}  // namespace
}  // namespace weir
