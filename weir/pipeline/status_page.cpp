#include "weir/pipeline/status_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>

#include "weir/base/time.hpp"
#include "weir/base/version.hpp"
#include "weir/web/page.hpp"

namespace weir {
namespace {

using Clock = std::chrono::system_clock;

std::string when(Clock::time_point time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
  return format_time(static_cast<UnixNanos>(seconds.count()) * kNanosPerSecond);
}

/// "12 (10 not_json, 2 empty)", "3 (empty)" or "0"
std::string by_reason(std::span<const std::uint64_t> counts,
                      std::span<const std::string_view> reasons) {
  const auto sum = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  std::string parts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == sum && sum != 0) {
      parts = reasons[i];
    } else if (counts[i] != 0) {
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", grouped(counts[i]), reasons[i]);
    }
  }
  return parts.empty() ? grouped(sum) : fmt::format("{} ({})", grouped(sum), parts);
}

std::string letters_row(const DeadLetterStatus& letters) {
  const auto sum = std::accumulate(letters.sent.begin(), letters.sent.end(), std::uint64_t{0});
  std::string text = fmt::format("{} sent to {}", grouped(sum), letters.topic);
  if (letters.cut > 0) {
    text += fmt::format(", {} of them cut because they were too long", grouped(letters.cut));
  }
  if (letters.pending > 0) {
    text += fmt::format("; {} wait", grouped(letters.pending));
  }
  return letters.trouble.empty() ? text : text + ": " + letters.trouble;
}

PageSection records(const Accounts& accounts) {
  std::uint64_t read = 0;
  for (const Accounts::Origin& origin : accounts.origins) {
    read += origin.records;
  }
  PageSection section{"Records",
                      {{"Read", grouped(read)},
                       {"Counted", grouped(accounts.counted)},
                       {"Filtered", by_reason(accounts.filtered, kFilteredNames)},
                       {"Refused", by_reason(accounts.refused, kRefusedNames)}}};
  if (const std::int64_t left = accounts.unaccounted(); left != 0) {
    section.rows.emplace_back("Unaccounted", fmt::format("{}; this is a defect of weir", left));
  }
  return section;
}

/// What is still to be read, and what never can be.
void append_lag(const SourceStatus& source, const SourceState& read, PageSection& section) {
  std::uint64_t behind = 0;
  std::uint64_t lost = 0;
  std::size_t known = 0;
  for (const OriginStatus& origin : source.origins) {
    if (origin.position >= 0 && origin.end >= 0) {
      behind += static_cast<std::uint64_t>(std::max<std::int64_t>(0, origin.end - origin.position));
      ++known;
    }
  }
  for (const OriginState& origin : read.origins) {
    lost += origin.lost;
  }
  if (known > 0) {
    section.rows.emplace_back(
        "Lag", fmt::format("{} in {} partition{}", grouped(behind), known, known == 1 ? "" : "s"));
  }
  if (lost > 0) {
    section.rows.emplace_back("Lost",
                              grouped(lost) + " messages, deleted before they could be read");
  }
}

PageSection series(const std::vector<MetricSnapshot>& metrics) {
  PageSection section{"Metrics", {}};
  for (const MetricSnapshot& metric : metrics) {
    std::string text =
        fmt::format("{} in {} series", grouped(metric.total), grouped(metric.population.live));
    if (metric.capped > 0) {
      text += fmt::format("; {} records in the series “other”, beyond --max-series",
                          grouped(metric.capped));
    }
    section.rows.emplace_back(metric.name, std::move(text));
  }
  return section;
}

std::string names_row(const AsNameUpdater& names) {
  if (!names.has_source()) {
    return "not looked up";
  }
  const std::size_t count = names.current()->size();
  return count == 0 ? "none known"
                    : fmt::format("{}, as of {}", grouped(count), when(names.loaded_at()));
}

}  // namespace

std::string status_page(const StatusFacts& facts) {
  PageFacts page;
  page.version = fmt::format("weir {} ({})", version(), git_hash());
  page.not_ready = facts.not_ready;
  if (facts.flows.committed_at != Clock::time_point{}) {
    page.as_of = when(facts.flows.committed_at);
  }
  PageSection reading{"Reading", facts.setup};
  append_lag(facts.source, facts.flows.checkpoint.source, reading);
  reading.rows.emplace_back("AS names", names_row(facts.names));
  PageSection judged = records(facts.flows.checkpoint.accounts);
  if (facts.dead_letters != nullptr) {
    judged.rows.emplace_back("Dead letters", letters_row(*facts.dead_letters));
  }
  page.sections = {std::move(reading), std::move(judged), series(facts.flows.metrics)};
  page.refused = true;
  return render_page(page);
}

}  // namespace weir
