#include "weir/enrich/as_names.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/flat_map.hpp"
#include "weir/base/utf8.hpp"
#include "weir/enrich/geo_table.hpp"
#include "weir/enrich/mmdb.hpp"

namespace weir {
namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view without_country(std::string_view text) {
  const std::size_t n = text.size();
  const bool country = n >= 4 && letter(text[n - 1]) && letter(text[n - 2]) && blank(text[n - 3]);
  if (!country) {
    return text;
  }
  std::string_view before = trimmed(text.substr(0, n - 2));
  if (!before.ends_with(',')) {
    return text;
  }
  before.remove_suffix(1);
  return trimmed(before);
}

}  // namespace

/// What a line that is not empty says, if it says anything.
std::optional<AsNames::Line> AsNames::read_line(std::string_view line) {
  if (line.size() > 2 && (line[0] == 'A' || line[0] == 'a') && (line[1] == 'S' || line[1] == 's')) {
    line.remove_prefix(2);
  }
  Line out{};
  const char* end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, out.number);
  if (error != std::errc() || rest == end || !blank(*rest)) {
    return std::nullopt;
  }
  out.name = without_country(trimmed(line.substr(static_cast<std::size_t>(rest - line.data()))));
  return out.name.empty() ? std::nullopt : std::optional(out);
}

AsNames AsNames::parse(std::string_view text) {
  AsNames out;
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (const auto says = read_line(line)) {
      lines.push_back(*says);
    } else {
      ++out.malformed_;
    }
  }
  out.take(std::move(lines));
  return out;
}

AsNames AsNames::read(std::string content) {
  if (!Mmdb::looks_like(content)) {
    return parse(content);
  }
  const Mmdb file(std::move(content));
  std::vector<Line> lines;
  FlatMap<Mmdb::Entry, bool> seen;  // an entry is shared by many networks
  file.networks([&](const Mmdb::Network& network) {
    if (!seen.emplace(network.entry, true).second) {
      return;
    }
    const AsOfEntry as = as_of(file, network.entry);
    if (const std::string_view name = trimmed(as.name); as.number != 0 && !name.empty()) {
      lines.push_back({as.number, name});
    }
  });
  if (lines.empty()) {
    throw Error::usage(
        "the MaxMind DB file has no names of autonomous systems; give an ASN database");
  }
  AsNames out;
  out.take(std::move(lines));
  return out;
}

/// Keeps these names; of several for one number that of the last.
void AsNames::take(std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return a.number != b.number ? a.number < b.number : a.name.data() < b.name.data();
  });
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 < lines.size() && lines[i + 1].number == lines[i].number) {
      continue;  // a later line says otherwise
    }
    const std::string_view name = lines[i].name;
    append_mended(text_, is_valid_utf8(name) ? name : latin1_to_utf8(name));
    if (text_.size() > std::numeric_limits<std::uint32_t>::max()) {
      break;  // beyond 4 GiB of names; whoever reads the text bounds it far below
    }
    numbers_.push_back(lines[i].number);
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
}

std::string_view AsNames::name_at(std::size_t at) const {
  const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
  return std::string_view(text_).substr(begin, ends_[at] - begin);
}

std::string_view AsNames::name(std::uint32_t as) const {
  const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), as);
  if (found == numbers_.end() || *found != as) {
    return {};
  }
  return name_at(static_cast<std::size_t>(found - numbers_.begin()));
}

bool AsNames::operator==(const AsNames& other) const {
  return numbers_ == other.numbers_ && ends_ == other.ends_ && text_ == other.text_;
}

}  // namespace weir
