#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace weir {

static_assert(std::endian::native == std::endian::little,
              "numbers are stored as they lie in memory");

/// Appends numbers (little-endian) and texts to a string, for ByteCursor to read.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  template <typename Number>
    requires std::integral<Number>
  void put(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  /// Its size in four bytes, then its bytes.
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }
  void put_bytes(std::string_view bytes) { out_.append(bytes); }

 private:
  std::string& out_;
};

/// Reads bytes of unknown quality from their beginning to their end. What is read behind the end is
/// 0 or empty, and from then on `ok` is false.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  template <typename Number>
    requires std::integral<Number>
  Number get() {
    Number value{};
    if (const std::string_view bytes = get_bytes(sizeof value); bytes.size() == sizeof value) {
      std::memcpy(&value, bytes.data(), sizeof value);
    }
    return value;
  }
  /// What ByteWriter::put_text has put. A view of the bytes.
  std::string_view get_text() { return get_bytes(get<std::uint32_t>()); }
  std::string_view get_bytes(std::size_t size) {
    if (size > left()) {
      ok_ = false;
      at_ = end_;
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }
  /// How many of `size` bytes each can be there still: a count from outside is believed up to that.
  [[nodiscard]] bool holds(std::uint64_t count, std::size_t size) {
    ok_ = ok_ && count <= left() / size;
    return ok_;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace weir
