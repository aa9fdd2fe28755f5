#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Where names come from unless the user says otherwise.
inline constexpr std::string_view kDefaultAsNames = "http://www.cidr-report.org/as2.0/asn.txt";

/// Names of autonomous systems. Immutable, so that threads can share it without locks.
class AsNames {
 public:
  AsNames() = default;

  /// Reads text in the form of cidr-report's asn.txt: lines of a number (also with AS in front),
  /// blanks and a name, which ends at the last ", CC" where CC are two letters. Lines may end with
  /// CRLF; blank ones and those that start with # mean nothing. A line that is not UTF-8 is read as
  /// ISO 8859-1. Anything else (no number below 2^32, no name) is counted and left out. Of several
  /// lines for one number the last counts. Never fails: see `usable`.
  [[nodiscard]] static AsNames parse(std::string_view text);

  /// Reads either such text or a MaxMind DB file of autonomous systems (GeoLite2 ASN, DB-IP,
  /// IPinfo). Throws a usage Error where the latter is damaged or has no names of AS.
  [[nodiscard]] static AsNames read(std::string content);

  /// The name, well-formed UTF-8; empty if it is not known. Valid as long as this object.
  [[nodiscard]] std::string_view name(std::uint32_t as) const;

  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  [[nodiscard]] std::size_t malformed() const { return malformed_; }

  /// Whether the text was a list of names at all, and not, say, an error page in HTML.
  [[nodiscard]] bool usable() const { return size() > 0 && malformed_ <= size(); }

  /// The same names; how many lines were malformed does not matter.
  [[nodiscard]] bool operator==(const AsNames& other) const;

 private:
  struct Line {
    std::uint32_t number;
    std::string_view name;
  };
  [[nodiscard]] static std::optional<Line> read_line(std::string_view line);
  void take(std::vector<Line> lines);
  [[nodiscard]] std::string_view name_at(std::size_t at) const;

  std::vector<std::uint32_t> numbers_;  ///< ascending
  std::vector<std::uint32_t>
      ends_;  ///< of each name in text_; it begins where the previous one ends
  std::string text_;
  std::size_t malformed_ = 0;
};

}  // namespace weir
