// Groups rows made of the input by a spec made of it too: what comes out is what a std::map gives,
// whatever the threads, the memory and the hashes; top groups and the rest add up to the totals.
// Any text for --by and --fields is taken or refused with an Error.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/support.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/naive_grouping.hpp"
#include "weir/aggregate/grouping.hpp"
#include "weir/base/error.hpp"

namespace {

using weir::FieldId;
using weir::fuzzing::Input;
using weir::fuzzing::require;
using weir::test::NaiveGrouping;

/// Key parts and columns, of which a byte of the input chooses.
constexpr const char* kKeys[] = {
    "src_as",     "dst_as",  "src_addr/24/64", "dst_addr/24/64", "src_port", "dst_port",
    "proto",      "label",   "in_vrf",         "out_vrf",        "tag",      "src_mac",
    "first_seen", "src_lat", "exporter",       "next_hop/0/0"};
constexpr const char* kColumns[] = {"bytes",     "packets",  "flows", "out_bytes", "first_seen",
                                    "last_seen", "duration", "bps",   "tcp_flags", "sampling_rate"};

std::string chosen(std::span<const char* const> words, unsigned bits) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((bits >> i & 1U) != 0) {
      text += text.empty() ? words[i] : std::string(",") + words[i];
    }
  }
  return text;
}

std::optional<weir::GroupSpec> spec_of(Input& input) {
  const unsigned key = input.byte() | input.byte() << 8U;
  const unsigned columns = input.byte() | input.byte() << 8U;
  try {
    return weir::parse_group_spec(chosen(kKeys, key), chosen(kColumns, columns % 0x3ff + 1),
                                  columns >> 15U != 0);
  } catch (const weir::Error&) {
    return std::nullopt;
  }
}

void fill(weir::Flow& row, FieldId id, Input& input) {
  const unsigned byte = input.byte();
  if (byte % 8 == 0) {
    return;
  }
  const weir::FieldInfo& field = weir::info(id);
  switch (weir::storage_of(field.kind)) {
    case weir::Storage::integer: {
      const std::uint64_t most = ~std::uint64_t{0} >> (64 - field.bits);
      weir::set(row, id, byte % 8 == 1 ? most - byte / 8 : std::uint64_t{byte / 8});
      break;
    }
    case weir::Storage::real:
      weir::set(row, id, byte % 8 == 1 ? 0.0 / (byte / 8) : byte / 8 - 9.5);
      break;
    case weir::Storage::address: {
      weir::IpAddress address = weir::IpAddress::from_ipv4(byte * 0x8101U);
      if (byte % 8 < 3) {
        address.bytes = {0x20, 1, static_cast<std::uint8_t>(byte / 8)};
      }
      weir::set(row, id, address);
      break;
    }
    case weir::Storage::text:
      weir::set(row, id, input.text(byte / 8));
  }
}

std::vector<weir::FlowBatch> rows_of(const weir::GroupSpec& spec, Input& input) {
  std::vector<weir::FlowBatch> batches(1);
  for (int i = 0; i < 2000 && !input.empty(); ++i) {
    if (batches.back().full() || input.byte() == 0) {
      batches.emplace_back();
    }
    weir::Flow& row = batches.back().next();
    std::memset(static_cast<void*>(&row), 0xa5, sizeof row);
    row.present.clear();
    for (const weir::KeyPart& part : spec.key) {
      fill(row, part.field, input);
    }
    for (const char* const name : {"bytes", "packets", "flows", "out_bytes", "first_seen",
                                   "last_seen", "tcp_flags", "sampling_rate"}) {
      const FieldId id = *weir::find_field(name);
      if (!row.present.has(id)) {
        fill(row, id, input);
      }
    }
    batches.back().append();
  }
  return batches;
}

struct Result {
  std::vector<std::string> rows;
  std::string other;
  std::string totals;
  bool operator==(const Result&) const = default;
};

/// Nothing where a sum is beyond 64 bits.
std::optional<Result> group(const weir::GroupSpec& spec,
                            const std::vector<weir::FlowBatch>& batches,
                            const weir::GroupOrder& order, unsigned threads, std::size_t memory,
                            std::uint64_t seed) {
  try {
    weir::Grouping grouping(spec,
                            {.threads = threads,
                             .max_memory = memory,
                             .open_spill = [] { return std::make_unique<weir::MemoryStore>(); },
                             .seed = seed});
    for (std::size_t i = 0; i < batches.size(); ++i) {
      grouping.worker(i % threads).process(batches[i]);
    }
    grouping.finish(order);
    weir::CollectRows rows;
    grouping.emit(rows);
    require(grouping.groups() == rows.rows.size() + grouping.others());
    Result result{.rows = std::move(rows.rows), .other = {}, .totals = {}};
    weir::Flow row;
    grouping.other(row);
    result.other = weir::row_text(row);
    grouping.totals(row);
    result.totals = weir::row_text(row);
    return result;
  } catch (const weir::Error&) {
    return std::nullopt;
  }
}

std::optional<Result> expected(const weir::GroupSpec& spec,
                               const std::vector<weir::FlowBatch>& batches,
                               const weir::GroupOrder& order) {
  try {
    NaiveGrouping naive(spec);
    for (const weir::FlowBatch& batch : batches) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        naive.add(batch[i]);
      }
    }
    Result result{.rows = naive.rows(order), .other = {}, .totals = naive.rest(order, 0)};
    result.other = naive.rest(order, order.top == 0 ? naive.size() : result.rows.size());
    return result;
  } catch (const weir::Error&) {
    return std::nullopt;
  }
}

void take_any_words(std::string_view text) {
  const std::size_t half = text.find(' ');
  try {
    const weir::GroupSpec spec = weir::parse_group_spec(
        text.substr(0, half), half == std::string_view::npos ? "" : text.substr(half));
    const weir::GroupLayout layout(spec);
    std::string by;
    for (const weir::KeyPart& part : spec.key) {
      by += (by.empty() ? "" : ",") + to_string(part);
    }
    require(weir::parse_group_spec(by, "").key == spec.key);
  } catch (const weir::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(weir::fuzzing::as_text(data, size));
  const unsigned choice = input.byte();
  if (choice == 0) {
    take_any_words(input.text(size));
    return 0;
  }
  const auto spec = spec_of(input);
  if (!spec) {
    return 0;
  }
  weir::GroupOrder order{.descending = choice % 2 != 0, .top = choice / 2 % 8, .totals = true};
  order.by = spec->columns[choice % spec->columns.size()].source;
  const auto batches = rows_of(*spec, input);
  const auto wanted = expected(*spec, batches, order);
  require(group(*spec, batches, order, 1, 0, 1) == wanted);
  require(group(*spec, batches, order, 1 + choice % 3, 1, choice) == wanted);
  return 0;
}
