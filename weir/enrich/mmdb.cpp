#include "weir/enrich/mmdb.hpp"

#include <array>
#include <utility>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr std::string_view kMarker = "\xab\xcd\xefMaxMind.com";
constexpr std::size_t kMetadataWithin = std::size_t{128} << 10U;  // of the end, says the format
constexpr std::size_t kSeparator = 16;                            // zeros between tree and data
constexpr unsigned kIpv4Depth = 96;

// Types of the data section.
constexpr unsigned kPointer = 1;
constexpr unsigned kText = 2;
constexpr unsigned kDouble = 3;
constexpr unsigned kBytes = 4;
constexpr unsigned kUint16 = 5;
constexpr unsigned kUint32 = 6;
constexpr unsigned kMap = 7;
constexpr unsigned kInt32 = 8;
constexpr unsigned kUint64 = 9;
constexpr unsigned kUint128 = 10;
constexpr unsigned kArray = 11;
constexpr unsigned kBoolean = 14;
constexpr unsigned kFloat = 15;

/// Values that may be looked at for each byte of the file, so that a file whose maps overlap cannot
/// keep a thread for hours. Those in use need less than 1.
constexpr std::uint64_t kStepsPerByte = 128;

[[noreturn]] void damaged(std::string_view what) {
  throw Error::usage("the MaxMind DB file is damaged: " + std::string(what) + "; fetch it again");
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) {
    value = value << 8U | static_cast<unsigned char>(c);
  }
  return value;
}

std::size_t find_marker(std::string_view bytes) {
  const std::size_t from = bytes.size() > kMetadataWithin ? bytes.size() - kMetadataWithin : 0;
  const std::size_t found = bytes.substr(from).rfind(kMarker);
  return found == std::string_view::npos ? found : from + found;
}

}  // namespace

/// What stands before a value.
struct Mmdb::Control {
  unsigned type = 0;
  std::size_t size = 0;    ///< bytes, or of maps and arrays members
  std::size_t target = 0;  ///< of pointers
};

bool Mmdb::looks_like(std::string_view bytes) {
  return find_marker(bytes) != std::string_view::npos;
}

Mmdb::Mmdb(std::string bytes) : bytes_(std::move(bytes)) {
  const std::size_t marker = find_marker(bytes_);
  if (marker == std::string_view::npos) {
    throw Error::usage("this is no MaxMind DB file (.mmdb)");
  }
  read_metadata(marker + kMarker.size());
  const std::uint64_t tree = std::uint64_t{node_count_} * record_bits_ / 4;
  if (tree + kSeparator > marker) {
    damaged("its search tree is longer than the file");
  }
  data_ = std::string_view(bytes_).substr(tree + kSeparator, marker - tree - kSeparator);
}

void Mmdb::read_metadata(std::size_t begin) {
  data_ = std::string_view(bytes_).substr(begin);
  const auto number = [this](std::string_view name, std::uint64_t most) {
    const Value value = find_from(0, {name});
    if (value.kind != Value::Kind::number || value.number > most) {
      damaged("its metadata has no usable " + std::string(name));
    }
    return value.number;
  };
  if (number("binary_format_major_version", 0xffff) != 2) {
    throw Error::usage("the MaxMind DB file is of another format version than 2; fetch one of 2");
  }
  node_count_ = static_cast<std::uint32_t>(number("node_count", 0xffffffff));
  record_bits_ = static_cast<unsigned>(number("record_size", 32));
  const std::uint64_t version = number("ip_version", 6);
  if (record_bits_ != 24 && record_bits_ != 28 && record_bits_ != 32) {
    damaged("its metadata has no usable record_size");
  }
  if (version != 4 && version != 6) {
    damaged("its metadata has no usable ip_version");
  }
  address_bits_ = version == 4 ? 32 : 128;
}

