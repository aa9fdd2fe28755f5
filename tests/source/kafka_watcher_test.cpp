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

// Without a cluster there is little to watch; what follows from answers is tested with KafkaPlan,
// and against a real one in tests/integration.

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
  const auto give_up = steady_clock::now() + std::chrono::minutes(2);
  while (watcher.trouble().find("--brokers") == std::string::npos &&
         steady_clock::now() < give_up) {
    EXPECT_FALSE(watcher.take_orders());
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_THAT(watcher.trouble(), HasSubstr("cannot reach Kafka at 127.0.0.1:1"));
  EXPECT_FALSE(watcher.take_orders());
  EXPECT_FALSE(watcher.started());
  EXPECT_EQ(watcher.end({"flows", 0}).offset, -1);
}

TEST(KafkaWatcher, HasStartedAtOnceWhereASavedStateSettlesEverything) {
  KafkaSourceOptions options = nobody_there();
  options.saved.origins = {{"flows", "0", "A", 7, 9, 0}};
  KafkaConsumer consumer(options.brokers, {});
  KafkaWatcher watcher(options, consumer);
  EXPECT_TRUE(watcher.started());
  EXPECT_EQ(watcher.end({"flows", 0}).offset, 9);
  EXPECT_NE(watcher.trouble(), "");
  EXPECT_FALSE(watcher.take_orders());
}

}  // namespace
}  // namespace weir
