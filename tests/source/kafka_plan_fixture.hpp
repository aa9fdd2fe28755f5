#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/source/kafka_plan.hpp"
#include "weir/source/kafka_trouble.hpp"

namespace weir {

/// A cluster of made-up topics, of which a plan is asked for rounds of orders.
class KafkaPlanFixture : public ::testing::Test {
 protected:
  struct Log {
    std::int64_t first = 0;
    std::int64_t end = 0;
    std::int64_t at_time = -1;
  };
  struct Topic {
    std::string id;
    std::map<std::int32_t, Log> logs;
  };

  KafkaPlanFixture() {
    options_.brokers = "127.0.0.1:1";
    options_.topics = {"flows"};
  }

  KafkaPlan& plan() {
    if (!plan_) {
      plan_.emplace(options_);
    }
    return *plan_;
  }

  /// What one round of questions and answers leads to.
  std::vector<KafkaOrder> round() {
    now_ += std::chrono::seconds(1);
    trouble_ = {};
    for (const std::string& name : options_.topics) {
      tell(name);
    }
    ends_known_ = plan().learn_ends(answer(plan().places(), &Log::end), unknown_);
    const auto questions = plan().questions(reports_);
    return plan().decide(answer(questions.first, &Log::first),
                         answer(questions.time, &Log::at_time), reports_);
  }

  /// As another process begins, with the options and what is saved in them by now.
  void restart() {
    plan_.reset();
    reports_.clear();
  }
  void save(std::vector<OriginState> origins, std::string only = "") {
    options_.saved.origins = std::move(origins);
    options_.saved.only = std::move(only);
  }

  KafkaSourceOptions options_;
  std::map<std::string, Topic> cluster_;
  std::set<std::string> unclear_;
  std::set<KafkaPartition> silent_;   // whose leaders do not answer
  std::set<KafkaPartition> unknown_;  // whose leaders deny them
  KafkaPlan::Reports reports_;
  KafkaTrouble trouble_;
  bool ends_known_ = false;

 private:
  void tell(const std::string& name) {
    const auto found = cluster_.find(name);
    if (unclear_.contains(name)) {
      plan().unclear(name);
    } else if (found == cluster_.end()) {
      plan().missing(name, now_, trouble_);
    } else {
      KafkaTopic topic{name, found->second.id, {}, {}};
      for (const auto& [number, log] : found->second.logs) {
        topic.partitions.push_back(number);
      }
      plan().there(topic, trouble_);
    }
  }
  KafkaPlan::Offsets answer(const std::vector<KafkaOffset>& places, std::int64_t Log::* what) {
    KafkaPlan::Offsets offsets;
    for (const KafkaOffset& place : places) {
      const KafkaPartition where{place.topic, place.partition};
      if (!silent_.contains(where) && !unknown_.contains(where)) {
        offsets[where] = cluster_.at(place.topic).logs.at(place.partition).*what;
      }
    }
    return offsets;
  }

  std::optional<KafkaPlan> plan_;
  KafkaPlan::Clock::time_point now_;
};

inline KafkaOrder begin(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, KafkaOrder::Why::begin, offset, std::move(id)};
}
inline KafkaOrder appeared(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, KafkaOrder::Why::appeared, offset, std::move(id)};
}
inline KafkaOrder resume(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, KafkaOrder::Why::resume, offset, std::move(id)};
}
inline KafkaOrder recreated(std::int32_t partition, std::int64_t offset, std::int64_t old_end,
                            std::string id = "B") {
  return {{"flows", partition}, KafkaOrder::Why::recreated, offset, std::move(id), old_end};
}
inline OriginState origin(std::string partition, std::int64_t next, std::int64_t end,
                          std::string id = "A") {
  return {"flows", std::move(partition), std::move(id), next, end, 0};
}

}  // namespace weir
