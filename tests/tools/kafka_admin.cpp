// What the tests ask of a broker, without the seconds of Java that Kafka's own tools take each:
//
//   kafka_admin BROKERS create-topic NAME PARTITIONS [KEY=VALUE…]
//   kafka_admin BROKERS add-partitions NAME TOTAL
//   kafka_admin BROKERS delete-topic NAME
//   kafka_admin BROKERS recreate-topic NAME PARTITIONS [KEY=VALUE…]  as soon as the name is free
//   kafka_admin BROKERS topic-id NAME                      which recreate-topic changes
//   kafka_admin BROKERS delete-records NAME PARTITION BEFORE
//   kafka_admin BROKERS offsets NAME PARTITION             prints "first next"
//   kafka_admin BROKERS committed GROUP NAME PARTITION     prints "offset metadata", -1001 for none
//   kafka_admin BROKERS delete-offsets GROUP NAME PARTITION
//   kafka_admin BROKERS allow PRINCIPAL OPERATION NAME [KIND]      OPERATION as READ or DESCRIBE,
//   kafka_admin BROKERS disallow PRINCIPAL OPERATION NAME [KIND]   KIND as TOPIC or GROUP
//   kafka_admin BROKERS set-password USER MECHANISM PASSWORD
//
// Exit status 0 when the broker has done it.
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int kTimeoutMs = 120'000;
constexpr int kBrokersDefault = -1;  // of how many replicas there are

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <auto Destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};
using Client = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   Destroyer<rd_kafka_topic_partition_list_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>>;
using Topics =
    std::unique_ptr<rd_kafka_TopicCollection_t, Destroyer<rd_kafka_TopicCollection_destroy>>;

using Words = std::vector<std::string>;

void check(rd_kafka_resp_err_t status, const char* text = nullptr) {
  if (status != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Failed(text != nullptr ? text : rd_kafka_err2str(status));
  }
}

Client connect(const std::string& brokers, const std::string& group = "") {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  const auto set = [&](const char* name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) {
      throw Failed(text);
    }
  };
  set("bootstrap.servers", brokers);
  if (!group.empty()) {
    set("group.id", group);
  }
  Client client(
      rd_kafka_new(group.empty() ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, text, sizeof text));
  if (client == nullptr) {
    throw Failed(text);
  }
  return client;
}

Event wait(const Queue& queue) {
  Event event(rd_kafka_queue_poll(queue.get(), kTimeoutMs));
  if (event == nullptr) {
    throw Failed("no answer");
  }
  check(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
  return event;
}

void check_topics(const rd_kafka_topic_result_t** results, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    check(rd_kafka_topic_result_error(results[i]), rd_kafka_topic_result_error_string(results[i]));
  }
}

/// How many partitions the broker can be asked for; 0 where there is no such topic.
int partitions_led(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const rd_kafka_metadata_t* found = nullptr;
  check(rd_kafka_metadata(client, 0, topic, &found, kTimeoutMs));
  const Metadata metadata(found);
  const rd_kafka_metadata_topic_t& one = metadata->topics[0];
  if (one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return 0;
  }
  int led = 0;
  for (int i = 0; i < one.partition_cnt; ++i) {
    led += one.partitions[i].leader >= 0 ? 1 : 0;
  }
  return led;
}

/// For what a broker does not do, or know, just yet.
template <typename Function>
void try_until_it_works(const Function& attempt) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMs);
  for (;;) {
    try {
      attempt();
      return;
    } catch (const Failed&) {
      if (std::chrono::steady_clock::now() > give_up) {
        throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

/// What the controller has answered the broker hears a little later.
void wait_until_led(rd_kafka_t* client, const std::string& name, int partitions) {
  const Topic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  try_until_it_works([&] {
    if (partitions_led(client, topic.get()) != partitions) {
      throw Failed("the broker does not learn of it");
    }
  });
  for (int i = 0; i < partitions; ++i) {  // and what it leads it has to open first
    std::int64_t low = 0;
    std::int64_t high = 0;
    try_until_it_works([&] {
      check(rd_kafka_query_watermark_offsets(client, name.c_str(), i, &low, &high, kTimeoutMs));
    });
  }
}

void create_topic(rd_kafka_t* client, const Queue& queue, const Words& words) {
  char text[512];
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(words.at(0).c_str(), std::stoi(words.at(1)),
                                                     kBrokersDefault, text, sizeof text);
  if (topic == nullptr) {
    throw Failed(text);
  }
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    check(rd_kafka_NewTopic_set_config(topic, words[i].substr(0, equals).c_str(),
                                       words[i].substr(equals + 1).c_str()));
  }
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue.get());
  rd_kafka_NewTopic_destroy(topic);
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  check_topics(rd_kafka_CreateTopics_result_topics(result, &count), count);
}

void add_partitions(rd_kafka_t* client, const Queue& queue, const Words& words) {
  char text[512];
  const auto total = static_cast<std::size_t>(std::stoul(words.at(1)));
  rd_kafka_NewPartitions_t* wanted =
      rd_kafka_NewPartitions_new(words.at(0).c_str(), total, text, sizeof text);
  if (wanted == nullptr) {
    throw Failed(text);
  }
  rd_kafka_CreatePartitions(client, &wanted, 1, nullptr, queue.get());
  rd_kafka_NewPartitions_destroy(wanted);
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreatePartitions_result(event.get());
  check_topics(rd_kafka_CreatePartitions_result_topics(result, &count), count);
}

void delete_topic(rd_kafka_t* client, const Queue& queue, const Words& words) {
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(words.at(0).c_str());
  rd_kafka_DeleteTopics(client, &topic, 1, nullptr, queue.get());
  rd_kafka_DeleteTopic_destroy(topic);
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DeleteTopics_result(event.get());
  check_topics(rd_kafka_DeleteTopics_result_topics(result, &count), count);
}

std::string id_of(rd_kafka_t* client, const Queue& queue, const std::string& topic) {
  const char* name = topic.c_str();
  const Topics topics(rd_kafka_TopicCollection_of_topic_names(&name, 1));
  rd_kafka_DescribeTopics(client, topics.get(), nullptr, queue.get());
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* const* found = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(found[0]);
  check(rd_kafka_error_code(error), rd_kafka_error_string(error));
  return rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(found[0]));
}

