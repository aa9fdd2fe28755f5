#include "weir/io/kafka_producer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "weir/io/kafka_client.hpp"
#include "weir/io/kafka_events.hpp"

namespace weir {
namespace {

using Fate = KafkaSendFailure::Fate;
using Millis = KafkaProducer::Millis;
using Clock = std::chrono::steady_clock;
using rdkafka::Problem;
using GroupMetadata = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                      rdkafka::Deleter<&rd_kafka_consumer_group_metadata_destroy>>;

/// The one that the ledger's entry is kept for.
constexpr std::int32_t kLedgerPartition = 0;
/// The longest wait inside of librdkafka, so that a stop is noticed.
constexpr Millis kSlice{250};

bool is_fenced(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool is_too_large(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

int millis(Millis time) {
  return static_cast<int>(time.count());
}

}  // namespace

struct KafkaProducer::Impl {
  KafkaProducerOptions options;
  KafkaEvents events;  // outlives the handle
  rdkafka::Handle handle;
  rdkafka::Topic topic;
  bool entry_sent = false;               // with the transaction that is open
  KafkaFailure undelivered;              // why a record did not arrive
  std::optional<std::size_t> too_large;  // the smallest value that did not for its batch's size

  static void on_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  [[nodiscard]] bool transactional() const { return !options.ledger.empty(); }
  [[nodiscard]] KafkaSendFailure judge(const rd_kafka_error_t* error) const;
  [[nodiscard]] KafkaSendFailure judge(rd_kafka_resp_err_t code) const;
  void explain(rd_kafka_resp_err_t code, KafkaSendFailure& failure) const;
  [[nodiscard]] KafkaSendFailure lost() const { return {Fate::again, undelivered, too_large}; }
  template <typename Call>
  KafkaSendFailure patiently(Millis timeout, const std::stop_token& stop, const Call& call) const;
  [[nodiscard]] rd_kafka_error_t* send_entry(const KafkaLedgerEntry& entry, Millis timeout) const;
  KafkaSendFailure flush(Millis timeout, const std::stop_token& stop);
};

/// Only failures are reported; the message's own opaque is ours.
void KafkaProducer::Impl::on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message,
                                      void* /*opaque*/) {
  auto& impl = *static_cast<Impl*>(message->_private);
  const bool purged = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                      message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;  // a consequence
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !purged && !impl.undelivered) {
    impl.undelivered = rdkafka::failure(message->err, rd_kafka_message_produce_errstr(message));
  }
  if (is_too_large(message->err)) {
    impl.too_large = std::min(impl.too_large.value_or(message->len), message->len);
  }
}

/// Once a transaction has failed librdkafka says no more than "Erroneous state" to all that is
/// asked of it; why it did is told with the records.
void KafkaProducer::Impl::explain(rd_kafka_resp_err_t code, KafkaSendFailure& failure) const {
  rd_kafka_poll(handle.get(), 0);
  if (code == RD_KAFKA_RESP_ERR__STATE && undelivered) {
    failure.why = undelivered;
  }
}

KafkaSendFailure KafkaProducer::Impl::judge(const rd_kafka_error_t* error) const {
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    return judge(code);  // which asks what it was
  }
  KafkaSendFailure failure{
      Fate::over,
      rdkafka::failure(code, events.without_secrets(rd_kafka_error_string(error)).c_str())};
  if (is_fenced(code)) {
    failure.fate = Fate::fenced;
  } else if (rd_kafka_error_is_fatal(error) == 0) {
    if (rd_kafka_error_txn_requires_abort(error) != 0) {
      failure.fate = Fate::again;
    } else if (rd_kafka_error_is_retriable(error) != 0 || code == RD_KAFKA_RESP_ERR__TIMED_OUT) {
      failure.fate = Fate::retry;
    }
  }
  explain(code, failure);
  return failure;
}

/// Of a call that does not say more than a code.
KafkaSendFailure KafkaProducer::Impl::judge(rd_kafka_resp_err_t code) const {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(handle.get(), text.data(), text.size());
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {is_fenced(fatal) ? Fate::fenced : Fate::over,
            rdkafka::failure(fatal, events.without_secrets(text.data()).c_str())};
  }
  KafkaSendFailure failure{Fate::again, rdkafka::failure(code)};
  explain(code, failure);
  return failure;
}

