#include "weir/enrich/sampling_stage.hpp"

#include <array>
#include <utility>

namespace weir {
namespace {

using Used = SamplingCount::Used;

constexpr std::array<FieldId, 6> kMultiplied = {field("bytes"),       field("packets"),
                                                field("out_bytes"),   field("out_packets"),
                                                field("total_bytes"), field("total_packets")};

/// False where one of them would pass 2^64.
bool multiply_all(Flow& row, std::uint64_t rate) {
  for (const FieldId id : kMultiplied) {
    if (!row.present.has(id)) {
      continue;
    }
    std::uint64_t value = get_integer(row, id);
    if (__builtin_mul_overflow(value, rate, &value)) {
      return false;
    }
    set(row, id, value);
  }
  return true;
}

}  // namespace

SamplingStage::SamplingStage(std::uint64_t fixed,
                             std::shared_ptr<const Published<SamplingTable>> table,
                             std::shared_ptr<SamplingCounters> counters, Refusals* refusals)
    : fixed_(fixed), counters_(std::move(counters)), refusals_(refusals) {
  if (table) {
    table_.emplace(std::move(table));
  }
}

void SamplingStage::process(FlowBatch& batch, Accounts& accounts, Emit& next) {
  newest_ = table_ ? &table_->newest() : nullptr;
  refused_.clear();
  counters_->with([&](SamplingCounters::Table& counts) {
    Exporter exporter;
    std::size_t at = 0;
    batch.keep([&](Flow& row) {
      settle(exporter, row, counts);
      const bool kept = multiply(row, exporter, counts);
      if (!kept) {
        refused_.push_back(batch.place(at));
      }
      ++at;
      return kept;
    });
  });
  accounts.refuse(Refused::overflow, refused_.size());
  if (refusals_ != nullptr) {
    for (const RecordPlace& place : refused_) {
      refusals_->refused(Refused::overflow, place);
    }
  }
  if (!batch.empty()) {
    next(batch);
  }
}

void SamplingStage::settle(Exporter& exporter, const Flow& row, SamplingCounters::Table& counts) {
  const bool has = row.present.has(field("exporter"));
  if (exporter.settled && has == exporter.address.has_value() &&
      (!has || row.exporter == *exporter.address)) {
    return;
  }
  exporter.settled = true;
  exporter.address = has ? std::optional(row.exporter) : std::nullopt;
  exporter.place = counts.place(has ? &row.exporter : nullptr);
  exporter.rate = newest_ == nullptr ? 0 : newest_->rate(has ? row.exporter : IpAddress{});
}

bool SamplingStage::multiply(Flow& row, const Exporter& exporter, SamplingCounters::Table& counts) {
  std::uint64_t rate = 0;
  auto used = Used::none;
  if (get_integer(row, field("sampled")) != 0) {
    rate = 1;
  } else if (fixed_ != 0) {
    rate = fixed_;
    used = Used::fixed;
  } else if (exporter.rate != 0) {
    rate = exporter.rate;
    used = Used::table;
  } else if (const std::uint64_t own = get_integer(row, field("sampling_rate")); own != 0) {
    rate = own;
    used = Used::record;
  }
  if (rate > 1) {
    if (!multiply_all(row, rate)) {
      return false;
    }
    set(row, field("sampled"), std::uint64_t{1});
  }
  counts.add(exporter.place, used);
  return true;
}

}  // namespace weir
