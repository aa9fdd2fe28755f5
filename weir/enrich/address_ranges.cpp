#include "weir/enrich/address_ranges.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace weir {

namespace address_ranges_detail {
namespace {

constexpr std::size_t kMinBuckets = 256;
constexpr std::size_t kMaxBuckets = std::size_t{1} << 22U;

void key_of(std::uint64_t coarse, std::uint32_t& key) {
  key = static_cast<std::uint32_t>(coarse);
}

void key_of(std::uint64_t coarse, Wide& key) {
  key = {coarse, 0};
}

std::optional<std::uint32_t> next(std::uint32_t key) {
  return key == std::numeric_limits<std::uint32_t>::max() ? std::nullopt : std::optional(key + 1);
}

std::optional<Wide> next(Wide key) {
  if (++key.low == 0 && ++key.high == 0) {
    return std::nullopt;
  }
  return key;
}

/// Appends a range that goes up to whatever is appended next. Nothing that says nothing new stays.
template <typename Key>
void put(std::vector<typename Sorted<Key>::Range>& ranges, Key start, std::uint32_t id) {
  if (!ranges.empty() && ranges.back().start == start) {
    ranges.pop_back();
  }
  const std::uint32_t before = ranges.empty() ? 0 : ranges.back().id;
  if (id != before) {
    ranges.push_back({start, id});
  }
}

template <typename Key>
Sorted<Key> combine_sorted(const Sorted<Key>& a, const Sorted<Key>& b,
                           const std::function<std::uint32_t(std::uint32_t, std::uint32_t)>& join) {
  std::vector<typename Sorted<Key>::Range> ranges;
  auto next_a = a.ranges().begin();
  auto next_b = b.ranges().begin();
  std::uint32_t id_a = 0;
  std::uint32_t id_b = 0;
  while (next_a != a.ranges().end() || next_b != b.ranges().end()) {
    const bool a_is_first =
        next_b == b.ranges().end() || (next_a != a.ranges().end() && next_a->start < next_b->start);
    const Key start = a_is_first ? next_a->start : next_b->start;
    if (next_a != a.ranges().end() && next_a->start == start) {
      id_a = next_a++->id;
    }
    if (next_b != b.ranges().end() && next_b->start == start) {
      id_b = next_b++->id;
    }
    put<Key>(ranges, start, join(id_a, id_b));
  }
  return Sorted<Key>(std::move(ranges));
}

}  // namespace

template <typename Key>
Sorted<Key>::Sorted(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
  if (ranges_.empty() || ranges_.front().start != Key{}) {
    ranges_.insert(ranges_.begin(), Range{});
  }
  ranges_.shrink_to_fit();
  base_ = coarse(ranges_[ranges_.size() > 1 ? 1 : 0].start);
  const std::uint64_t span = coarse(ranges_.back().start) - base_;
  const std::size_t wanted = std::clamp(ranges_.size() * 2, kMinBuckets, kMaxBuckets);
  while (span >> shift_ >= wanted) {
    ++shift_;
  }
  last_ = (span >> shift_) + 2;
  index_.reserve(last_ + 2);
  index_.push_back(0);
  std::uint32_t at = 0;
  for (std::size_t bucket = 1; bucket < last_; ++bucket) {
    Key first{};
    key_of(base_ + ((bucket - 1) << shift_), first);
    while (at + std::size_t{1} < ranges_.size() && ranges_[at + 1].start <= first) {
      ++at;
    }
    index_.push_back(at);
  }
  index_.resize(last_ + 2, static_cast<std::uint32_t>(ranges_.size() - 1));
}

template class Sorted<std::uint32_t>;
template class Sorted<Wide>;

}  // namespace address_ranges_detail

using address_ranges_detail::big_endian;

namespace {

// Enough to hide the way to memory, and few enough for what they need to stay in the first cache.
constexpr std::size_t kTogether = 32;

}  // namespace

AddressRanges::AddressRanges(Sorted<std::uint32_t> v4, Sorted<Wide> v6)
    : v4_(std::move(v4)), v6_(std::move(v6)) {
  const auto known = [](const auto& ranges) {
    return static_cast<std::size_t>(std::count_if(ranges.begin(), ranges.end(),
                                                  [](const auto& range) { return range.id != 0; }));
  };
  size_ = known(v4_.ranges()) + known(v6_.ranges());
}

void AddressRanges::find_all(std::span<const IpAddress> addresses, Id* ids) const {
  for (std::size_t at = 0; at < addresses.size(); at += kTogether) {
    find_some(addresses.subspan(at, std::min(kTogether, addresses.size() - at)), ids + at);
  }
}

