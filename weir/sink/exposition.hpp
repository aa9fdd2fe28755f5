#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/sink/metric_text.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {

/// The value of the Content-Type header.
std::string_view content_type(ExpositionFormat format);

/// The body of one scrape: the flow metrics of a snapshot, then other families. Its size is known
/// before a byte of it is made, and it is made a piece at a time, so that a scrape of a million
/// series needs little memory. Immutable; any number of readers can share it.
class ExpositionBody {
 public:
  /// `others` are further families in the same format, without an end mark. With `created`
  /// OpenMetrics says of each series since when it has been counted.
  ExpositionBody(PrometheusSnapshot snapshot, std::string others, ExpositionFormat format,
                 bool created = false);

  /// Bytes in all.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Reads the body from its beginning to its end.
  class Reader {
   public:
    explicit Reader(std::shared_ptr<const ExpositionBody> body) : body_(std::move(body)) {}
    /// Writes the next bytes, as many as there are and fit; 0 only at the end or without room.
    std::size_t read(char* out, std::size_t room);

   private:
    char* write_samples(char* at, const char* end);
    bool next_piece();

    std::shared_ptr<const ExpositionBody> body_;
    std::size_t metric_ = 0;
    SeriesId series_ = 0;
    bool head_done_ = false;
    bool tail_done_ = false;
    std::string piece_;  ///< what is not a sample, or a sample that did not fit
    std::size_t piece_at_ = 0;
  };

 private:
  struct Family {
    std::string head;  ///< HELP and TYPE
    MetricSnapshot metric;
  };

  std::vector<Family> families_;
  std::string tail_;
  std::uint64_t size_ = 0;
  bool created_;
};

}  // namespace weir
