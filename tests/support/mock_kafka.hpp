#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "weir/io/kafka_handles.hpp"

// Needs what is above.
#include <librdkafka/rdkafka_mock.h>

namespace weir {

/// librdkafka's own imitation of a broker, on a free port of the loopback, with topics of one
/// partition each.
class MockKafka {
 public:
  MockKafka() {
    rdkafka::Conf conf(rd_kafka_conf_new());
    rd_kafka_conf_set(conf.get(), "log_level", "0", nullptr, 0);  // it has no brokers of its own
    handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), nullptr, 0));
    static_cast<void>(conf.release());  // now the handle's
    cluster_.reset(rd_kafka_mock_cluster_new(handle_.get(), 1));
    conf.reset(rd_kafka_conf_new());
    rd_kafka_conf_set(conf.get(), "bootstrap.servers", brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(conf.get(), "linger.ms", "0", nullptr, 0);
    producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), nullptr, 0));
    static_cast<void>(conf.release());
  }

  [[nodiscard]] std::string brokers() const {
    return rd_kafka_mock_cluster_bootstraps(cluster_.get());
  }
  void create(const std::string& topic) {
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_.get(), topic.c_str(), 1, 1),
              RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void produce(const std::string& topic, int count) {
    const rdkafka::Topic to(rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr));
    for (int i = 0; i < count; ++i) {
      std::string text = topic + " " + std::to_string(i);
      ASSERT_EQ(rd_kafka_produce(to.get(), 0, RD_KAFKA_MSG_F_COPY, text.data(), text.size(),
                                 nullptr, 0, nullptr),
                0);
    }
    ASSERT_EQ(rd_kafka_flush(producer_.get(), 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  /// As a consumer of the group.
  void commit(const std::string& group, const std::string& topic, std::int64_t offset) {
    rdkafka::Conf conf(rd_kafka_conf_new());
    rd_kafka_conf_set(conf.get(), "bootstrap.servers", brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(conf.get(), "group.id", group.c_str(), nullptr, 0);
    const rdkafka::Handle consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), nullptr, 0));
    static_cast<void>(conf.release());
    const rdkafka::PartitionList offsets(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), 0)->offset = offset;
    ASSERT_EQ(rd_kafka_commit(consumer.get(), offsets.get(), 0), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  /// The broker takes no connections, or does again.
  void set_down(bool down) {
    ASSERT_EQ(down ? rd_kafka_mock_broker_set_down(cluster_.get(), 1)
                   : rd_kafka_mock_broker_set_up(cluster_.get(), 1),
              RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  /// The next request to write something is answered with this.
  void fail_next_produce(rd_kafka_resp_err_t error) {
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors(cluster_.get(), kProduce, 1, error);
  }

 private:
  using Cluster =
      std::unique_ptr<rd_kafka_mock_cluster_t, rdkafka::Deleter<&rd_kafka_mock_cluster_destroy>>;
  rdkafka::Handle handle_;  // the cluster's
  Cluster cluster_;
  rdkafka::Handle producer_;
};

}  // namespace weir
