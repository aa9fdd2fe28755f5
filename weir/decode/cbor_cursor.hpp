#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// The head of a CBOR item (RFC 8949 section 3): what it is and its argument.
struct CborHead {
  enum class Major : std::uint8_t { integer, negative, bytes, text, array, map, tag, other };

  Major major = Major::other;
  std::uint8_t info = 0;       ///< the lower five bits of the first byte
  std::uint64_t argument = 0;  ///< the number, length, count, tag, simple value or a float's bits
  static constexpr std::uint8_t kIndefinite = 31;
  static constexpr std::uint8_t kHalf = 25, kSingle = 26, kDouble = 27;

  [[nodiscard]] bool indefinite() const { return info == kIndefinite; }
  [[nodiscard]] bool is_break() const { return major == Major::other && indefinite(); }
  /// A float's value; only if `info` says that it is one.
  [[nodiscard]] double real() const;
};

/// Reads CBOR of unknown quality from its beginning to its end. What cannot be read sets `fault`,
/// and nothing can be read after it. There is a library for this, libcbor; its calls back for each
/// item take longer than reading a whole row does here.
class CborCursor {
 public:
  static constexpr int kMaxDepth = 64;

  enum class Fault : std::uint8_t {
    none,
    truncated,  ///< ends in the middle of an item
    malformed,  ///< is no CBOR, or deeper than kMaxDepth
  };

  explicit CborCursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] bool ok() const { return fault_ == Fault::none; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  /// The bytes from `begin` to where it is.
  [[nodiscard]] std::string_view since(std::size_t begin) const {
    return bytes_.substr(begin, at_ - begin);
  }
  /// Steps over bytes that are known to be what is expected, not more than are left.
  void step(std::size_t size) { at_ += size; }

  /// The next item's head. Most take one byte.
  bool head(CborHead& head) {
    if (at_ < bytes_.size()) {
      const auto first = static_cast<std::uint8_t>(bytes_[at_]);
      if ((first & 0x1fU) < 24) {
        ++at_;
        head = {static_cast<CborHead::Major>(first >> 5U), static_cast<std::uint8_t>(first & 0x1fU),
                first & 0x1fU};
        return true;
      }
    }
    return long_head(head);
  }
  /// The content of a text or byte string whose head was read. Where it comes in pieces, they are
  /// joined in `joined`.
  bool string(const CborHead& head, std::string_view& content, std::string& joined);
  /// Steps over the rest of an item whose head was read, which is `depth` levels deep.
  bool skip(const CborHead& head, int depth);
  /// Whether a container that was announced with `head` has another item, of which `read` have been
  /// read; steps over the break at its end. False also if there is a fault.
  bool more(const CborHead& head, std::uint64_t read);

 private:
  bool fail(Fault fault) {
    fault_ = fault;
    return false;
  }
  bool long_head(CborHead& head);

  std::string_view bytes_;
  std::size_t at_ = 0;
  Fault fault_ = Fault::none;
};

}  // namespace weir