std::uint32_t Mmdb::record(std::uint32_t node, unsigned side) const {
  const std::size_t width = record_bits_ / 4;
  const std::string_view pair = std::string_view(bytes_).substr(node * width, width);
  if (record_bits_ != 28) {
    return static_cast<std::uint32_t>(big_endian(pair.substr(side * width / 2, width / 2)));
  }
  // The byte in the middle has the highest four bits of both, the left one's first.
  const auto middle = static_cast<unsigned char>(pair[3]);
  const std::uint32_t top = side == 0 ? middle >> 4U : middle & 0xfU;
  return top << 24U | static_cast<std::uint32_t>(big_endian(pair.substr(side == 0 ? 0 : 4, 3)));
}

/// Visits the tree in the order of addresses.
class Mmdb::Walk {
 public:
  Walk(const Mmdb& file, const std::function<void(const Network&)>& visit)
      : file_(file), visit_(visit) {}

  /// All below `record`, which stands for the first `depth` bits of `address`.
  void from(std::uint32_t record, const IpAddress& address, unsigned depth) {
    ipv4_ = address.is_ipv4();
    todo_.push_back({record, depth, address});
    while (!todo_.empty()) {
      const Place place = todo_.back();
      todo_.pop_back();
      if (place.record >= file_.node_count_) {
        leaf(place);
      } else if (place.record != skipped_) {
        children(place);
      }
    }
  }
  /// Leaves out what is below this node.
  void skip(std::uint32_t node) { skipped_ = node; }

 private:
  struct Place {
    std::uint32_t record;
    unsigned depth;  ///< bits of the address; of IPv4 they count from 96
    IpAddress address;
  };

  void children(const Place& place) {
    // A node that is reached by two ways would be visited again and again.
    if (place.depth >= 128 || visited_++ > std::uint64_t{4} * file_.node_count_) {
      damaged("its search tree is no tree");
    }
    Place right{file_.record(place.record, 1), place.depth + 1, place.address};
    right.address.bytes[place.depth / 8] |= static_cast<std::uint8_t>(0x80U >> place.depth % 8);
    todo_.push_back(right);
    todo_.push_back({file_.record(place.record, 0), place.depth + 1, place.address});
  }

  void leaf(const Place& place) const {
    if (place.record == file_.node_count_) {
      return;  // nothing is known of these
    }
    const std::uint64_t offset = std::uint64_t{place.record} - file_.node_count_;
    if (offset < kSeparator || offset - kSeparator >= file_.data_.size()) {
      damaged("its search tree points out of the file");
    }
    if (place.address.is_ipv4() != ipv4_) {
      return;  // ::ffff:0:0/96 in an IPv6 tree: the same networks again
    }
    const unsigned length = ipv4_ ? place.depth - kIpv4Depth : place.depth;
    visit_({{place.address, static_cast<std::uint8_t>(length)},
            static_cast<Entry>(offset - kSeparator)});
  }

  const Mmdb& file_;
  const std::function<void(const Network&)>& visit_;
  std::vector<Place> todo_;
  std::uint64_t visited_ = 0;
  bool ipv4_ = false;
  std::uint64_t skipped_ = ~std::uint64_t{0};
};

void Mmdb::networks(const std::function<void(const Network&)>& visit) const {
  const IpAddress ipv4 = IpAddress::from_ipv4(0);
  if (node_count_ == 0) {
    return;
  }
  Walk walk(*this, visit);
  if (address_bits_ == 32) {
    walk.from(0, ipv4, kIpv4Depth);
    return;
  }
  std::uint32_t start = 0;  // IPv4 addresses are in ::/96
  for (unsigned depth = 0; depth < kIpv4Depth && start < node_count_; ++depth) {
    start = record(start, 0);
  }
  walk.from(start, ipv4, kIpv4Depth);
  walk.skip(start);
  walk.from(0, IpAddress{}, 0);
}

