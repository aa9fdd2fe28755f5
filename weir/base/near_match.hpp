#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// How many letters to insert, remove, change or swap with a neighbour to make `a` into `b`, each
/// place edited at most once; upper and lower case count as the same.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Up to three candidates that may have been meant by `word`, the best first: those at most a third
/// of its letters away, and those that begin with it; only the one that differs in case, if there
/// is. Words of over 64 bytes have none.
std::vector<std::string_view> near_matches(std::string_view word,
                                           std::span<const std::string_view> candidates);

/// ` Did you mean a, b or c?` with its leading blank, to end an error's text; empty when nothing is
/// near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace weir
