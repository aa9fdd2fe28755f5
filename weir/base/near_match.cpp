#include "weir/base/near_match.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxMatches = 3;
/// A beginning such as `src` says what was meant only when it is not a letter or two.
constexpr std::size_t kMinPrefix = 3;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(char a, char b) {
  return lower(a) == lower(b);
}

bool begins_with(std::string_view text, std::string_view prefix) {
  return prefix.size() >= kMinPrefix && text.size() > prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), same);
}

struct Found {
  std::size_t distance;
  std::size_t index;
};

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the matrix: a swap of neighbours reaches two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({changed, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::vector<std::string_view> near_matches(std::string_view word,
                                           std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kMaxWord) {
    return {};
  }
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::vector<Found> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string_view candidate = candidates[i];
    const std::size_t distance = edit_distance(word, candidate);
    if (distance == 0) {
      return {candidate};
    }
    // A one-letter word is one change away from every other.
    if (distance <= limit && distance < std::max(word.size(), candidate.size())) {
      found.push_back({distance, i});
    } else if (begins_with(candidate, word)) {
      found.push_back({limit + 1, i});
    }
  }
  // Among equals the order of the candidates; std::stable_sort warns under clang with GCC 12's
  // library.
  std::ranges::sort(found, {},
                    [](const Found& match) { return std::pair(match.distance, match.index); });
  std::vector<std::string_view> matches;
  for (std::size_t i = 0; i < std::min(found.size(), kMaxMatches); ++i) {
    matches.push_back(candidates[found[i].index]);
  }
  return matches;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto matches = near_matches(word, candidates);
  if (matches.empty()) {
    return {};
  }
  std::string text = " Did you mean ";
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (i != 0) {
      text += i + 1 == matches.size() ? " or " : ", ";
    }
    text += matches[i];
  }
  return text + '?';
}

}  // namespace weir
