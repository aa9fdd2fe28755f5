#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#include "weir/base/ip.hpp"

namespace weir {

namespace address_ranges_detail {

/// An IPv6 address as a number.
struct Wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Wide&) const = default;
};

inline std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return __builtin_bswap64(value);
}

/// Ranges that begin at `start` and end where the next one begins; the first begins at 0.
template <typename Key>
class Sorted {
 public:
  struct Range {
    Key start{};
    std::uint32_t id = 0;
  };
  /// Some ranges one of which is an address's.
  struct Few {
    const Range* first;
    std::size_t count;
  };

  Sorted() : Sorted(std::vector<Range>{}) {}
  /// Ascending; what is before the first belongs to nothing.
  explicit Sorted(std::vector<Range> ranges);

  // The three steps of a find. Each reads memory to which the one before has led.
  [[nodiscard]] std::size_t bucket_of(const Key& key) const {
    const std::uint64_t at = coarse(key);
    return at < base_ ? 0 : std::min<std::size_t>((at - base_) >> shift_, last_ - 1) + 1;
  }
  [[nodiscard]] Few few_of(std::size_t bucket) const {
    const std::uint32_t first = index_[bucket];
    return {ranges_.data() + first, index_[bucket + 1] - first + std::size_t{1}};
  }
  static std::uint32_t id_of(Few few, const Key& key) {
    // Without a branch that depends on the address: those are mispredicted half of the time.
    while (few.count > 1) {
      const std::size_t half = few.count / 2;
      few.first = few.first[half].start <= key ? few.first + half : few.first;
      few.count -= half;
    }
    return few.first->id;
  }

  void prefetch(std::size_t bucket) const { __builtin_prefetch(index_.data() + bucket); }
  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }

 private:
  static std::uint64_t coarse(std::uint32_t key) { return key; }
  static std::uint64_t coarse(const Wide& key) { return key.high; }

  std::vector<Range> ranges_;
  /// Which range the first address of each bucket is in. The first bucket is what comes before
  /// base_; the others are 2^shift_ addresses each (of IPv6: /64 networks). One entry more.
  std::vector<std::uint32_t> index_;
  std::uint64_t base_ = 0;
  std::size_t last_ = 0;  ///< the last bucket: what comes behind all ranges' beginnings
  unsigned shift_ = 0;
};

}  // namespace address_ranges_detail

/// What an address belongs to, as a number that means something to the owner. Immutable, so that
/// threads can share it. A find costs about two accesses to memory that is in no cache: prefixes
/// are laid out as sorted ranges without overlap, neighbours of one number are one range, and an
/// index with about as many entries as there are ranges leads to the few to choose from.
class AddressRanges {
 public:
  using Id = std::uint32_t;  ///< 0 = belongs to nothing

  class Builder;

  AddressRanges() = default;

  [[nodiscard]] Id find(const IpAddress& address) const {
    const Address split(address);
    return split.is_v4() ? find_in(v4_, split.v4()) : find_in(v6_, split.wide);
  }

  /// Many at once, a quarter less time where the memory is in no cache: the next finds' memory
  /// is on its way while one is made. `ids` has room for as many.
  void find_all(std::span<const IpAddress> addresses, Id* ids) const;

  /// Ranges of both families that belong to something.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Ranges whose numbers are `join(number in a, number in b)`.
  static AddressRanges combine(const AddressRanges& a, const AddressRanges& b,
                               const std::function<Id(Id, Id)>& join);

 private:
  using Wide = address_ranges_detail::Wide;
  template <typename Key>
  using Sorted = address_ranges_detail::Sorted<Key>;

  struct Address {
    explicit Address(const IpAddress& address)
        : wide{address_ranges_detail::big_endian(address.bytes.data()),
               address_ranges_detail::big_endian(address.bytes.data() + 8)} {}
    [[nodiscard]] bool is_v4() const { return wide.high == 0 && wide.low >> 32U == 0xffff; }
    [[nodiscard]] std::uint32_t v4() const { return static_cast<std::uint32_t>(wide.low); }
    Wide wide;
  };

  AddressRanges(Sorted<std::uint32_t> v4, Sorted<Wide> v6);
  template <typename Key>
  static Id find_in(const Sorted<Key>& ranges, const Key& key) {
    return ranges.id_of(ranges.few_of(ranges.bucket_of(key)), key);
  }
  void find_some(std::span<const IpAddress> addresses, Id* ids) const;

  Sorted<std::uint32_t> v4_;
  Sorted<Wide> v6_;
  std::size_t size_ = 0;
};

/// Takes prefixes.
class AddressRanges::Builder {
 public:
  /// In any order. Of those that contain an address the longest counts, of the same one given twice
  /// the later.
  void add(const IpNetwork& network, Id id) { add(network, id, false); }
  /// In ascending order and without overlap within each family, which takes less memory.
  void add_next(const IpNetwork& network, Id id) { add(network, id, true); }
  /// The builder is empty afterwards.
  [[nodiscard]] AddressRanges build();

 private:
  template <typename Key>
  struct Span {
    Key first;
    Key last;
    Id id;
  };
  void add(const IpNetwork& network, Id id, bool joins);
  template <typename Key>
  static void append(std::vector<Span<Key>>& spans, const Span<Key>& span, bool joins);
  template <typename Key>
  static address_ranges_detail::Sorted<Key> flatten(std::vector<Span<Key>>& spans);

  std::vector<Span<std::uint32_t>> v4_;
  std::vector<Span<address_ranges_detail::Wide>> v6_;
};

}  // namespace weir
