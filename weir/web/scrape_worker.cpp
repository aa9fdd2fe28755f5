#include "weir/web/scrape_worker.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "weir/base/log.hpp"
#include "weir/io/gzip.hpp"
#include "weir/web/negotiation.hpp"

namespace weir {
namespace {

ScrapeBody compressed(const ScrapeBody& plain) {
  constexpr std::size_t kPiece = std::size_t{128} << 10;
  const auto out = std::make_shared<std::string>();
  // Far more than it takes. Growing would copy, with the old and the new one there at the same
  // time; memory that is never written costs only addresses.
  out->reserve(plain.size / 2);
  GzipWriter gzip(*out);
  const auto read = plain.open();
  std::string piece(kPiece, '\0');
  while (const std::size_t size = read(piece.data(), piece.size())) {
    gzip.write(std::string_view(piece).substr(0, size));
  }
  gzip.finish();
  return {plain.content_type, out->size(),
          [out] {
            return [out, at = std::size_t{0}](char* to, std::size_t room) mutable {
              const std::size_t size = out->copy(to, room, at);
              at += size;
              return size;
            };
          },
          plain.seen};
}

/// Reads a body for one client, and tells when there is no more to read.
ScrapeBody::Reader whole_reader(const ScrapeBody& body) {
  return [read = body.open(), left = body.size, seen = body.seen](char* out,
                                                                  std::size_t room) mutable {
    const std::size_t size = read(out, room);
    left -= std::min<std::uint64_t>(size, left);
    if (left == 0 && seen) {
      std::exchange(seen, nullptr)();
    }
    return size;
  };
}

}  // namespace

ScrapeWorker::ScrapeWorker(WebBackend& backend, std::chrono::milliseconds share_for)
    : backend_(backend),
      share_for_(share_for),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

ScrapeWorker::~ScrapeWorker() {
  stop();
}

void ScrapeWorker::stop() {
  std::vector<Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    left.swap(waiting_);
  }
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  refuse(left, 503, "stopping\n");
}

void ScrapeWorker::answer(const HttpRequest& request, const Reply& reply) {
  const Kind kind{.openmetrics = accepts_openmetrics(request.header("Accept")),
                  .gzip = accepts_gzip(request.header("Accept-Encoding"))};
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      refusal = "stopping\n";
    } else if (waiting_.size() >= kMaxWaiting) {
      refusal = "too many scrapes at once\n";
    } else {
      waiting_.push_back({kind, reply});
    }
  }
  if (refusal != nullptr) {
    reply.send(HttpResponse::text(503, refusal));
  } else {
    wake_.notify_one();
  }
}

void ScrapeWorker::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<Waiting> requests;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
      requests.swap(waiting_);
    }
    for (const bool openmetrics : {false, true}) {
      std::vector<Waiting> alike;
      std::copy_if(requests.begin(), requests.end(), std::back_inserter(alike),
                   [&](const Waiting& each) { return each.kind.openmetrics == openmetrics; });
      if (!alike.empty()) {
        serve(alike);
      }
    }
  }
}

/// Answers requests for the same format.
void ScrapeWorker::serve(const std::vector<Waiting>& requests) {
  try {
    const auto zipped = [](const Waiting& each) { return each.kind.gzip; };
    const bool want_gzip = std::any_of(requests.begin(), requests.end(), zipped);
    const bool want_plain = !std::all_of(requests.begin(), requests.end(), zipped);
    const bool openmetrics = requests.front().kind.openmetrics;
    Content plain = young({openmetrics, false});
    Content gzipped = young({openmetrics, true});
    if ((want_plain && !plain) || (want_gzip && !gzipped)) {
      const auto begin = Clock::now();
      auto made = backend_.scrape(openmetrics);
      if (const auto* trouble = std::get_if<NotStarted>(&made)) {
        refuse(requests, 503, trouble->why + "\n");
        return;
      }
      plain = std::make_shared<const ScrapeBody>(std::get<ScrapeBody>(std::move(made)));
      gzipped = want_gzip ? std::make_shared<const ScrapeBody>(compressed(*plain)) : nullptr;
      last_duration_ = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    for (const Waiting& request : requests) {
      request.reply.send(response_of(request.kind, request.kind.gzip ? gzipped : plain));
    }
  } catch (const std::exception& error) {
    log::error("a scrape failed", {{"error", error.what()}});
    refuse(requests, 500, "the scrape failed; the log says why\n");
  }
}

void ScrapeWorker::refuse(const std::vector<Waiting>& requests, int status,
                          const std::string& text) {
  for (const Waiting& request : requests) {
    request.reply.send(HttpResponse::text(status, text));
  }
}

/// What is being read of this kind, if it was made a moment ago.
ScrapeWorker::Content ScrapeWorker::young(Kind kind) const {
  const auto oldest = Clock::now() - share_for_;
  for (const Body& body : bodies_) {
    if (body.kind == kind && body.made > oldest) {
      if (auto content = body.content.lock()) {
        return content;
      }
    }
  }
  return nullptr;
}

HttpResponse ScrapeWorker::response_of(Kind kind, const Content& content) {
  const auto stream = std::make_shared<Stream>();
  stream->content = content;
  stream->read = whole_reader(*content);
  tracked(kind, content).streams.push_back(stream);
  HttpResponse response;
  response.content_type = content->content_type;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (kind.gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  response.body = BodyStream{content->size, [stream](char* out, std::size_t room) {
                               const std::lock_guard lock(stream->mutex);
                               return stream->read ? stream->read(out, room) : 0;
                             }};
  return response;
}

/// Where the readers of `content` are noted. What was made longest ago belongs to the slowest
/// clients: they make room for it, at once, though they may not ask for more until their deadline.
ScrapeWorker::Body& ScrapeWorker::tracked(Kind kind, const Content& content) {
  std::erase_if(bodies_, [](const Body& each) { return each.content.expired(); });
  for (Body& body : bodies_) {
    if (body.content.lock() == content) {
      std::erase_if(body.streams, [](const auto& each) { return each.expired(); });
      return body;
    }
  }
  if (bodies_.size() >= kMaxBodies) {
    for (const auto& each : bodies_.front().streams) {
      if (const auto stream = each.lock()) {
        const std::lock_guard lock(stream->mutex);
        stream->read = nullptr;
        stream->content = nullptr;
      }
    }
    bodies_.pop_front();
  }
  return bodies_.emplace_back(Body{kind, Clock::now(), content, {}});
}

}  // namespace weir
