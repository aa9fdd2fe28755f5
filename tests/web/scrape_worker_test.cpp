#include "weir/web/scrape_worker.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/gunzip.hpp"
#include "tests/web/fake_backend.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoSharing{0};
constexpr std::chrono::hours kSharing{1};

HttpRequest asking(const std::string& accept = "", const std::string& encoding = "") {
  return {"GET", "/metrics", "", {{"Accept", accept}, {"Accept-Encoding", encoding}}};
}

HttpResponse ask(ScrapeWorker& worker, const HttpRequest& request = asking()) {
  Answer answer;
  worker.answer(request, answer.reply());
  return answer.wait();
}

/// Answers with the number of the scrape, the first of which waits to be let go.
class HeldBackend : public FakeBackend {
 public:
  HeldBackend() {
    on_scrape = [this](bool) {
      if (scrapes == 1) {
        held_.set_value();
        let_go_.get_future().wait();
      }
      return body_of(std::to_string(scrapes));
    };
  }
  void wait_until_held() { held_.get_future().wait(); }
  void let_go() { let_go_.set_value(); }

 private:
  std::promise<void> held_;
  std::promise<void> let_go_;
};

TEST(ScrapeWorkerTest, AnswersInTheFormatThatWasAskedFor) {
  FakeBackend backend;
  ScrapeWorker worker(backend);
  HttpResponse text = ask(worker);
  EXPECT_EQ(text.status, 200);
  EXPECT_EQ(read_body(text), "text");
  EXPECT_EQ(header_of(text, "Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(header_of(text, "Content-Encoding"), "");
  HttpResponse open = ask(worker, asking("application/openmetrics-text"));
  EXPECT_EQ(read_body(open), "open");
}

TEST(ScrapeWorkerTest, AGzippedBodyInflatesToThePlainOne) {
  FakeBackend backend;
  std::string big;
  for (int i = 0; i < 50000; ++i) {
    big += "flow_receive_bytes_total{source_as=\"" + std::to_string(i) + "\"} 1\n";
  }
  backend.on_scrape = [&](bool) { return body_of(big, "a/b"); };
  ScrapeWorker worker(backend);
  HttpResponse zipped = ask(worker, asking("", "gzip"));
  EXPECT_EQ(header_of(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(zipped.content_type, "a/b");
  const std::string bytes = read_body(zipped);
  EXPECT_EQ(bytes.size(), std::get<BodyStream>(zipped.body).size);
  EXPECT_LT(bytes.size(), big.size() / 4);
  EXPECT_EQ(gunzip(bytes), big);
  HttpResponse plain = ask(worker, asking("", "gzip;q=0"));
  EXPECT_EQ(read_body(plain), big);
}

TEST(ScrapeWorkerTest, WhatIsNotStartedIs503WithTheReason) {
  FakeBackend backend;
  backend.on_scrape = [](bool) { return NotStarted{"Kafka does not answer"}; };
  ScrapeWorker worker(backend);
  HttpResponse response = ask(worker);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(read_body(response), "Kafka does not answer\n");
}

TEST(ScrapeWorkerTest, ABackendThatThrowsIs500AndTheNextScrapeWorks) {
  FakeBackend backend;
  backend.on_scrape = [&](bool) -> std::variant<ScrapeBody, NotStarted> {
    if (backend.scrapes == 1) {
      throw std::runtime_error("no memory");
    }
    return body_of("again");
  };
  ScrapeWorker worker(backend);
  EXPECT_EQ(ask(worker).status, 500);
  HttpResponse next = ask(worker);
  EXPECT_EQ(read_body(next), "again");
}

TEST(ScrapeWorkerTest, ABodyThatBreaksWhileItIsCompressedIs500) {
  FakeBackend backend;
  backend.on_scrape = [&](bool) {
    return ScrapeBody{"a/b", 10, []() -> ScrapeBody::Reader {
                        return [](char*, std::size_t) -> std::size_t {
                          throw std::runtime_error("broken");
                        };
                      }};
  };
  ScrapeWorker worker(backend);
  EXPECT_EQ(ask(worker, asking("", "gzip")).status, 500);
}

TEST(ScrapeWorkerTest, RequestsThatWaitTogetherShareOneBody) {
  HeldBackend backend;
  ScrapeWorker worker(backend, kNoSharing);
  std::vector<Answer> answers(6);
  worker.answer(asking(), answers[0].reply());
  backend.wait_until_held();
  for (std::size_t i = 1; i < answers.size(); ++i) {
    worker.answer(asking("", i % 2 == 0 ? "gzip" : ""), answers[i].reply());
  }
  backend.let_go();
  HttpResponse first = answers[0].wait();
  EXPECT_EQ(read_body(first), "1");
  for (std::size_t i = 1; i < answers.size(); ++i) {
    HttpResponse response = answers[i].wait();
    const std::string body = read_body(response);
    EXPECT_EQ(i % 2 == 0 ? gunzip(body) : body, "2");
  }
  EXPECT_EQ(backend.scrapes, 2);
}

TEST(ScrapeWorkerTest, AYoungBodyIsSharedOnlyWhileSomebodyReadsIt) {
  FakeBackend backend;
  ScrapeWorker worker(backend, kSharing);
  {
    const HttpResponse first = ask(worker);
    const HttpResponse second = ask(worker);
    EXPECT_EQ(backend.scrapes, 1);
    ask(worker, asking("application/openmetrics-text"));
    EXPECT_EQ(backend.scrapes, 2);
  }
  HttpResponse third = ask(worker);
  EXPECT_EQ(backend.scrapes, 3);
  EXPECT_EQ(read_body(third), "text");
}

TEST(ScrapeWorkerTest, TheSlowestReadersMakeRoomAndTheirMemoryIsFreed) {
  FakeBackend backend;
  std::vector<std::weak_ptr<int>> made;
  backend.on_scrape = [&](bool) {
    const auto memory = std::make_shared<int>();
    made.push_back(memory);
    return ScrapeBody{"a/b", 100, [memory] {
                        return [memory](char* out, std::size_t) -> std::size_t {
                          *out = 'x';
                          return 1;
                        };
                      }};
  };
  ScrapeWorker worker(backend, kNoSharing);
  std::vector<HttpResponse> slow;
  for (std::size_t i = 0; i < ScrapeWorker::kMaxBodies; ++i) {
    slow.push_back(ask(worker));
  }
  char byte = 0;
  EXPECT_EQ(std::get<BodyStream>(slow[0].body).read(&byte, 1), 1U);
  slow.push_back(ask(worker));
  EXPECT_EQ(read_body(slow.back()).size(), 100U);
  EXPECT_TRUE(made[0].expired());
  EXPECT_EQ(std::get<BodyStream>(slow[0].body).read(&byte, 1), 0U);
  EXPECT_FALSE(made[1].expired());
  EXPECT_EQ(std::get<BodyStream>(slow[1].body).read(&byte, 1), 1U);
}

TEST(ScrapeWorkerTest, ABodyIsSeenWhenAClientHasItsLastByte) {
  FakeBackend backend;
  int seen = 0;
  backend.on_scrape = [&](bool) {
    ScrapeBody body = body_of("text");
    body.seen = [&seen] { ++seen; };
    return body;
  };
  ScrapeWorker worker(backend, kNoSharing);
  {
    HttpResponse never_read = ask(worker);
    HttpResponse cut = ask(worker);
    char bytes[3];
    EXPECT_EQ(std::get<BodyStream>(cut.body).read(bytes, sizeof bytes), 3U);
  }
  const HttpResponse zipped_never_read = ask(worker, asking("", "gzip"));
  EXPECT_EQ(seen, 0) << "compressing it is not sending it";
  HttpResponse plain = ask(worker);
  EXPECT_EQ(read_body(plain), "text");
  EXPECT_EQ(seen, 1);
  HttpResponse zipped = ask(worker, asking("", "gzip"));
  EXPECT_EQ(gunzip(read_body(zipped)), "text");
  EXPECT_EQ(seen, 2);
}

TEST(ScrapeWorkerTest, TooManyWaitingRequestsAre503) {
  HeldBackend backend;
  ScrapeWorker worker(backend);
  std::vector<Answer> answers(ScrapeWorker::kMaxWaiting + 1);
  worker.answer(asking(), answers[0].reply());
  backend.wait_until_held();
  for (std::size_t i = 1; i < answers.size(); ++i) {
    worker.answer(asking(), answers[i].reply());
  }
  EXPECT_EQ(ask(worker).status, 503);
  backend.let_go();
  for (Answer& answer : answers) {
    EXPECT_EQ(answer.wait().status, 200);
  }
}

TEST(ScrapeWorkerTest, StoppingAnswersThoseWhoWaitAndThoseWhoComeLater) {
  HeldBackend backend;
  ScrapeWorker worker(backend, kNoSharing);
  Answer made;
  Answer waiting;
  worker.answer(asking(), made.reply());
  backend.wait_until_held();
  worker.answer(asking(), waiting.reply());
  auto stopped = std::async(std::launch::async, [&] { worker.stop(); });
  // The scrape that is being made goes on; the one that waits is answered either way.
  backend.let_go();
  stopped.wait();
  EXPECT_EQ(made.wait().status, 200);
  const int status = waiting.wait().status;
  EXPECT_TRUE(status == 503 || status == 200) << status;
  EXPECT_EQ(ask(worker).status, 503);
}

}  // namespace
}  // namespace weir
