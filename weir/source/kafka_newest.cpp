#include "weir/source/kafka_newest.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;

/// So many offsets before the end are read: transactions leave a mark each, and aborted records.
constexpr std::int64_t kWindow = 50;
/// ... and where those held no message at all.
constexpr std::int64_t kWideWindow = 5000;
/// A partition that is written to all the time is not followed further than this past its end.
constexpr std::int64_t kPast = 100;

class Delivery final : public KafkaReceiver {
 public:
  Delivery(KafkaConsumer& consumer, std::vector<KafkaEnd>& ends, std::size_t share)
      : consumer_(consumer), ends_(ends), share_(share), kept_(ends.size()) {}

  bool message(KafkaTag tag, std::int64_t offset, std::string_view bytes) override {
    KafkaEnd& end = ends_[tag];
    std::deque<KafkaSample>& kept = kept_[tag];
    end.failure = {};
    end.reached = end.reached || offset >= end.range.next + kPast;
    if (!end.reached) {
      kept.push_back({end.range.topic, end.range.partition, offset, std::string(bytes)});
    }
    if (kept.size() > share_) {
      kept.pop_front();
    }
    return true;
  }
  void at_end(KafkaTag tag, std::int64_t next) override {
    KafkaEnd& end = ends_[tag];
    end.failure = {};
    end.reached = true;
    const std::int64_t written = consumer_.cached_end(end.range.topic, end.range.partition);
    end.unsettled = std::max<std::int64_t>(written - next, 0);
  }
  void failed(KafkaTag tag, const KafkaFailure& failure) override { ends_[tag].failure = failure; }

  /// Each partition has ended, in one way or the other.
  [[nodiscard]] bool done() const {
    return std::all_of(ends_.begin(), ends_.end(), [](const KafkaEnd& end) {
      // Without a broker it is tried again; other failures stay.
      return end.reached || (end.failure && end.failure.kind != KafkaFailure::Kind::unreachable);
    });
  }
  [[nodiscard]] std::vector<KafkaSample> take() {
    std::vector<KafkaSample> all;
    for (std::deque<KafkaSample>& kept : kept_) {
      std::move(kept.begin(), kept.end(), std::back_inserter(all));
    }
    return all;
  }

 private:
  KafkaConsumer& consumer_;
  std::vector<KafkaEnd>& ends_;
  std::size_t share_;
  std::vector<std::deque<KafkaSample>> kept_;  ///< by tag
};

/// Reads all of `newest.ends` once, from `window` offsets before their ends on.
void read_once(KafkaConsumer& consumer, std::int64_t window, std::size_t share,
               Clock::time_point give_up, KafkaNewest& newest) {
  Delivery delivery(consumer, newest.ends, share);
  for (KafkaTag tag = 0; tag < newest.ends.size(); ++tag) {
    KafkaEnd& end = newest.ends[tag];
    end.reached = false;
    const KafkaRange& range = end.range;
    end.failure = consumer.start(range.topic, range.partition,
                                 std::max(range.first, range.next - window), tag);
  }
  while (!delivery.done() && Clock::now() < give_up) {
    consumer.consume(std::chrono::milliseconds(50), delivery);
    consumer.serve(std::chrono::milliseconds(0));
  }
  for (const KafkaEnd& end : newest.ends) {
    consumer.stop(end.range.topic, end.range.partition);
  }
  newest.samples = delivery.take();
}

}  // namespace

std::vector<KafkaRange> worth_reading(std::span<const KafkaRange> ranges) {
  std::vector<KafkaRange> chosen(ranges.begin(), ranges.end());
  std::stable_partition(chosen.begin(), chosen.end(),
                        [](const KafkaRange& range) { return range.first < range.next; });
  chosen.resize(std::min(chosen.size(), kMostNewestPartitions));
  return chosen;
}

KafkaNewest read_kafka_newest(KafkaConsumer& consumer, std::span<const KafkaRange> ranges,
                              std::size_t most, std::chrono::milliseconds patience) {
  KafkaNewest newest;
  std::size_t filled = 0;
  for (KafkaRange& range : worth_reading(ranges)) {
    filled += range.first < range.next ? 1 : 0;
    newest.ends.push_back({std::move(range), false, 0, {}});
  }
  filled = std::max<std::size_t>(filled, 1);
  const std::size_t share = (most + filled - 1) / filled;
  const auto give_up = Clock::now() + patience;
  read_once(consumer, kWindow, share, give_up, newest);
  const bool more = std::any_of(newest.ends.begin(), newest.ends.end(), [](const KafkaEnd& end) {
    return end.reached && end.range.next - end.range.first > kWindow;
  });
  if (newest.samples.empty() && more) {
    read_once(consumer, kWideWindow, share, give_up, newest);
  }
  newest.samples.resize(std::min(newest.samples.size(), most));  // shares are rounded up
  return newest;
}

}  // namespace weir
