#include "weir/io/http.hpp"

#include <algorithm>
#include <atomic>

namespace weir {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string HttpRequest::header(std::string_view name) const {
  std::string joined;
  bool found = false;
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) {
      joined += found ? ", " : "";
      joined += value;
      found = true;
    }
  }
  return joined;
}

HttpResponse HttpResponse::text(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(body)};
}

struct Reply::State {
  explicit State(std::function<void(HttpResponse)> to) : sink(std::move(to)) {}
  ~State() {
    if (!sent) {
      sink(HttpResponse::text(500, "no answer was made\n"));
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::function<void(HttpResponse)> sink;
  std::atomic<bool> sent{false};
};

Reply::Reply(std::function<void(HttpResponse)> sink)
    : state_(std::make_shared<State>(std::move(sink))) {}

void Reply::send(HttpResponse response) const {
  if (!state_->sent.exchange(true)) {
    state_->sink(std::move(response));
  }
}

}  // namespace weir