bool Mmdb::control_at(std::size_t& at, Control& out) const {
  if (++steps_ > kStepsPerByte * bytes_.size()) {
    damaged("its data overlaps");
  }
  const auto take = [&](std::size_t count, std::uint64_t& value) {
    if (at > data_.size() || count > data_.size() - at) {
      return false;
    }
    value = big_endian(data_.substr(at, count));
    at += count;
    return true;
  };
  std::uint64_t first = 0;
  std::uint64_t more = 0;
  if (!take(1, first)) {
    return false;
  }
  out.type = static_cast<unsigned>(first >> 5U);
  if (out.type == kPointer) {
    const auto width = static_cast<unsigned>(first >> 3U & 3U);
    constexpr std::array<std::uint64_t, 4> kBase = {0, 2048, 526336, 0};
    const bool whole = take(width + 1, more);
    const std::uint64_t top = width == 3 ? 0 : (first & 7U) << 8U * (width + 1);
    out.target = top + more + kBase[width];
    return whole;
  }
  if (out.type == 0) {
    if (!take(1, more)) {
      return false;
    }
    out.type = static_cast<unsigned>(more) + 7;
  }
  out.size = first & 0x1fU;
  if (out.size >= 29) {
    constexpr std::array<std::size_t, 3> kBase = {29, 285, 65821};
    const std::size_t width = out.size - 28;
    const bool whole = take(width, more);
    out.size = kBase[width - 1] + more;
    return whole;
  }
  return true;
}

/// As control_at, and behind a pointer to what that points to.
bool Mmdb::follow(std::size_t& at, Control& out) const {
  if (!control_at(at, out)) {
    return false;
  }
  if (out.type != kPointer) {
    return true;
  }
  at = out.target;
  return control_at(at, out) && out.type != kPointer;  // the format allows no chains
}

/// Goes behind the value, with what it contains but not with what it points to.
bool Mmdb::skip(std::size_t& at) const {
  Control control;
  // A counter in the place of recursion: no nesting is too deep.
  for (std::uint64_t left = 1; left > 0; --left) {
    if (!control_at(at, control)) {
      return false;
    }
    switch (control.type) {
      case kPointer:
      case kBoolean:  // the size is the value
        break;
      case kMap:
        left += std::uint64_t{2} * control.size;
        break;
      case kArray:
        left += control.size;
        break;
      case kText:
      case kDouble:
      case kBytes:
      case kUint16:
      case kUint32:
      case kInt32:
      case kUint64:
      case kUint128:
      case kFloat:
        at += control.size;
        break;
      default:
        return false;
    }
  }
  return true;
}

/// From a map to its member of that name.
bool Mmdb::member(std::size_t& at, std::string_view name) const {
  Control map;
  if (!follow(at, map) || map.type != kMap) {
    return false;
  }
  for (std::size_t i = 0; i < map.size; ++i) {
    std::size_t key_at = at;
    Control key;
    if (!follow(key_at, key) || key.type != kText || key.size > data_.size() - key_at) {
      return false;
    }
    const bool found = data_.substr(key_at, key.size) == name;
    if (!skip(at)) {
      return false;
    }
    if (found) {
      return true;
    }
    if (!skip(at)) {
      return false;
    }
  }
  return false;
}

Mmdb::Value Mmdb::value_at(std::size_t at) const {
  Control control;
  if (!follow(at, control) || at > data_.size() || control.size > data_.size() - at) {
    return {};
  }
  const std::string_view content = data_.substr(at, control.size);
  if (control.type == kText) {
    return {Value::Kind::text, content, 0};
  }
  const bool is_number =
      control.type == kUint16 || control.type == kUint32 || control.type == kUint64;
  if (is_number && control.size <= sizeof(std::uint64_t)) {
    return {Value::Kind::number, {}, big_endian(content)};
  }
  return {};
}

Mmdb::Value Mmdb::find_from(std::size_t at, std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (!member(at, name)) {
      return {};
    }
  }
  return value_at(at);
}

Mmdb::Value Mmdb::find(Entry entry, std::initializer_list<std::string_view> names) const {
  return find_from(entry, names);
}

}  // namespace weir