/// Makes a call of librdkafka's, which may be made again after a timeout and then goes on, until it
/// succeeds, fails otherwise, or the time is up.
template <typename Call>
KafkaSendFailure KafkaProducer::Impl::patiently(Millis timeout, const std::stop_token& stop,
                                                const Call& call) const {
  const auto give_up = Clock::now() + timeout;
  while (true) {
    rd_kafka_poll(handle.get(), 0);  // why it takes so long comes as an event
    const auto left = std::chrono::duration_cast<Millis>(give_up - Clock::now());
    const Problem problem(call(std::clamp(left, Millis(1), kSlice)));
    if (!problem) {
      return {};
    }
    KafkaSendFailure failure = judge(problem.get());
    if (failure.fate != Fate::retry || left <= Millis(0) || stop.stop_requested()) {
      return failure;
    }
  }
}

KafkaProducer::KafkaProducer(const KafkaProducerOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  rdkafka::ClientConf conf =
      rdkafka::producer_conf(options.brokers, options.properties, options.ledger,
                             options.transaction_timeout, options.defaults);
  rd_kafka_conf_set_dr_msg_cb(conf.conf.get(), Impl::on_delivery);
  impl_->handle = rdkafka::open_client(RD_KAFKA_PRODUCER, std::move(conf), impl_->events);
  impl_->topic.reset(rd_kafka_topic_new(impl_->handle.get(), options.topic.c_str(), nullptr));
}

