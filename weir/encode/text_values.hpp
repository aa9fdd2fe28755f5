#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/base/ip.hpp"
#include "weir/base/time.hpp"

namespace weir {

// Values as text, for millions of rows. Each `put_…` writes at `to`, where there is room for
// kLongestValue bytes, and returns the end; what lies behind it, within that room, is rubbish.

inline constexpr std::size_t kLongestValue = 64;

/// Decimal digits.
char* put_number(char* to, std::uint64_t value);
/// As IpAddress::to_string has it.
char* put_address(char* to, const IpAddress& address);
/// Seconds with three decimals.
char* put_seconds(char* to, std::uint64_t milliseconds);
/// The fewest digits that give the same double, always with a point or exponent. Nothing at all for
/// infinities and NaN.
char* put_real(char* to, double value);
/// `aa:bb:cc:dd:ee:ff`
char* put_mac(char* to, std::uint64_t mac);

/// Writes times as RFC 3339 in UTC with three decimals, six or nine where it takes them. It knows
/// the last day, which most times share. One thread.
class TimeText {
 public:
  char* put(char* to, UnixNanos time);

 private:
  void set_day(std::uint64_t day);

  std::uint64_t day_ = ~std::uint64_t{0};
  char date_[16] = {};  ///< `2026-01-02T`, filled up
};

/// Text that grows, without being cleared first.
class TextBuffer {
 public:
  /// Where to write the next `size` bytes at most.
  char* room(std::size_t size) {
    if (capacity_ - size_ < size) {
      grow(size);
    }
    return bytes_.get() + size_;
  }
  /// What was written there ends here.
  void end_at(const char* end) { size_ = static_cast<std::size_t>(end - bytes_.get()); }
  void append(std::string_view text);
  void clear() { size_ = 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  void grow(std::size_t size);

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace weir
