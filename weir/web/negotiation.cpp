#include "weir/web/negotiation.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

namespace weir {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Takes what stands before `separator` off the front of `text`.
std::string_view next_part(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

/// The `q` of one element's parameters; 1 without one, 0 for one that is no number.
double quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string parameter = lower(next_part(parameters, ';'));
    if (parameter.starts_with("q=")) {
      double value = 0;
      std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), value);
      return value;
    }
  }
  return 1;
}

/// The best quality given to `name`; nothing when the list does not name it.
std::optional<double> wish_for(std::string_view list, std::string_view name) {
  std::optional<double> best;
  while (!list.empty()) {
    std::string_view element = next_part(list, ',');
    if (lower(next_part(element, ';')) == name) {
      best = std::max(best.value_or(0), quality(element));
    }
  }
  return best;
}

}  // namespace

bool accepts_openmetrics(std::string_view accept) {
  const double openmetrics = wish_for(accept, "application/openmetrics-text").value_or(0);
  return openmetrics > 0 && openmetrics > wish_for(accept, "text/plain").value_or(0);
}

bool accepts_gzip(std::string_view accept_encoding) {
  const auto any = wish_for(accept_encoding, "*").value_or(0);
  return wish_for(accept_encoding, "gzip").value_or(any) > 0;
}

}  // namespace weir
