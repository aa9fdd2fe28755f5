#include "weir/io/http.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace weir {
namespace {

TEST(HttpRequest, HeadersAreFoundInAnyCaseAndJoinedWhereThereAreSeveral) {
  const HttpRequest request{.method = "GET",
                            .path = "/",
                            .query = "",
                            .headers = {{"Accept", "text/plain"},
                                        {"Host", "here"},
                                        {"ACCEPT", "application/openmetrics-text"},
                                        {"Empty", ""}}};
  EXPECT_EQ(request.header("accept"), "text/plain, application/openmetrics-text");
  EXPECT_EQ(request.header("HOST"), "here");
  EXPECT_EQ(request.header("empty"), "");
  EXPECT_EQ(request.header("Acc"), "");
}

TEST(Reply, OnlyTheFirstAnswerCounts) {
  std::vector<int> answers;
  const Reply reply([&](const HttpResponse& response) { answers.push_back(response.status); });
  const Reply copy = reply;
  copy.send(HttpResponse::text(200, ""));
  reply.send(HttpResponse::text(404, ""));
  EXPECT_EQ(answers, std::vector<int>{200});
}

TEST(Reply, DroppedByTheLastHolderBecomesA500) {
  std::vector<int> answers;
  std::optional<Reply> reply(
      std::in_place, [&](const HttpResponse& response) { answers.push_back(response.status); });
  std::optional<Reply> copy = reply;
  reply.reset();
  EXPECT_TRUE(answers.empty());
  copy.reset();
  EXPECT_EQ(answers, std::vector<int>{500});
}

TEST(Reply, ThatWasSentIsNotAnsweredAgainWhenDropped) {
  std::vector<int> answers;
  {
    const Reply reply([&](const HttpResponse& response) { answers.push_back(response.status); });
    reply.send(HttpResponse::text(204, ""));
  }
  EXPECT_EQ(answers, std::vector<int>{204});
}

}  // namespace
}  // namespace weir