void recreate_topic(rd_kafka_t* client, const Queue& queue, const Words& words) {
  const std::string before = id_of(client, queue, words.at(0));
  delete_topic(client, queue, words);
  try_until_it_works([&] { create_topic(client, queue, words); });
  try_until_it_works([&] {
    if (id_of(client, queue, words.at(0)) == before) {
      throw Failed("the broker does not learn of it");
    }
  });
}

Partitions one_partition(const std::string& topic, const std::string& partition,
                         std::int64_t offset) {
  Partitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), std::stoi(partition))->offset =
      offset;
  return list;
}

void delete_records(rd_kafka_t* client, const Queue& queue, const Words& words) {
  const Partitions before = one_partition(words.at(0), words.at(1), std::stoll(words.at(2)));
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(before.get());
  rd_kafka_DeleteRecords(client, &wanted, 1, nullptr, queue.get());
  rd_kafka_DeleteRecords_destroy(wanted);
  const Event event = wait(queue);
  const auto* result = rd_kafka_event_DeleteRecords_result(event.get());
  check(rd_kafka_DeleteRecords_result_offsets(result)->elems[0].err);
}

void offsets(rd_kafka_t* client, const Words& words) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  check(rd_kafka_query_watermark_offsets(client, words.at(0).c_str(), std::stoi(words.at(1)), &low,
                                         &high, kTimeoutMs));
  std::printf("%" PRId64 " %" PRId64 "\n", low, high);
}

void committed(const std::string& brokers, const Words& words) {
  const Client client = connect(brokers, words.at(0));
  const Partitions list = one_partition(words.at(1), words.at(2), RD_KAFKA_OFFSET_INVALID);
  check(rd_kafka_committed(client.get(), list.get(), kTimeoutMs));
  const rd_kafka_topic_partition_t& found = list->elems[0];
  check(found.err);
  std::printf("%" PRId64 " ", found.offset);
  std::fwrite(found.metadata, 1, found.metadata_size, stdout);
  std::printf("\n");
}

rd_kafka_AclOperation_t operation_of(const std::string& name) {
  for (int i = RD_KAFKA_ACL_OPERATION_ANY; i < RD_KAFKA_ACL_OPERATION__CNT; ++i) {
    const auto operation = static_cast<rd_kafka_AclOperation_t>(i);
    if (name == rd_kafka_AclOperation_name(operation)) {
      return operation;
    }
  }
  throw Failed("no operation " + name);
}

void delete_offsets(rd_kafka_t* client, const Queue& queue, const Words& words) {
  const Partitions list = one_partition(words.at(1), words.at(2), RD_KAFKA_OFFSET_INVALID);
  rd_kafka_DeleteConsumerGroupOffsets_t* wanted =
      rd_kafka_DeleteConsumerGroupOffsets_new(words.at(0).c_str(), list.get());
  rd_kafka_DeleteConsumerGroupOffsets(client, &wanted, 1, nullptr, queue.get());
  rd_kafka_DeleteConsumerGroupOffsets_destroy(wanted);
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
      rd_kafka_event_DeleteConsumerGroupOffsets_result(event.get()), &count);
  const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0]);
  check(rd_kafka_error_code(error), rd_kafka_error_string(error));
  check(rd_kafka_group_result_partitions(groups[0])->elems[0].err);
}

/// A topic unless the fourth word says what else.
rd_kafka_ResourceType_t kind_of(const Words& words) {
  const std::string name = words.size() > 3 ? words[3] : "TOPIC";
  for (int i = RD_KAFKA_RESOURCE_ANY; i < RD_KAFKA_RESOURCE__CNT; ++i) {
    const auto kind = static_cast<rd_kafka_ResourceType_t>(i);
    if (name == rd_kafka_ResourceType_name(kind)) {
      return kind;
    }
  }
  throw Failed("no kind of resource " + name);
}

using Right = std::unique_ptr<rd_kafka_AclBinding_t, Destroyer<rd_kafka_AclBinding_destroy>>;

