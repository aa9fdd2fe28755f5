#include "weir/pipeline/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "tests/io/raw_client.hpp"
#include "tests/pipeline/fake_source.hpp"
#include "tests/support/gunzip.hpp"
#include "weir/base/error.hpp"
#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kReceived =
    R"({"as_src": 6939, "as_dst": 64500, "label": "r1", "bytes": 52})";

class ExporterTest : public testing::Test {
 protected:
  ExporterTest() {
    feed_->status.with([](SourceStatus& status) { status.origins = {{"flows", "0", 0, 0}}; });
    name_options_.source = "http://names.invalid/";
    name_options_.cache_folder = "";
    name_options_.fetch = [](const std::string&, const std::stop_token&) {
      return HttpFetchResult{200, "6939 HURRICANE, US\n64500 MINE, CZ\n", ""};
    };
  }

  ExporterParts parts() {
    ExporterParts parts;
    parts.plan.names = std::make_shared<AsNameLookup>(name_options_);
    parts.plan.metrics = as_traffic_metrics({64500}, parts.plan.names, 1000);
    parts.plan.format = "json";
    parts.plan.facts = {{"Source", "a test"}};
    parts.sink =
        std::make_unique<PrometheusSink>(PrometheusSinkOptions{.metrics = parts.plan.metrics});
    parts.source = std::make_unique<FakeSource>(feed_);
    parts.http.addresses = {"127.0.0.1:0"};
    return parts;
  }
  void start(ExporterParts all) { exporter_.emplace(std::move(all)); }
  void start() { start(parts()); }

