#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "bench/scrape_common.hpp"
#include "bench/series_data.hpp"
#include "weir/io/http_server.hpp"
#include "weir/sink/exposition.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/web/scrape_worker.hpp"

// scrape_bench SERIES DIRECTORY: what a scrape of so many series costs; bodies are left in the
// directory to be checked. See scrape.sh.

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;

/// The web side's view of a sink, without all else.
class Backend final : public WebBackend {
 public:
  explicit Backend(const PrometheusSink& sink) : sink_(sink) {}
  [[nodiscard]] std::string not_ready() const override { return ""; }
  std::variant<ScrapeBody, NotStarted> scrape(bool /*openmetrics*/) override {
    const auto body =
        std::make_shared<const ExpositionBody>(sink_.snapshot(), "", ExpositionFormat::text);
    return ScrapeBody{std::string(content_type(ExpositionFormat::text)), body->size(), [body] {
                        return [reader = ExpositionBody::Reader(body)](char* out,
                                                                       std::size_t room) mutable {
                          return reader.read(out, room);
                        };
                      }};
  }
  [[nodiscard]] std::string page() const override { return ""; }
  void reload(std::function<void(const std::string& why)> done) override { done({}); }

 private:
  const PrometheusSink& sink_;
};

void fill(PrometheusSink& sink, std::size_t series) {
  Accounts accounts;
  FlowBatch batch;
  std::size_t written = 0;
  for (const std::size_t index : bench::shuffled(series)) {
    bench::append_flow(batch, bench::pair_of(index), bench::bytes_of(index));
    if (batch.full()) {
      sink.write(batch, accounts);
      batch.clear();
    }
    if (++written % 50'000 == 0) {
      sink.commit({});
    }
  }
  sink.write(batch, accounts);
  sink.commit({});
}

double text_bytes(const PrometheusSink& sink) {
  double bytes = 0;
  for (const MetricSnapshot& metric : sink.snapshot().metrics) {
    for (SeriesId id = 0; id < metric.values.size(); ++id) {
      bytes += metric.registry->series(id).text_size;
    }
  }
  return bytes;
}

struct HoldUp {
  double write = 0;
  double commit = 0;
};

/// Counts at a steady pace for as long as `meanwhile` takes; the longest calls, in milliseconds.
template <typename Meanwhile>
HoldUp longest_calls(PrometheusSink& sink, std::size_t series, Meanwhile&& meanwhile) {
  HoldUp longest;
  std::atomic<bool> done{false};
  std::jthread ingesting([&] {
    std::mt19937_64 random(2);
    Accounts accounts;
    FlowBatch batch;
    const auto timed = [](double& most, auto&& call) {
      const auto begin = Clock::now();
      call();
      most =
          std::max(most, std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    };
    for (int round = 1; !done; ++round) {
      while (!batch.full()) {
        bench::append_flow(batch, bench::pair_of(random() % series), 0);
      }
      timed(longest.write, [&] { sink.write(batch, accounts); });
      batch.clear();
      if (round % 20 == 0) {
        timed(longest.commit, [&] { sink.commit({}); });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  meanwhile();
  done = true;
  ingesting.join();
  return longest;
}

void run(std::size_t series, const std::string& directory) {
  const double before = bench::memory("VmRSS");
  PrometheusSink sink({.metrics = bench::default_metrics()});
  fill(sink, series);
  const double at_rest = bench::memory("VmRSS");
  const double text = text_bytes(sink);
  std::printf("%zu series, %.0f B of label text each\n", series,
              text / static_cast<double>(series));
  std::printf("%-16s at rest         %5.0f B a series above its label text\n", "weir",
              (at_rest - before - text) / static_cast<double>(series));
  Backend backend(sink);
  ScrapeWorker worker(backend, std::chrono::milliseconds(0));  // each scrape makes its own body
  HttpServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  HttpServer server(options, [&worker](const HttpRequest& request, Reply reply) {
    worker.answer(request, std::move(reply));
  });
  for (const bool gzip : {false, true}) {
    bench::measure_scrapes("weir", server.port(), gzip, static_cast<double>(series), before, text);
  }
  const HoldUp alone =
      longest_calls(sink, series, [] { std::this_thread::sleep_for(std::chrono::seconds(3)); });
  const HoldUp scraped = longest_calls(sink, series, [&] {
    for (int round = 0; round < 3; ++round) {
      bench::scrape(server.port(), false);
      bench::scrape(server.port(), true);
    }
  });
  std::printf(
      "longest write of 256 records, commit of 5120: %.1f, %.1f ms; while scraped %.1f, %.1f ms\n",
      alone.write, alone.commit, scraped.write, scraped.commit);
  bench::scrape(server.port(), false, directory + "/weir.plain");
  bench::scrape(server.port(), true, directory + "/weir.gzip");
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  weir::bench::be_the_client_if_asked(argc, argv);
  if (argc != 3) {
    std::fprintf(stderr, "usage: scrape_bench SERIES DIRECTORY (./dev bench scrape does it all)\n");
    return 2;
  }
  weir::run(static_cast<std::size_t>(std::atoll(argv[1])), argv[2]);
}