/// A right, or the filter that finds it alone.
Right right_of(const Words& words, bool filter) {
  char text[512];
  Right right((filter ? rd_kafka_AclBindingFilter_new : rd_kafka_AclBinding_new)(
      kind_of(words), words.at(2).c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, words.at(0).c_str(),
      filter ? nullptr : "*", operation_of(words.at(1)), RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, text,
      sizeof text));
  if (right == nullptr) {
    throw Failed(text);
  }
  return right;
}

void wait_until_right_is(bool given, rd_kafka_t* client, const Queue& queue, const Words& words) {
  const Right filter = right_of(words, true);
  try_until_it_works([&] {
    rd_kafka_DescribeAcls(client, filter.get(), nullptr, queue.get());
    const Event event = wait(queue);
    std::size_t count = 0;
    static_cast<void>(
        rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event.get()), &count));
    if ((count != 0) != given) {
      throw Failed("the broker does not learn of it");
    }
  });
}

void allow(rd_kafka_t* client, const Queue& queue, const Words& words) {
  const Right right = right_of(words, false);
  rd_kafka_AclBinding_t* acl = right.get();
  rd_kafka_CreateAcls(client, &acl, 1, nullptr, queue.get());
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
  const rd_kafka_error_t* error = rd_kafka_acl_result_error(results[0]);
  check(rd_kafka_error_code(error), rd_kafka_error_string(error));
}

void disallow(rd_kafka_t* client, const Queue& queue, const Words& words) {
  const Right right = right_of(words, true);
  rd_kafka_AclBindingFilter_t* filter = right.get();
  rd_kafka_DeleteAcls(client, &filter, 1, nullptr, queue.get());
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto* const* answers =
      rd_kafka_DeleteAcls_result_responses(rd_kafka_event_DeleteAcls_result(event.get()), &count);
  const rd_kafka_error_t* error = rd_kafka_DeleteAcls_result_response_error(answers[0]);
  check(rd_kafka_error_code(error), rd_kafka_error_string(error));
  static_cast<void>(rd_kafka_DeleteAcls_result_response_matching_acls(answers[0], &count));
  if (count == 0) {
    throw Failed("there is no such right");
  }
}

void set_password(rd_kafka_t* client, const Queue& queue, const Words& words) {
  constexpr int kIterations = 4096;
  const std::string& password = words.at(2);
  rd_kafka_UserScramCredentialAlteration_t* change = rd_kafka_UserScramCredentialUpsertion_new(
      words.at(0).c_str(),
      words.at(1) == "SCRAM-SHA-512" ? RD_KAFKA_SCRAM_MECHANISM_SHA_512
                                     : RD_KAFKA_SCRAM_MECHANISM_SHA_256,
      kIterations, reinterpret_cast<const unsigned char*>(password.data()), password.size(),
      nullptr, 0);
  rd_kafka_AlterUserScramCredentials(client, &change, 1, nullptr, queue.get());
  rd_kafka_UserScramCredentialAlteration_destroy(change);
  const Event event = wait(queue);
  std::size_t count = 0;
  const auto** results = rd_kafka_AlterUserScramCredentials_result_responses(
      rd_kafka_event_AlterUserScramCredentials_result(event.get()), &count);
  const rd_kafka_error_t* error =
      rd_kafka_AlterUserScramCredentials_result_response_error(results[0]);
  check(rd_kafka_error_code(error), rd_kafka_error_string(error));
}

void run(const std::string& brokers, std::string_view command, const Words& words) {
  if (command == "committed") {
    committed(brokers, words);
    return;
  }
  const Client client = connect(brokers);
  const Queue queue(rd_kafka_queue_new(client.get()));
  if (command == "create-topic") {
    create_topic(client.get(), queue, words);
    wait_until_led(client.get(), words.at(0), std::stoi(words.at(1)));
  } else if (command == "add-partitions") {
    add_partitions(client.get(), queue, words);
    wait_until_led(client.get(), words.at(0), std::stoi(words.at(1)));
  } else if (command == "delete-topic") {
    delete_topic(client.get(), queue, words);
    wait_until_led(client.get(), words.at(0), 0);
  } else if (command == "recreate-topic") {
    recreate_topic(client.get(), queue, words);
  } else if (command == "topic-id") {
    std::printf("%s\n", id_of(client.get(), queue, words.at(0)).c_str());
  } else if (command == "delete-records") {
    delete_records(client.get(), queue, words);
  } else if (command == "offsets") {
    offsets(client.get(), words);
  } else if (command == "delete-offsets") {
    delete_offsets(client.get(), queue, words);
  } else if (command == "allow") {
    allow(client.get(), queue, words);
    wait_until_right_is(true, client.get(), queue, words);
  } else if (command == "disallow") {
    disallow(client.get(), queue, words);
    wait_until_right_is(false, client.get(), queue, words);
  } else if (command == "set-password") {
    set_password(client.get(), queue, words);
  } else {
    throw Failed("no command " + std::string(command));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: kafka_admin BROKERS COMMAND WORDS…, see the source\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], Words(argv + 3, argv + argc));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[2], error.what());
    return 1;
  }
}
