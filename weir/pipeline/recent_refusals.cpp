#include "weir/pipeline/recent_refusals.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "weir/base/base64.hpp"
#include "weir/base/time.hpp"
#include "weir/base/utf8.hpp"
#include "weir/encode/json_writer.hpp"

namespace weir {
namespace {

using Reason = RecentRefusals::Reason;
using Sample = RecentRefusals::Sample;

UnixNanos nanos(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  return static_cast<UnixNanos>(std::max<std::int64_t>(0, since.count()));
}

/// What was cut may have been cut within a character: at most three bytes are left of it.
std::string_view whole_characters(const Sample& sample) {
  const std::string_view bytes = sample.bytes;
  if (bytes.size() < sample.size) {
    for (std::size_t cut = 0; cut <= std::min<std::size_t>(3, bytes.size()); ++cut) {
      if (is_valid_utf8(bytes.substr(0, bytes.size() - cut))) {
        return bytes.substr(0, bytes.size() - cut);
      }
    }
  }
  return bytes;
}

void write_bytes(const Sample& sample, JsonWriter& json) {
  const std::string_view text = whole_characters(sample);
  const bool readable = is_valid_utf8(text);
  json.key(readable ? "text" : "base64");
  json.text(readable ? std::string(text) : to_base64(sample.bytes));
  json.key("size");
  json.integer(sample.size);
}

void write_sample(const Sample& sample, std::span<const OriginStatus> origins, JsonWriter& json) {
  json.begin_map(0);
  json.key("time");
  json.time(nanos(sample.time));
  if (sample.origin < origins.size()) {
    const OriginStatus& origin = origins[sample.origin];
    json.key("topic");
    json.text(origin.topic);
    if (!origin.partition.empty()) {
      json.key("partition");
      json.text(origin.partition);
    }
  }
  if (sample.position >= 0) {
    json.key("offset");
    json.integer(static_cast<std::uint64_t>(sample.position));
  }
  json.key("index");
  json.integer(sample.index);
  write_bytes(sample, json);
  json.end_map();
}

void write_reason(const Reason& reason, std::span<const OriginStatus> origins, std::string& out) {
  JsonWriter json(out);
  json.begin_map(2);
  json.key("count");
  json.integer(reason.count);
  json.key("last");
  json.raw("[");
  for (std::size_t i = 0; i < reason.samples.size(); ++i) {
    json.raw(i == 0 ? "" : ",");
    write_sample(reason.samples[i], origins, json);
  }
  json.raw("]");
  json.end_map();
}

void write_dead_letters(const DeadLetterStatus& letters, JsonWriter& json) {
  json.begin_map(6);
  json.key("topic");
  json.text(letters.topic);
  json.key("sent");
  json.integer(std::accumulate(letters.sent.begin(), letters.sent.end(), std::uint64_t{0}));
  json.key("cut");
  json.integer(letters.cut);
  json.key("pending");
  json.integer(letters.pending);
  json.key("failures");
  json.integer(letters.failures);
  json.key("trouble");
  json.text(letters.trouble);
  json.end_map();
}

}  // namespace

RecentRefusals::RecentRefusals() {
  rings_.with([](auto& rings) {
    for (Ring& ring : rings) {
      for (Sample& sample : ring.samples) {
        sample.bytes.reserve(kSampleBytes);  // so that a flood allocates nothing
      }
    }
  });
}

void RecentRefusals::refused(Refused reason, const RecordPlace& place) {
  const auto now = std::chrono::system_clock::now();
  rings_.with([&](auto& rings) {
    Ring& ring = rings[static_cast<std::size_t>(reason)];
    Sample& sample = ring.samples[ring.count % kSamples];
    ++ring.count;
    sample.time = now;
    sample.origin = place.origin;
    sample.position = place.position;
    sample.index = place.index;
    sample.size = place.bytes.size();
    sample.bytes.assign(place.bytes.substr(0, kSampleBytes));
  });
}

RecentRefusals::Reasons RecentRefusals::reasons() const {
  return rings_.with([](const auto& rings) {
    Reasons reasons;
    for (std::size_t r = 0; r < rings.size(); ++r) {
      const Ring& ring = rings[r];
      reasons[r].count = ring.count;
      const std::uint64_t kept = std::min<std::uint64_t>(ring.count, kSamples);
      for (std::uint64_t back = 1; back <= kept; ++back) {
        reasons[r].samples.push_back(ring.samples[(ring.count - back) % kSamples]);
      }
    }
    return reasons;
  });
}

std::string refused_json(const RecentRefusals& recent, std::span<const OriginStatus> origins,
                         const DeadLetterStatus* dead_letters) {
  const RecentRefusals::Reasons reasons = recent.reasons();
  std::string out;
  JsonWriter json(out);
  json.begin_map(2);
  json.key("reasons");
  json.begin_map(reasons.size());
  for (std::size_t r = 0; r < reasons.size(); ++r) {
    if (reasons[r].count != 0) {
      json.key(kRefusedNames[r]);
      write_reason(reasons[r], origins, out);
    }
  }
  json.end_map();
  if (dead_letters != nullptr) {
    json.key("dead_letters");
    write_dead_letters(*dead_letters, json);
  }
  json.end_map();
  out += '\n';
  return out;
}

}  // namespace weir
