#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "tests/sink/sink_fixture.hpp"
#include "weir/base/ip.hpp"
#include "weir/base/time.hpp"
#include "weir/flow/protocols.hpp"

namespace weir {
namespace {

/// Metrics with random labels against sums in a std::map, whose keys are made without packing.
class RandomMetrics {
 public:
  explicit RandomMetrics(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  Metric metric(const std::shared_ptr<const Lookup>& names) {
    Metric metric = simple_metric({});
    for (std::uint64_t left = below(6); left != 0; --left) {
      const auto id = static_cast<FieldId>(below(kFieldCount));
      const bool integer = storage_of(info(id).kind) == Storage::integer;
      metric.labels.push_back({fmt::format("l{}", metric.labels.size()), id,
                               integer && below(3) == 0 ? names : nullptr});
      if (info(id).kind == Kind::address && below(2) == 0) {
        metric.labels.back().v4_bits = static_cast<std::uint8_t>(below(33));
        metric.labels.back().v6_bits = static_cast<std::uint8_t>(below(129));
      }
    }
    return metric;
  }

  /// Few values for each field, so that flows meet in series.
  void fill(FlowBatch& batch, const FieldSet& fields) {
    Flow& row = batch.next();
    for (FieldId id = 0; id < kFieldCount; ++id) {
      if (!fields.has(id) || below(4) == 0) {
        continue;
      }
      const std::uint64_t pick = below(4);
      switch (storage_of(info(id).kind)) {
        case Storage::integer: {
          const std::uint64_t most = ~std::uint64_t{0} >> (64U - info(id).bits);
          set(row, id, pick == 3 ? most : pick);
          break;
        }
        case Storage::real:
          set(row, id, static_cast<double>(pick) / 2);
          break;
        case Storage::address: {
          IpAddress address = pick % 2 == 0 ? IpAddress{} : IpAddress::from_ipv4(0);
          address.bytes[15] = static_cast<std::uint8_t>(pick / 2);
          address.bytes[13] = static_cast<std::uint8_t>(below(3) * 80);
          set(row, id, address);
          break;
        }
        case Storage::text:
          set(row, id, kTexts[pick]);
          break;
      }
    }
    set(row, field("bytes"), below(1000));
    batch.append();
  }

 private:
  static constexpr std::array<std::string_view, 4> kTexts = {"", "a \\ \"text\"\n", "\xc5\xbd",
                                                             "somewhat longer than sixteen bytes"};

  std::mt19937_64 random_;
};

std::string shown_value(const Flow& row, FieldId id) {
  switch (storage_of(info(id).kind)) {
    case Storage::real:
      return fmt::format("{}", get_real(row, id));
    case Storage::text:
      return std::string(get_text(row, id));
    case Storage::address: {
      const IpAddress address = get_address(row, id);
      return address == IpAddress{} ? "" : address.to_string();
    }
    case Storage::integer:
      break;
  }
  const std::uint64_t value = get_integer(row, id);
  switch (info(id).kind) {
    case Kind::mac:
      return format_mac(value);
    case Kind::time:
      return format_time(value);
    case Kind::etype:
      return fmt::format("0x{:04x}", value);
    case Kind::proto: {
      const auto name = protocol_name(static_cast<std::uint8_t>(value));
      return name.empty() ? std::to_string(value) : std::string(name);
    }
    default:
      return std::to_string(value);
  }
}

/// The network of an address, worked out bit by bit.
std::string shown_network(const Flow& row, const MetricLabel& label) {
  IpAddress address = get_address(row, label.field);
  const bool v4 = address.is_ipv4();
  const unsigned bits = v4 ? label.v4_bits : label.v6_bits;
  for (unsigned bit = bits + (v4 ? 96U : 0U); bit < 128; ++bit) {
    address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  return address == IpAddress{} ? "" : fmt::format("{}/{}", address.to_string(), bits);
}

std::string expected_text(const Metric& metric, const Flow& row, const NameMap& names) {
  std::string text = metric.name + "{";
  for (const MetricLabel& label : metric.labels) {
    std::string value = label.v4_bits < 32 || label.v6_bits < 128 ? shown_network(row, label)
                                                                  : shown_value(row, label.field);
    if (label.lookup) {
      const auto known = names.find(get_integer(row, label.field));
      value = known == names.end() ? "" : known->second;
    }
    text += &label == metric.labels.data() ? "" : ",";
    text += label.name + "=\"";
    for (const char c : value) {
      text += c == '\n' ? "\\n" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : std::string(1, c);
    }
    text += '"';
  }
  return text + "}";
}

TEST(SinkProperty, RandomMetricsOfRandomFlowsAddUpAsInAMap) {
  const NameMap names = {{0, "none"}, {1, "ONE"}, {2, "ONE"}};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomMetrics random(seed);
    const Metric metric = random.metric(std::make_shared<TestLookup>(names));
    PrometheusSink sink({.metrics = {metric}});
    std::map<std::string, std::uint64_t> truth;
    Accounts accounts;
    FlowBatch batch;
    for (int i = 0; i < 600; ++i) {
      random.fill(batch, fields_of(metric));
      const Flow& row = batch[batch.size() - 1];
      truth[expected_text(metric, row, names)] += get_integer(row, field("bytes"));
      if (batch.full() || random.below(100) == 0) {
        sink.write(batch, accounts);
        batch.clear();
      }
      if (random.below(200) == 0) {
        sink.commit({});
      }
    }
    sink.write(batch, accounts);
    sink.commit({});
    ASSERT_EQ(samples_of(sink), truth) << "seed " << seed;
    ASSERT_EQ(accounts.counted, 600U);
    ASSERT_EQ(sink.snapshot().metrics[0].capped, 0U);
  }
}

}  // namespace
}  // namespace weir
