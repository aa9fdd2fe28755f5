#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Prometheus text format 0.0.4, or OpenMetrics 1.0.
enum class ExpositionFormat : std::uint8_t { text, openmetrics };

/// What introduces a metric family. Counters end in `_total`.
struct FamilyHead {
  std::string_view name;
  std::string_view help;
  std::string_view type;  ///< counter, gauge
};

/// Appends the HELP and TYPE lines. OpenMetrics names a counter's family without `_total`.
void append_family_head(const FamilyHead& head, ExpositionFormat format, std::string& out);

/// Appends a label value with `\`, `"` and line breaks escaped, as both text formats ask for.
void append_escaped_label(std::string_view value, std::string& out);

/// Writes small metric families, one after another.
class FamilyWriter {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit FamilyWriter(ExpositionFormat format) : format_(format) {}

  void family(const FamilyHead& head);
  /// A sample of the family begun last.
  void sample(std::uint64_t value, Labels labels = {});
  void sample_signed(std::int64_t value, Labels labels = {});
  void sample_real(double value, Labels labels = {});
  /// A family with one sample without labels.
  void single(const FamilyHead& head, std::uint64_t value);
  void single_real(const FamilyHead& head, double value);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin_sample(Labels labels);

  ExpositionFormat format_;
  std::string name_;
  std::string text_;
};

}  // namespace weir
