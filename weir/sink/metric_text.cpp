#include "weir/sink/metric_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace weir {
namespace {

/// HELP escapes backslashes and line breaks; OpenMetrics quotes too.
void append_escaped_help(std::string_view help, ExpositionFormat format, std::string& out) {
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && format == ExpositionFormat::openmetrics) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

}  // namespace

void append_escaped_label(std::string_view value, std::string& out) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
}

void append_family_head(const FamilyHead& head, ExpositionFormat format, std::string& out) {
  constexpr std::string_view kTotal = "_total";
  std::string_view family = head.name;
  if (format == ExpositionFormat::openmetrics && head.type == "counter" &&
      family.ends_with(kTotal)) {
    family.remove_suffix(kTotal.size());
  }
  fmt::format_to(std::back_inserter(out), "# HELP {} ", family);
  append_escaped_help(head.help, format, out);
  fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", family, head.type);
}

void FamilyWriter::family(const FamilyHead& head) {
  name_ = head.name;
  append_family_head(head, format_, text_);
}

void FamilyWriter::begin_sample(Labels labels) {
  text_ += name_;
  char separator = '{';
  for (const auto& [name, value] : labels) {
    text_ += separator;
    text_ += name;
    text_ += "=\"";
    append_escaped_label(value, text_);
    text_ += '"';
    separator = ',';
  }
  if (labels.size() != 0) {
    text_ += '}';
  }
  text_ += ' ';
}

void FamilyWriter::sample(std::uint64_t value, Labels labels) {
  begin_sample(labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void FamilyWriter::sample_signed(std::int64_t value, Labels labels) {
  begin_sample(labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void FamilyWriter::sample_real(double value, Labels labels) {
  begin_sample(labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void FamilyWriter::single(const FamilyHead& head, std::uint64_t value) {
  family(head);
  sample(value);
}

void FamilyWriter::single_real(const FamilyHead& head, double value) {
  family(head);
  sample_real(value);
}

}  // namespace weir