void AddressRanges::find_some(std::span<const IpAddress> addresses, Id* ids) const {
  std::array<std::size_t, kTogether> buckets;
  std::array<Sorted<std::uint32_t>::Few, kTogether> v4;
  std::array<Sorted<Wide>::Few, kTogether> v6;
  const std::size_t count = addresses.size();
  const auto each = [&](const auto& for_v4, const auto& for_v6) {
    for (std::size_t i = 0; i < count; ++i) {
      const Address address(addresses[i]);
      if (address.is_v4()) {
        for_v4(i, address.v4());
      } else {
        for_v6(i, address.wide);
      }
    }
  };
  const auto to_bucket = [&](std::size_t i, const auto& ranges, const auto& key) {
    buckets[i] = ranges.bucket_of(key);
    ranges.prefetch(buckets[i]);
  };
  const auto to_few = [&](std::size_t i, const auto& ranges, auto& few) {
    few[i] = ranges.few_of(buckets[i]);
    __builtin_prefetch(few[i].first + few[i].count / 2);
  };
  each([&](std::size_t i, std::uint32_t key) { to_bucket(i, v4_, key); },
       [&](std::size_t i, const Wide& key) { to_bucket(i, v6_, key); });
  each([&](std::size_t i, std::uint32_t) { to_few(i, v4_, v4); },
       [&](std::size_t i, const Wide&) { to_few(i, v6_, v6); });
  each([&](std::size_t i, std::uint32_t key) { ids[i] = decltype(v4_)::id_of(v4[i], key); },
       [&](std::size_t i, const Wide& key) { ids[i] = decltype(v6_)::id_of(v6[i], key); });
}

AddressRanges AddressRanges::combine(const AddressRanges& a, const AddressRanges& b,
                                     const std::function<Id(Id, Id)>& join) {
  return {address_ranges_detail::combine_sorted(a.v4_, b.v4_, join),
          address_ranges_detail::combine_sorted(a.v6_, b.v6_, join)};
}

void AddressRanges::Builder::add(const IpNetwork& network, Id id, bool joins) {
  const std::uint8_t* const bytes = network.address.bytes.data();
  const Wide first{big_endian(bytes), big_endian(bytes + 8)};
  if (network.address.is_ipv4()) {
    const auto start = static_cast<std::uint32_t>(first.low);
    const std::uint64_t host = std::uint64_t{0xffffffff} >> network.length;
    append(v4_, {start, start | static_cast<std::uint32_t>(host), id}, joins);
    return;
  }
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  constexpr unsigned kHalf = 64;
  const bool wide = network.length < kHalf;
  const std::uint64_t high = wide ? kOnes >> network.length : 0;
  const std::uint64_t low = wide                    ? kOnes
                            : network.length == 128 ? 0
                                                    : kOnes >> (network.length - kHalf);
  append(v6_, {first, {first.high | high, first.low | low}, id}, joins);
}

/// Neighbours of one number become one at once: a database that splits countries into cities is a
/// tenth as long then.
template <typename Key>
void AddressRanges::Builder::append(std::vector<Span<Key>>& spans, const Span<Key>& span,
                                    bool joins) {
  if (joins && !spans.empty() && spans.back().id == span.id &&
      address_ranges_detail::next(spans.back().last) == span.first) {
    spans.back().last = span.last;
    return;
  }
  spans.push_back(span);
}

template <typename Key>
address_ranges_detail::Sorted<Key> AddressRanges::Builder::flatten(std::vector<Span<Key>>& spans) {
  // What contains comes before what it contains, and of the same one given twice the later last.
  std::stable_sort(spans.begin(), spans.end(), [](const Span<Key>& a, const Span<Key>& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  std::vector<typename address_ranges_detail::Sorted<Key>::Range> ranges;
  ranges.reserve(spans.size());
  std::vector<Span<Key>> open;  // each within the one before
  const auto close = [&] {
    const Key last = open.back().last;
    open.pop_back();
    if (const std::optional<Key> behind = address_ranges_detail::next(last)) {
      address_ranges_detail::put<Key>(ranges, *behind, open.empty() ? 0 : open.back().id);
    }
  };
  for (const Span<Key>& span : spans) {
    while (!open.empty() && open.back().last < span.first) {
      close();
    }
    address_ranges_detail::put<Key>(ranges, span.first, span.id);
    open.push_back(span);
  }
  while (!open.empty()) {
    close();
  }
  spans = {};
  return address_ranges_detail::Sorted<Key>(std::move(ranges));
}

AddressRanges AddressRanges::Builder::build() {
  return {flatten(v4_), flatten(v6_)};
}

}  // namespace weir
