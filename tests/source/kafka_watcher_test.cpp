#include "weir/source/kafka_watcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

// Without a cluster there is little to watch; what it decides is tested against a real one in
// tests/integration.

KafkaSourceOptions nobody_there() {
  KafkaSourceOptions options;
  options.brokers = "127.0.0.1:1";  // no broker listens on port 1
  options.topics = {"flows"};
  options.refresh = milliseconds(50);
  options.request_timeout = milliseconds(100);
  return options;
}

TEST(KafkaWatcher, GivesNoOrdersBeforeTheClusterHasAnswered) {
  const KafkaSourceOptions options = nobody_there();
  KafkaConsumer consumer(options.brokers, {});
  KafkaWatcher watcher(options, consumer);
  const auto give_up = steady_clock::now() + std::chrono::seconds(30);
  while (watcher.trouble().find("--brokers") == std::string::npos &&
         steady_clock::now() < give_up) {
    EXPECT_TRUE(watcher.take_orders().empty());
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_THAT(watcher.trouble(), HasSubstr("cannot reach Kafka at 127.0.0.1:1"));
  EXPECT_TRUE(watcher.take_orders().empty());
  EXPECT_FALSE(watcher.started());
  EXPECT_EQ(watcher.end({"flows", 0}), -1);
}

}  // namespace
}  // namespace weir