KafkaProducer::~KafkaProducer() {
  // Nothing is waited for: what was not committed is meant to vanish.
  rd_kafka_purge(impl_->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

KafkaSendFailure KafkaProducer::claim(Millis timeout, const std::stop_token& stop) {
  if (!impl_->transactional()) {
    return {};
  }
  return impl_->patiently(timeout, stop, [&](Millis slice) {
    return rd_kafka_init_transactions(impl_->handle.get(), millis(slice));
  });
}

KafkaSendFailure KafkaProducer::read_ledger(std::optional<KafkaLedgerEntry>& entry, Millis timeout,
                                            const std::stop_token& stop) {
  entry.reset();
  const rdkafka::GroupOffset answer = rdkafka::group_offset(
      impl_->options.brokers, impl_->options.properties, impl_->options.ledger,
      impl_->options.topic, kLedgerPartition, timeout, stop);
  if (answer.failure) {
    return {Fate::retry, answer.failure};
  }
  if (answer.offset >= 0) {
    entry = KafkaLedgerEntry{answer.offset, answer.metadata};
  }
  return {};
}

KafkaSendFailure KafkaProducer::begin() {
  impl_->entry_sent = false;
  impl_->undelivered = {};
  impl_->too_large.reset();
  if (!impl_->transactional()) {
    return {};
  }
  const Problem problem(rd_kafka_begin_transaction(impl_->handle.get()));
  return problem ? impl_->judge(problem.get()) : KafkaSendFailure{};
}

KafkaSendFailure KafkaProducer::send(std::string_view value, const std::string_view* key,
                                     const std::stop_token& stop) {
  // librdkafka takes the value as something it might change, and with this flag copies it.
  auto* bytes = const_cast<char*>(value.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  while (rd_kafka_produce(impl_->topic.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, bytes,
                          value.size(), key != nullptr ? key->data() : nullptr,
                          key != nullptr ? key->size() : 0, impl_.get()) != 0) {
    const rd_kafka_resp_err_t code = rd_kafka_last_error();
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return impl_->judge(code);
    }
    if (stop.stop_requested()) {
      return {Fate::again, rdkafka::failure(code)};
    }
    rd_kafka_poll(impl_->handle.get(), 20);
    if (impl_->undelivered) {
      return {Fate::again, impl_->undelivered};
    }
    if (rd_kafka_fatal_error(impl_->handle.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return impl_->judge(code);
    }
  }
  return {};
}

KafkaSendFailure KafkaProducer::offer(std::string_view value,
                                      std::span<const KafkaHeader> headers) {
  using Headers = std::unique_ptr<rd_kafka_headers_t, rdkafka::Deleter<&rd_kafka_headers_destroy>>;
  Headers list(rd_kafka_headers_new(headers.size()));
  for (const KafkaHeader& header : headers) {
    rd_kafka_header_add(list.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  // A null pointer would make it a record without a value. The copy is not of something changed.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  auto* bytes = const_cast<char*>(value.data() != nullptr ? value.data() : "");
  const std::array<rd_kafka_vu_t, 5> record{{
      {.vtype = RD_KAFKA_VTYPE_RKT, .u = {.rkt = impl_->topic.get()}},
      {.vtype = RD_KAFKA_VTYPE_VALUE, .u = {.mem = {bytes, value.size()}}},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_COPY}},
      {.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {.headers = list.get()}},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u = {.ptr = impl_.get()}},
  }};
  const Problem problem(rd_kafka_produceva(impl_->handle.get(), record.data(), record.size()));
  if (!problem) {
    static_cast<void>(list.release());  // now the record's
    return {};
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(problem.get());
  if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    KafkaSendFailure failure = impl_->judge(code);
    if (is_too_large(code)) {
      failure.too_large = value.size();
    }
    return failure;
  }
  poll(Millis(0));
  if (impl_->undelivered) {
    return impl_->lost();
  }
  if (rd_kafka_fatal_error(impl_->handle.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return impl_->judge(code);
  }
  return {Fate::retry, rdkafka::failure(code)};
}

void KafkaProducer::poll(Millis wait) {
  rd_kafka_poll(impl_->handle.get(), millis(wait));
}

rd_kafka_error_t* KafkaProducer::Impl::send_entry(const KafkaLedgerEntry& entry,
                                                  Millis timeout) const {
  const rdkafka::PartitionList offsets(rd_kafka_topic_partition_list_new(1));
  auto* place =
      rd_kafka_topic_partition_list_add(offsets.get(), options.topic.c_str(), kLedgerPartition);
  place->offset = entry.number;
  place->metadata = ::strndup(entry.metadata.data(), entry.metadata.size());  // freed with the list
  place->metadata_size = entry.metadata.size();
  // A group that nobody has joined; its name is all there is to say.
  const GroupMetadata group(rd_kafka_consumer_group_metadata_new(options.ledger.c_str()));
  return rd_kafka_send_offsets_to_transaction(handle.get(), offsets.get(), group.get(),
                                              millis(timeout));
}

KafkaSendFailure KafkaProducer::commit(const std::optional<KafkaLedgerEntry>& entry, Millis timeout,
                                       const std::stop_token& stop) {
  Impl& impl = *impl_;
  if (!impl.transactional()) {
    return impl.flush(timeout, stop);
  }
  const auto give_up = Clock::now() + timeout;
  if (entry && !impl.entry_sent) {
    if (auto failure = impl.patiently(
            timeout, stop, [&](Millis slice) { return impl.send_entry(*entry, slice); })) {
      return failure;
    }
    impl.entry_sent = true;
  }
  const auto left = std::chrono::ceil<Millis>(give_up - Clock::now());
  return impl.patiently(left, stop, [&](Millis slice) {
    return rd_kafka_commit_transaction(impl.handle.get(), millis(slice));
  });
}

KafkaSendFailure KafkaProducer::Impl::flush(Millis timeout, const std::stop_token& stop) {
  const auto give_up = Clock::now() + timeout;
  while (rd_kafka_flush(handle.get(), millis(kSlice)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (stop.stop_requested() || Clock::now() >= give_up) {
      return {Fate::retry, rdkafka::failure(RD_KAFKA_RESP_ERR__TIMED_OUT)};
    }
  }
  return undelivered ? lost() : KafkaSendFailure{};
}

KafkaSendFailure KafkaProducer::abort(Millis timeout) {
  rd_kafka_purge(impl_->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  if (!impl_->transactional()) {
    rd_kafka_flush(impl_->handle.get(), millis(kSlice));
    return {};
  }
  return impl_->patiently(timeout, {}, [&](Millis slice) {
    return rd_kafka_abort_transaction(impl_->handle.get(), millis(slice));
  });
}

KafkaFailure KafkaProducer::connection_failure() const {
  return impl_->events.failure();
}

}  // namespace weir
