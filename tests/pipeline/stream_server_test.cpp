#include "weir/pipeline/stream_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/io/raw_client.hpp"
#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StreamServerTest : public testing::Test {
 protected:
  StreamServerParts parts() {
    StreamServerParts parts;
    parts.status = [this] { return status_.with([](const StreamStatus& all) { return all; }); };
    parts.http.addresses = {"127.0.0.1:0"};
    parts.facts = {{"Kafka", "k:9092, topic <flows>"}};
    return parts;
  }
  void start() { server_.emplace(parts()); }
  [[nodiscard]] std::string ask(const std::string& path, const std::string& headers = "",
                                const std::string& method = "GET") const {
    const std::string& address = server_->addresses().front();
    RawClient client(
        static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1))));
    client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return client.response();
  }

  Guarded<StreamStatus> status_;
  std::optional<StreamServer> server_;
};

TEST_F(StreamServerTest, MetricsAreThoseOfTheMoment) {
  start();
  status_.with([](StreamStatus& all) { all.windows_sent = 17; });
  const std::string response = ask("/metrics");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(response, HasSubstr("version=0.0.4"));
  EXPECT_THAT(response, HasSubstr("\nweir_windows_sent_total 17\n"));
  EXPECT_THAT(response, HasSubstr("\nweir_http_requests_total 1\n"));
}

TEST_F(StreamServerTest, OpenMetricsEndsWithItsMark) {
  start();
  const std::string response = ask("/metrics", "Accept: application/openmetrics-text\r\n");
  EXPECT_THAT(response, HasSubstr("\n# TYPE weir_windows_sent counter\n"));
  EXPECT_THAT(response, EndsWith("\n# EOF\n"));
}

TEST_F(StreamServerTest, ReadyIsNotSaidInTrouble) {
  start();
  EXPECT_THAT(ask("/-/ready"), StartsWith("HTTP/1.1 200 "));
  status_.with([](StreamStatus& all) { all.trouble = "no broker answers at k:9092"; });
  const std::string response = ask("/-/ready");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(response, EndsWith("\r\n\r\nno broker answers at k:9092\n"));
  EXPECT_THAT(ask("/-/healthy"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(StreamServerTest, ThePageTellsHowItStands) {
  start();
  std::string page = ask("/");
  EXPECT_THAT(page, HasSubstr("Kafka</th><td>k:9092, topic &lt;flows&gt;<"));
  EXPECT_THAT(page, HasSubstr("Last finished</th><td>none yet<"));
  EXPECT_THAT(page, HasSubstr("Skipped</th><td>0<"));
  EXPECT_THAT(page, HasSubstr("sent to Kafka."));
  EXPECT_THAT(page, Not(HasSubstr("Mended")));
  status_.with([](StreamStatus& all) {
    all.last = parse_window("202611212305");
    all.last_end = std::chrono::sys_seconds(std::chrono::seconds(86400));
    all.rows = 1234567;
    all.mended = 5;
    all.failures = {{"cut_off", 2}, {"timeout", 1}};
    all.trouble = "window 202611212310 cannot be sent: <why>";
  });
  page = ask("/");
  EXPECT_THAT(page, HasSubstr("202611212305, ended 1970-01-02T00:00:00Z<"));
  EXPECT_THAT(page, HasSubstr("Sent</th><td>1,234,567<"));
  EXPECT_THAT(page, HasSubstr("Failed runs</th><td>3 (2 cut_off, 1 timeout)<"));
  EXPECT_THAT(page, HasSubstr("Mended</th><td>5 texts"));
  EXPECT_THAT(page, HasSubstr("Not ready: window 202611212310 cannot be sent: &lt;why&gt;"));
}

TEST_F(StreamServerTest, ReloadingIsOffUnlessAllowed) {
  int reloads = 0;
  StreamServerParts all = parts();
  all.on_reload = [&] { ++reloads; };
  server_.emplace(std::move(all));
  EXPECT_THAT(ask("/-/reload", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(reloads, 0);
  server_.reset();
  all = parts();
  all.on_reload = [&] { ++reloads; };
  all.routes.enable_lifecycle = true;
  server_.emplace(std::move(all));
  EXPECT_THAT(ask("/-/reload", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 200 "));
  server_.reset();
  EXPECT_EQ(reloads, 1);
}

TEST_F(StreamServerTest, AnAddressThatIsNoneNamesItsFlag) {
  StreamServerParts all = parts();
  all.http.addresses = {"nonsense"};
  try {
    server_.emplace(std::move(all));
    ADD_FAILURE() << "it listens";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("--web.listen-address"));
  }
}

}  // namespace
}  // namespace weir
