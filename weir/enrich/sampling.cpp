#include "weir/enrich/sampling.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/enrich/file_follower.hpp"
#include "weir/enrich/sampling_stage.hpp"

namespace weir {

struct Sampling::Parts {
  explicit Parts(SamplingOptions given) : options(std::move(given)) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (options.rule == SamplingRule::fixed && (options.fixed == 0 || options.fixed > kMost)) {
      throw Error::usage(
          "sampling: give a fixed rate of 1 to 4294967295, how many packets one stands for");
    }
    if (options.rule != SamplingRule::table) {
      return;
    }
    std::vector<FollowedFile> files;
    files.push_back({.kind = "sampling",
                     .path = options.table,
                     .take = [to = table](const std::string& content) {
                       SamplingTable read = SamplingTable::parse(content);
                       const std::uint64_t entries = read.size();
                       to->publish(std::move(read));
                       return entries;
                     }});
    follower.emplace(std::move(files), options.check, [] {});
  }

  SamplingOptions options;
  std::shared_ptr<Published<SamplingTable>> table = std::make_shared<Published<SamplingTable>>();
  std::optional<FileFollower> follower;
};

Sampling::Sampling(SamplingOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {}
Sampling::~Sampling() = default;

FieldSet Sampling::reads() const {
  FieldSet fields;
  if (parts_->options.rule != SamplingRule::off) {
    fields.add(field("exporter"));
    fields.add(field("sampled"));
  }
  if (parts_->options.rule == SamplingRule::record || parts_->options.rule == SamplingRule::table) {
    fields.add(field("sampling_rate"));
  }
  return fields;
}

std::unique_ptr<Stage> Sampling::stage(std::shared_ptr<SamplingCounters> counters,
                                       Refusals* refusals) const {
  switch (parts_->options.rule) {
    case SamplingRule::off:
      return nullptr;
    case SamplingRule::record:
      return std::make_unique<SamplingStage>(0, nullptr, std::move(counters), refusals);
    case SamplingRule::fixed:
      return std::make_unique<SamplingStage>(parts_->options.fixed, nullptr, std::move(counters),
                                             refusals);
    case SamplingRule::table:
      return std::make_unique<SamplingStage>(0, parts_->table, std::move(counters), refusals);
  }
  return nullptr;
}

std::string Sampling::refresh() {
  return parts_->follower ? parts_->follower->refresh() : std::string{};
}

const SamplingOptions& Sampling::options() const {
  return parts_->options;
}

std::optional<LookupFile> Sampling::file() const {
  return parts_->follower ? std::optional(parts_->follower->files().front()) : std::nullopt;
}

}  // namespace weir
