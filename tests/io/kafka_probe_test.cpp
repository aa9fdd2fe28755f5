#include "weir/io/kafka_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

TEST(KafkaProbeTest, WhereNobodyAnswersThereIsAFailureWithItsReason) {
  const KafkaCluster cluster = probe_kafka({kNobody, {}, std::chrono::minutes(1), true});
  EXPECT_EQ(cluster.failure.kind, KafkaFailure::Kind::unreachable);
  EXPECT_THAT(cluster.failure.text, HasSubstr(kNobody));
  EXPECT_TRUE(cluster.brokers.empty());
  EXPECT_TRUE(cluster.topics.empty());
}

TEST(KafkaProbeTest, WrongPropertiesAreUsageErrorsWithoutSecrets) {
  try {
    static_cast<void>(probe_kafka({kNobody,
                                   {{"ssl.key.password", "hunter2hunter2"},
                                    {"security.protocol", "ssl"},
                                    {"ssl.ca.location", "/nowhere/at/all"}},
                                   std::chrono::milliseconds(100)}));
    FAIL() << "took a file of certificates that does not exist";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace weir
