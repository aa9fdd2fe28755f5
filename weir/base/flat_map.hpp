#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace weir {

/// Lets maps keyed by std::string be searched with a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return boost::hash<std::string_view>{}(text);
  }
};

namespace flat_map_detail {
template <typename Key>
struct Functions {
  using Hash = boost::hash<Key>;
  using Equal = std::equal_to<Key>;
};
template <>
struct Functions<std::string> {
  using Hash = TextHash;
  using Equal = std::equal_to<>;
};
}  // namespace flat_map_detail

/// An open-addressing hash map. References to its elements die at the next insertion.
template <typename Key, typename Value>
using FlatMap =
    boost::unordered_flat_map<Key, Value, typename flat_map_detail::Functions<Key>::Hash,
                              typename flat_map_detail::Functions<Key>::Equal>;

}  // namespace weir
