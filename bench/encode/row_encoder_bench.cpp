#include "weir/encode/row_encoder.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

constexpr std::size_t kRows = 1000;
constexpr std::size_t kColumns = 8;
using Texts = std::array<std::string, kColumns>;
using Row = std::array<std::string_view, kColumns>;

std::vector<Column> columns() {
  return {{"first_seen", ColumnKind::time},   {"dst_ctr", ColumnKind::number},
          {"duration", ColumnKind::duration}, {"packets", ColumnKind::number},
          {"bytes", ColumnKind::number},      {"pps", ColumnKind::number},
          {"bps", ColumnKind::number},        {"flows", ColumnKind::number}};
}

/// Numbers of every length equally often, as the default command prints them.
std::vector<Texts> texts() {
  std::mt19937_64 random(1);
  const auto number = [&random](unsigned digits) {
    std::uint64_t limit = 10;
    for (std::uint64_t more = random() % digits; more > 0; --more) {
      limit *= 10;
    }
    return fmt::format("{}", random() % limit);
  };
  std::vector<Texts> rows;
  rows.reserve(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.push_back({fmt::format("2026-11-21 23:{:02}:{:02}.{:03}", random() % 60, random() % 60,
                                random() % 1000),
                    number(3), fmt::format("{}.{:03}", number(4), random() % 1000), number(8),
                    number(12), number(6), number(11), number(6)});
  }
  return rows;
}

void encode_rows(benchmark::State& state, MessageFormat format,
                 const std::vector<std::string>& key_columns) {
  const auto kept = texts();
  std::vector<Row> rows(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    std::copy(kept[i].begin(), kept[i].end(), rows[i].begin());
  }
  constexpr UnixNanos kHour = 3600 * kNanosPerSecond;
  RowEncoder encoder(format, columns(), key_columns, [](UnixNanos shown) { return shown - kHour; });
  std::string value;
  std::string key;
  std::uint64_t bytes = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    if (encoder.encode(rows[next], value, key) != EncodeStatus::encoded) {
      state.SkipWithError("a row was refused");
      break;
    }
    bytes += value.size();
    next = next + 1 == kRows ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes_a_row"] =
      static_cast<double>(bytes) / static_cast<double>(state.iterations());
}

BENCHMARK_CAPTURE(encode_rows, cbor, MessageFormat::cbor, {});
BENCHMARK_CAPTURE(encode_rows, cbor_with_key, MessageFormat::cbor, {"dst_ctr"});
BENCHMARK_CAPTURE(encode_rows, cbor_typed, MessageFormat::cbor_typed, {});
BENCHMARK_CAPTURE(encode_rows, json, MessageFormat::json, {});

}  // namespace
}  // namespace weir
