#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "weir/io/http.hpp"
#include "weir/web/backend.hpp"

namespace weir {

/// A body that says its text.
inline ScrapeBody body_of(std::string text, std::string content_type = "text/plain") {
  const auto whole = std::make_shared<const std::string>(std::move(text));
  return {std::move(content_type), whole->size(), [whole] {
            return [whole, at = std::size_t{0}](char* out, std::size_t room) mutable {
              const std::size_t size = whole->copy(out, room, at);
              at += size;
              return size;
            };
          }};
}

/// Answers what the test has put there.
class FakeBackend : public WebBackend {
 public:
  std::function<std::variant<ScrapeBody, NotStarted>(bool)> on_scrape = [](bool openmetrics) {
    return body_of(openmetrics ? "open" : "text");
  };
  std::string trouble;
  std::atomic<int> scrapes{0};
  std::atomic<int> reloads{0};
  std::string reload_failure;
  std::optional<std::string> refusals;

  [[nodiscard]] std::string not_ready() const override { return trouble; }
  std::variant<ScrapeBody, NotStarted> scrape(bool openmetrics) override {
    ++scrapes;
    return on_scrape(openmetrics);
  }
  [[nodiscard]] std::string page() const override { return "<p>page</p>"; }
  [[nodiscard]] std::optional<std::string> refused() const override { return refusals; }
  void reload(std::function<void(const std::string& why)> done) override {
    ++reloads;
    done(reload_failure);
  }
};

/// A reply whose answer can be waited for.
class Answer {
 public:
  Reply reply() {
    return Reply(
        [promise = promise_](HttpResponse response) { promise->set_value(std::move(response)); });
  }
  HttpResponse wait() { return promise_->get_future().get(); }

 private:
  std::shared_ptr<std::promise<HttpResponse>> promise_ =
      std::make_shared<std::promise<HttpResponse>>();
};

/// The value of a response's header, empty where there is none.
inline std::string header_of(const HttpResponse& response, const std::string& name) {
  return HttpRequest{"", "", "", response.headers}.header(name);
}

/// The whole body; shorter than its announced size where it was cut.
inline std::string read_body(HttpResponse& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    return *text;
  }
  auto& stream = std::get<BodyStream>(response.body);
  std::string body(stream.size, '\0');
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t size = stream.read(body.data() + at, body.size() - at);
    if (size == 0) {
      break;
    }
    at += size;
  }
  body.resize(at);
  return body;
}

}  // namespace weir
