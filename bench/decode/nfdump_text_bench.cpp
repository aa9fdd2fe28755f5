#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>

#include "weir/decode/nfdump_text.hpp"

namespace weir {
namespace {

constexpr std::size_t kRows = 100'000;
constexpr std::size_t kChunk = 65'536;

class Count final : public RowReceiver {
 public:
  void columns(std::span<const NfdumpColumn> /*columns*/) override {}
  void row(std::span<const std::string_view> texts) override {
    benchmark::DoNotOptimize(texts.data());
    ++rows;
  }
  std::uint64_t rows = 0;
};

/// A window grouped by country, as nfdump 1.7 prints it.
std::string window() {
  std::mt19937_64 random{1};
  std::string text = "Date first seen         DC     Duration      Packets    Bytes      pps\n";
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t flows = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::uint64_t p = random() % 100'000;
    const std::uint64_t b = p * (40 + random() % 1400);
    const std::uint64_t f = 1 + random() % 500;
    fmt::format_to(std::back_inserter(text),
                   "2026-11-21 21:2{}:{:02}.{:03}, {:3},{:16.3f},{:8},{:8},{:8},{:8},{:5}\n",
                   random() % 5, random() % 60, random() % 1000, random() % 900,
                   static_cast<double>(random() % 300'000) / 1000, p, b, p / 300, b * 8 / 300, f);
    packets += p;
    bytes += b;
    flows += f;
  }
  fmt::format_to(std::back_inserter(text),
                 "Summary: total flows: {}, total bytes: {}, total packets: {}, avg bps: 1, avg "
                 "pps: 1, avg bpp: 1\nTime window: 2026-11-21 21:20:00 - 2026-11-21 21:25:00\n"
                 "Total flows processed: {}, passed: {}, Blocks skipped: 0, Bytes read: 9780000\n"
                 "Sys: 0.0022s User: 0.0000s Wall: 0.0013s flows/second: 1.2 Runtime: 0.0034s\n",
                 flows, bytes, packets, flows, flows);
  return text;
}

void read_window(benchmark::State& state, const std::string& output, const std::string& text) {
  const std::string words[] = {"nfdump", "-o", output, "-A", "dstctry", "-N"};
  const NfdumpFormat format = nfdump_format(words);
  std::uint64_t rows = 0;
  for (auto _ : state) {
    NfdumpText reader(format);
    Count count;
    for (std::size_t at = 0; at < text.size(); at += kChunk) {
      reader.feed(std::string_view(text).substr(at, kChunk), count);
    }
    const NfdumpVerdict verdict = reader.finish({});
    if (!verdict.whole() || count.rows != kRows) {
      state.SkipWithError(verdict.detail.c_str());
      return;
    }
    rows += count.rows;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}

/// One item is a row of 8 columns; the bar is 0.15 µs.
void with_commas(benchmark::State& state) {
  static const std::string text = window();
  read_window(state, "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl", text);
}
BENCHMARK(with_commas)->Unit(benchmark::kMillisecond);

void with_blanks(benchmark::State& state) {
  static const std::string text = [] {
    std::string made = window();
    const std::size_t trailer = made.find("Summary:");
    for (std::size_t i = 0; i < trailer; ++i) {
      made[i] = made[i] == ',' ? ' ' : made[i];
    }
    return made;
  }();
  read_window(state, "fmt:%ts %dcc %td %pkt %byt %pps %bps %fl", text);
}
BENCHMARK(with_blanks)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir
