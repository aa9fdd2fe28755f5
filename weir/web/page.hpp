#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A heading and the names and values below it.
struct PageSection {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
};

/// What the landing page tells.
struct PageFacts {
  std::string version;
  std::string not_ready;  ///< empty: ready
  std::string as_of;      ///< when the numbers were true; empty: not yet
  std::vector<PageSection> sections;
  std::string does{"Network flow records, counted for Prometheus."};  ///< what the program does
  bool refused = false;                                               ///< there is /api/v1/refused
};

/// The page at `/`: whether all is well, what is read and counted, where the metrics are. It needs
/// nothing from elsewhere and loads itself again every few seconds.
std::string render_page(const PageFacts& facts);

/// Appends text as well-formed UTF-8 with the characters that mean something in HTML replaced.
void append_html(std::string_view raw, std::string& out);

/// "1,234,567"
std::string grouped(std::uint64_t number);

}  // namespace weir
