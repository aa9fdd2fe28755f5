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

constexpr std::string_view kTotal = "_total";
constexpr std::string_view kCreated = "_created";

char* write(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* write_value(std::uint64_t value, char* out) {
  out = std::to_chars(out, out + kMaxValue, value).ptr;
  *out++ = '\n';
  return out;
}

/// A series' line, or with `created` its two lines. Lines are told apart by the end of the name.
struct Lines {
  std::size_t base;  ///< size of the metric's name without `_total`
  bool created;

  [[nodiscard]] std::size_t size(const Series& series, std::uint64_t value,
                                 std::uint32_t born) const {
    const std::size_t line = series.text_size + digits(value) + 1;
    return created ? line + series.text_size + (kCreated.size() - kTotal.size()) + digits(born) + 1
                   : line;
  }
  [[nodiscard]] std::size_t room(const Series& series) const {
    const std::size_t line = series.text_size + kMaxValue;
    return created ? 2 * line + kCreated.size() : line;
  }
  /// `out` has the room for it. Returns one past the end.
  char* write(const Series& series, std::uint64_t value, std::uint32_t born, char* out) const {
    const std::string_view text = series.text();
    out = write_value(value, weir::write(text, out));
    if (created) {
      out = weir::write(text.substr(0, base), out);
      out = weir::write(kCreated, out);
      out = write_value(born, weir::write(text.substr(base + kTotal.size()), out));
    }
    return out;
  }
};

Lines lines_of(const MetricSnapshot& metric, bool created) {
  // Names end so, see `check` in metric.hpp.
  return {metric.name.size() - kTotal.size(), created};
}

}  // namespace

std::string_view content_type(ExpositionFormat format) {
  return format == ExpositionFormat::text
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

ExpositionBody::ExpositionBody(PrometheusSnapshot snapshot, std::string others,
                               ExpositionFormat format, bool created)
    : tail_(std::move(others)), created_(created && format == ExpositionFormat::openmetrics) {
  for (MetricSnapshot& metric : snapshot.metrics) {
    std::string head;
    append_family_head({metric.name, metric.help, "counter"}, format, head);
    size_ += head.size();
    const Lines lines = lines_of(metric, created_);
    for (SeriesId id = 0; id < metric.states.size(); ++id) {
      if (metric.shows(id)) {
        size_ += lines.size(metric.registry->series(id), metric.values[id], metric.born[id]);
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
  const Lines lines = lines_of(metric, body_->created_);
  for (; series_ < metric.states.size(); ++series_) {
    if (metric.shows(series_)) {
      const Series& series = registry.series(series_);
      if (static_cast<std::size_t>(end - at) < lines.room(series)) {
        break;
      }
      at = lines.write(series, metric.values[series_], metric.born[series_], at);
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
    const Lines lines = lines_of(family.metric, body_->created_);
    while (series_ < family.metric.states.size()) {
      const SeriesId id = series_++;
      if (family.metric.shows(id)) {
        const Series& series = family.metric.registry->series(id);
        piece_.resize(lines.room(series));
        const char* const end =
            lines.write(series, family.metric.values[id], family.metric.born[id], piece_.data());
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
