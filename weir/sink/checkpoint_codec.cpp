#include "weir/sink/checkpoint_codec.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {
namespace {

template <std::size_t N>
void put_named(const std::array<std::string_view, N>& names,
               const std::array<std::uint64_t, N>& values, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(N));
  for (std::size_t i = 0; i < N; ++i) {
    out.put_text(names[i]);
    out.put(values[i]);
  }
}

template <std::size_t N>
bool get_named(ByteCursor& in, const std::array<std::string_view, N>& names,
               std::array<std::uint64_t, N>& values) {
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view name = in.get_text();
    const auto value = in.get<std::uint64_t>();
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      return false;  // what is accounted for there must not vanish
    }
    values[static_cast<std::size_t>(known - names.begin())] = value;
  }
  return in.ok();
}

void put_texts(const std::vector<std::string>& texts, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) {
    out.put_text(text);
  }
}

bool get_texts(ByteCursor& in, std::vector<std::string>& texts) {
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, sizeof(std::uint32_t))) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    texts.emplace_back(in.get_text());
  }
  return in.ok();
}

}  // namespace

void encode(const CommitTime& time, ByteWriter& out) {
  out.put(time.unix_ms);
  out.put(time.active_ms);
}

bool decode(ByteCursor& in, CommitTime& time) {
  time.unix_ms = in.get<std::int64_t>();
  time.active_ms = in.get<std::uint64_t>();
  time.scrapes = 0;
  return in.ok();
}

void encode(const Checkpoint& checkpoint, ByteWriter& out) {
  const Accounts& accounts = checkpoint.accounts;
  out.put(static_cast<std::uint32_t>(checkpoint.source.origins.size()));
  for (const OriginState& origin : checkpoint.source.origins) {
    out.put_text(origin.topic);
    out.put_text(origin.partition);
    out.put_text(origin.id);
    out.put(origin.next);
    out.put(origin.end);
    out.put(origin.lost);
  }
  put_texts(checkpoint.source.absent, out);
  out.put_text(checkpoint.source.only);
  out.put(static_cast<std::uint32_t>(accounts.origins.size()));
  for (const Accounts::Origin& origin : accounts.origins) {
    out.put(origin.messages);
    out.put(origin.records);
  }
  out.put(accounts.counted);
  put_named(kFilteredNames, accounts.filtered, out);
  put_named(kRefusedNames, accounts.refused, out);
}

bool decode(ByteCursor& in, Checkpoint& checkpoint) {
  checkpoint = {};
  Accounts& accounts = checkpoint.accounts;
  constexpr std::size_t kOriginSize = 3 * sizeof(std::uint32_t) + 3 * sizeof(std::int64_t);
  const auto origins = in.get<std::uint32_t>();
  if (!in.holds(origins, kOriginSize)) {
    return false;
  }
  for (std::uint32_t i = 0; i < origins && in.ok(); ++i) {
    OriginState& origin = checkpoint.source.origins.emplace_back();
    origin.topic = in.get_text();
    origin.partition = in.get_text();
    origin.id = in.get_text();
    origin.next = in.get<std::int64_t>();
    origin.end = in.get<std::int64_t>();
    origin.lost = in.get<std::uint64_t>();
  }
  if (!get_texts(in, checkpoint.source.absent)) {
    return false;
  }
  checkpoint.source.only = in.get_text();
  const auto counted = in.get<std::uint32_t>();
  if (!in.holds(counted, sizeof(Accounts::Origin))) {
    return false;
  }
  for (std::uint32_t i = 0; i < counted; ++i) {
    const auto messages = in.get<std::uint64_t>();
    accounts.origins.push_back({messages, in.get<std::uint64_t>()});
  }
  accounts.counted = in.get<std::uint64_t>();
  return get_named(in, kFilteredNames, accounts.filtered) &&
         get_named(in, kRefusedNames, accounts.refused);
}

void encode(const std::vector<MetricIdentity>& metrics, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(metrics.size()));
  for (const MetricIdentity& metric : metrics) {
    out.put_text(metric.name);
    out.put_text(metric.meaning);
  }
}

bool decode(ByteCursor& in, std::vector<MetricIdentity>& metrics) {
  metrics.clear();
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, 2 * sizeof(std::uint32_t))) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    MetricIdentity& metric = metrics.emplace_back();
    metric.name = in.get_text();
    metric.meaning = in.get_text();
  }
  return in.ok();
}

}  // namespace weir
