#include "weir/aggregate/group_add.hpp"

#include <array>
#include <cassert>

#include "weir/aggregate/group_view.hpp"

namespace weir {
namespace {

/// Three passes, each of which finds in the cache what the one before has asked for.
template <std::size_t Words>
void add(const GroupLayout& layout, const GroupHash& hash, const GroupTables& tables,
         const std::uint64_t* images, std::size_t count) {
  assert(count <= kMostAdded);
  std::array<std::uint64_t, kMostAdded> hashes;
  std::array<GroupTable::Cell, kMostAdded> guesses;
  const std::size_t words = layout.words();
  const std::size_t key_words = Words == 0 ? layout.key_words() : Words;
  for (std::size_t i = 0; i < count; ++i) {
    hashes[i] = hash.of_key<Words>(images + i * words, layout.hashed_words());
    tables.of(hashes[i]).prefetch(static_cast<std::uint32_t>(hashes[i]));
  }
  for (std::size_t i = 0; i < count; ++i) {
    guesses[i] = tables.of(hashes[i]).guess(static_cast<std::uint32_t>(hashes[i]));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t* const image = images + i * words;
    GroupTable& table = tables.of(hashes[i]);
    std::uint64_t* group = guesses[i] == 0 ? nullptr : table.words(guesses[i]);
    if (group == nullptr || !GroupTable::same_key<Words>(layout, group, image)) {
      const GroupTable::Found found =
          table.find_or_add<Words>(layout, image, static_cast<std::uint32_t>(hashes[i]));
      if (found.added) {
        continue;
      }
      group = found.words;
    }
    if (!layout.merge(group + key_words, image + key_words)) [[unlikely]] {
      throw_overflow(layout, group + key_words, image + key_words,
                     "one group (" + GroupView(layout, group).describe_key() + ")");
    }
  }
}

}  // namespace

AddToGroups choose_add(const GroupLayout& layout) {
  if (layout.texts() != 0) {
    return add<0>;
  }
  switch (layout.hashed_words()) {
    case 1:
      return add<1>;
    case 2:
      return add<2>;
    case 3:
      return add<3>;
    case 5:
      return add<5>;
    default:
      return add<0>;
  }
}

}  // namespace weir