  [[nodiscard]] std::uint16_t port() const {
    const std::string& address = exporter_->addresses().front();
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  }
  [[nodiscard]] std::string ask(const std::string& path, const std::string& headers = "",
                                const std::string& method = "GET") const {
    RawClient client(port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return client.response(method != "HEAD");
  }
  /// Scrapes until `sample` is there; a commit, and with it this, may take a second.
  std::string scrape_until(const std::string& sample) {
    for (int tries = 0; tries < 6000; ++tries) {
      const std::string response = ask("/metrics");
      if (response.find(sample) != std::string::npos) {
        return response;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << sample << " never came";
    return {};
  }
  void wait_until_ready() const {
    while (!exporter_->not_ready().empty()) {
      std::this_thread::yield();
    }
  }

  std::shared_ptr<FakeFeed> feed_ = std::make_shared<FakeFeed>();
  AsNameOptions name_options_;
  std::optional<Exporter> exporter_;
};

TEST_F(ExporterTest, WhatWasReadIsServedAndAddsUp) {
  start();
  feed_->send(kReceived);
  feed_->send(kReceived);
  feed_->send(R"({"as_src": 64500, "as_dst": 1, "bytes": 7})");
  feed_->send(R"({"as_src": 1, "as_dst": 2, "bytes": 7})");
  feed_->send("no json");
  const std::string response =
      scrape_until("weir_messages_total{topic=\"flows\",partition=\"0\"} 5\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(
      response,
      HasSubstr("\nflow_receive_bytes_total{source_as=\"6939\",source_as_name=\"HURRICANE\","
                "destination_as=\"64500\",destination_as_name=\"MINE\",hostname=\"r1\"} 104\n"));
  EXPECT_THAT(response,
              HasSubstr("\nflow_transmit_bytes_total{source_as=\"64500\",source_as_name=\"MINE\","
                        "destination_as=\"1\",destination_as_name=\"\",hostname=\"\"} 7\n"));
  EXPECT_THAT(response, HasSubstr("\nweir_records_counted_total 3\n"));
  EXPECT_THAT(response, HasSubstr("{reason=\"no_metric\"} 1\n"));
  EXPECT_THAT(response, HasSubstr("{reason=\"not_json\"} 1\n"));
  EXPECT_THAT(response, HasSubstr("\nweir_records_unaccounted 0\n"));
  EXPECT_THAT(response, HasSubstr("\nweir_consumer_offset{topic=\"flows\",partition=\"0\"} 5\n"));
}

TEST_F(ExporterTest, AFilterLeavesOutTheRest) {
  ExporterParts all = parts();
  all.plan.where = Filter::compile("bytes > 100");
  start(std::move(all));
  feed_->send(kReceived);
  const std::string response = scrape_until("{reason=\"where\"} 1\n");
  EXPECT_THAT(response, Not(HasSubstr("\nflow_receive_bytes_total{")));
  EXPECT_THAT(response, HasSubstr("\nweir_records_unaccounted 0\n"));
}

TEST_F(ExporterTest, OpenMetricsAndGzipAreGivenToWhoeverAsks) {
  start();
  feed_->send(kReceived);
  scrape_until("} 52\n");
  const std::string response =
      ask("/metrics",
          "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n"
          "Accept-Encoding: gzip\r\n");
  EXPECT_THAT(response, HasSubstr("application/openmetrics-text; version=1.0.0"));
  EXPECT_THAT(response, HasSubstr("Content-Encoding: gzip"));
  const std::string body = gunzip(response.substr(response.find("\r\n\r\n") + 4));
  EXPECT_THAT(body, HasSubstr("# TYPE flow_receive_bytes counter\nflow_receive_bytes_total{"));
  EXPECT_THAT(body, EndsWith("# EOF\n"));
}

TEST_F(ExporterTest, HeadHasTheLengthAndNoBody) {
  start();
  const std::string response = ask("/metrics", "Connection: close\r\n", "HEAD");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(response, HasSubstr("Content-Length: "));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST_F(ExporterTest, BeforeTheStartIsSettledAScrapeIs503WithTheReason) {
  feed_->status.with([](SourceStatus& status) {
    status.started = false;
    status.healthy = false;
    status.trouble = "no broker answers";
  });
  start();
  const std::string response = ask("/metrics");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(response, EndsWith("no broker answers\n"));
  EXPECT_THAT(ask("/-/ready"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(ask("/-/healthy"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("/"), HasSubstr("Not ready: no broker answers"));
  feed_->status.with([](SourceStatus& status) {
    status.started = true;
    status.healthy = true;
    status.trouble = "";
  });
  EXPECT_THAT(ask("/metrics"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("/-/ready"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ExporterTest, TroubleLaterTurnsReadyOffAndKeepsServing) {
  start();
  feed_->send(kReceived);
  scrape_until("} 52\n");
  feed_->status.with([](SourceStatus& status) {
    status.healthy = false;
    status.trouble = "the broker went away";
  });
  EXPECT_THAT(ask("/-/ready"), EndsWith("the broker went away\n"));
  EXPECT_THAT(ask("/metrics"), HasSubstr("} 52\n"));
}

TEST_F(ExporterTest, TheEndOfItsSourceIsNoReasonToStopServing) {
  feed_->send(kReceived);
  feed_->ends = true;
  start();
  scrape_until("} 52\n");
  EXPECT_THAT(ask("/metrics"), HasSubstr("} 52\n"));
  EXPECT_THAT(ask("/-/ready"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ExporterTest, StoppingCommitsWhatWasRead) {
  start();
  wait_until_ready();
  feed_->send(kReceived);
  feed_->wait_until_read(1);
  exporter_.reset();
  const auto committed = feed_->committed.with([](const auto& all) { return all; });
  ASSERT_FALSE(committed.empty());
  EXPECT_EQ(committed.back().origins.at(0).next, 1);
}

TEST_F(ExporterTest, SeriesWaitForTheFirstNames) {
  std::promise<void> let_go;
  std::shared_future<void> gate(let_go.get_future());
  name_options_.fetch = [gate](const std::string&, const std::stop_token&) {
    gate.wait();
    return HttpFetchResult{200, "6939 LATE, US\n", ""};
  };
  ExporterParts all = parts();
  all.names_patience = std::chrono::hours(1);
  start(std::move(all));
  feed_->send(kReceived);
  EXPECT_THAT(exporter_->not_ready(), HasSubstr("AS names"));
  EXPECT_THAT(ask("/metrics"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(feed_->read, 0);
  let_go.set_value();
  EXPECT_THAT(scrape_until("} 52\n"), HasSubstr("source_as_name=\"LATE\""));
}

TEST_F(ExporterTest, NamesThatDoNotComeAreNotWaitedForForLong) {
  name_options_.fetch = [](const std::string&, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return HttpFetchResult{0, "", "stopped"};
  };
  ExporterParts all = parts();
  all.names_patience = std::chrono::milliseconds(1);
  start(std::move(all));
  feed_->send(kReceived);
  EXPECT_THAT(scrape_until("} 52\n"), HasSubstr("source_as_name=\"\""));
}

TEST_F(ExporterTest, ItStopsWhileItWaitsForNames) {
  name_options_.fetch = [](const std::string&, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::yield();
    }
    return HttpFetchResult{0, "", "stopped"};
  };
  ExporterParts all = parts();
  all.names_patience = std::chrono::hours(1);
  start(std::move(all));
  EXPECT_THAT(exporter_->not_ready(), HasSubstr("AS names"));
  exporter_.reset();
}

TEST_F(ExporterTest, WhatAPartThrowsIsToldAndDoesNotEscape) {
  std::promise<void> failed;
  ExporterParts all = parts();
  all.on_failure = [&] { failed.set_value(); };
  start(std::move(all));
  EXPECT_EQ(exporter_->failure(), "");
  feed_->throws = true;
  failed.get_future().wait();
  EXPECT_EQ(exporter_->failure(), "the disk is full");
  EXPECT_THAT(ask("/-/ready"), EndsWith("cannot go on: the disk is full\n"));
  EXPECT_THAT(ask("/metrics"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ExporterTest, ReloadFetchesTheNamesAgain) {
  auto fetches = std::make_shared<std::atomic<int>>(0);
  name_options_.fetch = [fetches](const std::string&, const std::stop_token&) {
    return HttpFetchResult{200, ++*fetches == 1 ? "6939 OLD, US\n" : "6939 NEW, US\n", ""};
  };
  ExporterParts all = parts();
  all.routes.enable_lifecycle = true;
  start(std::move(all));
  feed_->send(kReceived);
  EXPECT_THAT(scrape_until("} 52\n"), HasSubstr("source_as_name=\"OLD\""));
  EXPECT_THAT(ask("/-/reload", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 200 "));
  while (*fetches < 2) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 6000 && ask("/metrics").find("NEW") == std::string::npos; ++i) {
    feed_->send(kReceived);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // The old series goes with the commit after the scrape that has seen its last value.
  std::string response = ask("/metrics");
  for (int i = 0; i < 6000 && response.find("OLD") != std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    response = ask("/metrics");
  }
  EXPECT_THAT(response, HasSubstr("source_as_name=\"NEW\""));
  EXPECT_THAT(response, Not(HasSubstr("source_as_name=\"OLD\"")));
}

TEST_F(ExporterTest, AReloadGoesOnByAnotherPlan) {
  ExporterParts all = parts();
  all.routes.enable_lifecycle = true;
  auto reloads = std::make_shared<std::atomic<int>>(0);
  all.replan = [reloads](const ExportPlan& now) {
    if (++*reloads == 1) {
      throw Error::usage("weir.yaml:3:1: no such field");
    }
    ExportPlan next = now;
    Metric metric;
    metric.name = "packets_total";
    metric.help = "Packets.";
    metric.value = field("packets");
    next.metrics = {now.metrics[0], metric};
    next.facts = {{"Source", "another"}};
    return next;
  };
  start(std::move(all));
  feed_->send(kReceived);
  scrape_until("} 52\n");
  const auto reload = [&] { return ask("/-/reload", "Content-Length: 0\r\n", "POST"); };
  const std::string refused = reload();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(refused, HasSubstr("weir.yaml:3:1: no such field"));
  EXPECT_THAT(ask("/metrics"), HasSubstr("\nweir_config_last_reload_successful 0\n"));
  EXPECT_THAT(reload(), StartsWith("HTTP/1.1 200 "));
  feed_->send(R"({"as_src": 6939, "as_dst": 64500, "label": "r1", "bytes": 8, "packets": 7})");
  const std::string metrics = scrape_until("\npackets_total{} 7\n");
  EXPECT_THAT(metrics, HasSubstr("} 60\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("flow_transmit_bytes_total")));
  EXPECT_THAT(metrics, HasSubstr("\nweir_config_last_reload_successful 1\n"));
  EXPECT_THAT(ask("/"), HasSubstr("Source</th><td>another<"));
}

TEST_F(ExporterTest, ThePageTellsItsSetup) {
  start();
  const std::string page = ask("/");
  EXPECT_THAT(page, HasSubstr("Source</th><td>a test<"));
  EXPECT_THAT(page, HasSubstr("flow_transmit_bytes_total"));
}

TEST_F(ExporterTest, AnAddressThatCannotBeTakenIsAnErrorThatNamesTheFlag) {
  ExporterParts all = parts();
  all.http.addresses = {"127.0.0.1:70000"};
  try {
    start(std::move(all));
    ADD_FAILURE() << "it started";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--web.listen-address"));
  }
}

}  // namespace
}  // namespace weir
