#include "weir/web/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/web/fake_backend.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class RoutesTest : public testing::Test {
 protected:
  HttpResponse ask(const std::string& method, const std::string& path,
                   RouteOptions options = RouteOptions{}) {
    const Routes routes(backend_, scrapes_, options);
    Answer answer;
    routes({method, path, "", {}}, answer.reply());
    return answer.wait();
  }
  std::string body(const std::string& path) {
    HttpResponse response = ask("GET", path);
    return read_body(response);
  }

  FakeBackend backend_;
  ScrapeWorker scrapes_{backend_};
};

TEST_F(RoutesTest, MetricsAreAScrape) {
  EXPECT_EQ(body("/metrics"), "text");
}

TEST_F(RoutesTest, ThePageIsHtmlThatLoadsNothingFromElsewhere) {
  HttpResponse response = ask("GET", "/");
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(read_body(response), "<p>page</p>");
  EXPECT_TRUE(header_of(response, "Content-Security-Policy").starts_with("default-src 'none'"));
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
}

TEST_F(RoutesTest, HealthyAlwaysReadyOnlyWhenItIs) {
  EXPECT_EQ(ask("GET", "/-/healthy").status, 200);
  EXPECT_EQ(ask("GET", "/-/ready").status, 200);
  backend_.trouble = "no broker answers";
  EXPECT_EQ(ask("GET", "/-/healthy").status, 200);
  EXPECT_EQ(ask("GET", "/-/ready").status, 503);
  EXPECT_EQ(body("/-/ready"), "no broker answers\n");
}

TEST_F(RoutesTest, RefusedRecordsAreJsonThatNoBrowserTakesForSomethingElse) {
  backend_.refusals = R"({"reasons":{}})";
  HttpResponse response = ask("GET", "/api/v1/refused");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(read_body(response), R"({"reasons":{}})");
  EXPECT_EQ(ask("POST", "/api/v1/refused").status, 405);
}

TEST_F(RoutesTest, AProgramThatKeepsNoRefusedRecordsSaysSo) {
  EXPECT_EQ(ask("GET", "/api/v1/refused").status, 404);
}

TEST_F(RoutesTest, UnknownPathsAre404) {
  for (const char* path : {"/metrics/", "/Metrics", "", "//", "/-/", "/favicon.ico"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
  }
  EXPECT_EQ(ask("POST", "/nothing").status, 404);
}

TEST_F(RoutesTest, WrongMethodsAre405AndSayWhichAreAllowed) {
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/ready"}) {
    const HttpResponse response = ask("POST", path);
    EXPECT_EQ(response.status, 405) << path;
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD") << path;
  }
  const HttpResponse response = ask("GET", "/-/reload", {.enable_lifecycle = true});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header_of(response, "Allow"), "POST, PUT");
  EXPECT_EQ(backend_.reloads, 0);
}

TEST_F(RoutesTest, ReloadingNeedsTheFlag) {
  HttpResponse refused = ask("POST", "/-/reload");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(read_body(refused).find("--web.enable-lifecycle"), std::string::npos);
  EXPECT_EQ(backend_.reloads, 0);
  EXPECT_EQ(ask("POST", "/-/reload", {.enable_lifecycle = true}).status, 200);
  EXPECT_EQ(ask("PUT", "/-/reload", {.enable_lifecycle = true}).status, 200);
  EXPECT_EQ(backend_.reloads, 2);
  backend_.reload_failure = "weir.yaml:3:1: no";
  HttpResponse failed = ask("POST", "/-/reload", {.enable_lifecycle = true});
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(read_body(failed), HasSubstr("weir.yaml:3:1: no"));
}

}  // namespace
}  // namespace weir
