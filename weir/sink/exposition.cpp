#include "weir/sink/exposition.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "weir/sink/metric_text.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxValue = 21;  ///< 20 digits and a line break

std::size_t digits(std::uint64_t value) {
  std::size_t count = 1;
  while (value >= 10'000) {
    value /= 10'000;
    count += 4;
  }
  return count + (value >= 10 ? 1U : 0U) + (value >= 100 ? 1U : 0U) + (value >= 1000 ? 1U : 0U);
}

/// One sample line; `out` has room for it. Returns one past its end.
char* write_sample(const Series& series, std::uint64_t value, char* out) {
  const std::string_view text = series.text();
  std::memcpy(out, text.data(), text.size());
  out += text.size();
  out = std::to_chars(out, out + kMaxValue, value).ptr;
  *out++ = '\n';
  return out;
}

}  // namespace

std::string_view content_type(ExpositionFormat format) {
  return format == ExpositionFormat::text
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

ExpositionBody::ExpositionBody(PrometheusSnapshot snapshot, std::string others,
                               ExpositionFormat format)
    : tail_(std::move(others)) {
  for (MetricSnapshot& metric : snapshot.metrics) {
    std::string head;
    append_family_head({metric.name, metric.help, "counter"}, format, head);
    size_ += head.size();
    for (SeriesId id = 0; id < metric.live.size(); ++id) {
      if (metric.live[id] != 0) {
        size_ += metric.registry->series(id).text_size + digits(metric.values[id]) + 1;
      }
    }
    families_.push_back({std::move(head), std::move(metric)});
  }
  if (format == ExpositionFormat::openmetrics) {
    tail_ += "# EOF\n";
  }
  size_ += tail_.size();
}

/// Samples of the current family, as many as surely fit.
char* ExpositionBody::Reader::write_samples(char* at, const char* end) {
  if (!head_done_ || metric_ == body_->families_.size()) {
    return at;
  }
  const MetricSnapshot& metric = body_->families_[metric_].metric;
  const SeriesRegistry& registry = *metric.registry;
  for (; series_ < metric.live.size(); ++series_) {
    if (metric.live[series_] != 0) {
      const Series& series = registry.series(series_);
      if (static_cast<std::size_t>(end - at) < series.text_size + kMaxValue) {
        break;
      }
      at = write_sample(series, metric.values[series_], at);
    }
  }
  return at;
}

/// Fills `piece_` with what comes next. False at the end.
bool ExpositionBody::Reader::next_piece() {
  piece_at_ = 0;
  while (metric_ < body_->families_.size()) {
    const Family& family = body_->families_[metric_];
    if (!std::exchange(head_done_, true)) {
      piece_ = family.head;
      return true;
    }
    while (series_ < family.metric.live.size()) {
      const SeriesId id = series_++;
      if (family.metric.live[id] != 0) {
        const Series& series = family.metric.registry->series(id);
        piece_.resize(series.text_size + kMaxValue);
        const char* const end = write_sample(series, family.metric.values[id], piece_.data());
        piece_.resize(static_cast<std::size_t>(end - piece_.data()));
        return true;
      }
    }
    ++metric_;
    series_ = 0;
    head_done_ = false;
  }
  piece_ = tail_done_ ? std::string() : body_->tail_;
  return !std::exchange(tail_done_, true);
}

std::size_t ExpositionBody::Reader::read(char* out, std::size_t room) {
  char* at = out;
  char* const end = out + room;
  while (at != end) {
    if (piece_at_ == piece_.size()) {
      at = write_samples(at, end);
      if (at == end || !next_piece()) {
        break;
      }
    }
    const std::size_t size =
        std::min(piece_.size() - piece_at_, static_cast<std::size_t>(end - at));
    std::copy_n(piece_.data() + piece_at_, size, at);
    piece_at_ += size;
    at += size;
  }
  return static_cast<std::size_t>(at - out);
}

}  // namespace weir
