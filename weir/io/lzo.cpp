#include "weir/io/lzo.hpp"

#include <cstdint>
#include <cstring>

namespace weir {
namespace {

// An LZO1X stream is a row of instructions. Each but a literal run copies a match from what has
// been made, and says in its last two bits how many literals (0 to 3) follow it. What an
// instruction below 16 means depends on how many literals the one before it copied; `literals_`
// remembers that, with 4 for "four or more".
class Lzo {
 public:
  Lzo(std::string_view in, std::span<char> out)
      : in_(in.data()),
        in_end_(in.data() + in.size()),
        out_begin_(out.data()),
        out_(out.data()),
        out_end_(out.data() + out.size()) {}

  std::optional<std::size_t> run() {
    if (!first_literals()) {
      return std::nullopt;
    }
    while (true) {
      unsigned code = 0;
      if (!byte(code)) {
        return std::nullopt;
      }
      const Step step = code >= 64   ? near_match(code)
                        : code >= 32 ? middle_match(code)
                        : code >= 16 ? far_match(code)
                                     : short_code(code);
      if (step == Step::bad) {
        return std::nullopt;
      }
      if (step == Step::end) {
        return in_ == in_end_ ? std::optional(made()) : std::nullopt;
      }
    }
  }

 private:
  enum class Step : std::uint8_t { go_on, end, bad };

  // Copies in strides of this many bytes may write as far behind their end, where there is room.
  static constexpr std::size_t kStride = 16;

  [[nodiscard]] std::size_t left_in() const { return static_cast<std::size_t>(in_end_ - in_); }
  [[nodiscard]] std::size_t left_out() const { return static_cast<std::size_t>(out_end_ - out_); }
  [[nodiscard]] std::size_t made() const { return static_cast<std::size_t>(out_ - out_begin_); }

  bool byte(unsigned& value) {
    if (in_ == in_end_) {
      return false;
    }
    value = static_cast<std::uint8_t>(*in_++);
    return true;
  }

  bool two_bytes(unsigned& value) {
    unsigned low = 0;
    unsigned high = 0;
    if (!byte(low) || !byte(high)) {
      return false;
    }
    value = low | high << 8U;
    return true;
  }

  /// A length whose bits in the instruction were 0: 255 for each zero byte, and the first other
  /// one.
  bool long_length(std::size_t base, std::size_t& length) {
    length = base;
    unsigned next = 0;
    do {
      if (!byte(next)) {
        return false;
      }
      length += next == 0 ? 255 : next;
    } while (next == 0);
    return true;
  }

  /// Only the first byte of a stream may be a literal run of a form of its own.
  bool first_literals() {
    if (in_ == in_end_ || static_cast<std::uint8_t>(*in_) <= 17) {
      return true;
    }
    const std::size_t count = static_cast<std::uint8_t>(*in_++) - 17U;
    literals_ = count < 4 ? static_cast<unsigned>(count) : 4;
    return copy_literals(count);
  }

  bool copy_literals(std::size_t count) {
    if (count > left_in() || count > left_out()) {
      return false;
    }
    if (count + kStride <= left_in() && count + kStride <= left_out()) {
      for (std::size_t at = 0; at < count; at += kStride) {
        std::memcpy(out_ + at, in_ + at, kStride);
      }
    } else {
      std::memcpy(out_, in_, count);
    }
    in_ += count;
    out_ += count;
    return true;
  }

  /// Copies a match that begins `distance` bytes back, which may overlap what it makes, and then
  /// the literals that follow it.
  Step match(std::size_t distance, std::size_t length, unsigned literals) {
    if (distance > made() || length > left_out()) {
      return Step::bad;
    }
    const char* from = out_ - distance;
    if (distance >= kStride && length + kStride <= left_out()) {
      for (std::size_t at = 0; at < length; at += kStride) {
        std::memcpy(out_ + at, from + at, kStride);
      }
      out_ += length;
    } else {
      for (; length != 0; --length) {
        *out_++ = *from++;
      }
    }
    literals_ = literals;
    return copy_literals(literals) ? Step::go_on : Step::bad;
  }

  /// 01LDDDSS and LLLDDDSS: up to 2 KiB back, 3 to 8 bytes.
  Step near_match(unsigned code) {
    unsigned high = 0;
    if (!byte(high)) {
      return Step::bad;
    }
    const std::size_t distance = (high << 3U) + (code >> 2U & 7U) + 1;
    return match(distance, (code >> 5U) + 1, code & 3U);
  }

  /// 001LLLLL: up to 16 KiB back.
  Step middle_match(unsigned code) {
    std::size_t length = (code & 31U) + 2;
    unsigned rest = 0;
    if ((code & 31U) == 0 && !long_length(31 + 2, length)) {
      return Step::bad;
    }
    if (!two_bytes(rest)) {
      return Step::bad;
    }
    return match((rest >> 2U) + 1, length, rest & 3U);
  }

  /// 0001HLLL: 16 to 48 KiB back. A distance of exactly 16 KiB ends the stream.
  Step far_match(unsigned code) {
    std::size_t length = (code & 7U) + 2;
    unsigned rest = 0;
    if ((code & 7U) == 0 && !long_length(7 + 2, length)) {
      return Step::bad;
    }
    if (!two_bytes(rest)) {
      return Step::bad;
    }
    const std::size_t distance = 16384 + ((code & 8U) << 11U) + (rest >> 2U);
    return distance == 16384 ? Step::end : match(distance, length, rest & 3U);
  }

  /// Below 16: a literal run after a match without literals, else a match of 2 or 3 bytes.
  Step short_code(unsigned code) {
    if (literals_ == 0) {
      std::size_t count = code + 3;
      if (code == 0 && !long_length(15 + 3, count)) {
        return Step::bad;
      }
      literals_ = 4;
      return copy_literals(count) ? Step::go_on : Step::bad;
    }
    unsigned high = 0;
    if (!byte(high)) {
      return Step::bad;
    }
    const std::size_t distance = (high << 2U) + (code >> 2U) + 1;
    return literals_ == 4 ? match(distance + 2048, 3, code & 3U) : match(distance, 2, code & 3U);
  }

  const char* in_;
  const char* in_end_;
  char* out_begin_;
  char* out_;
  char* out_end_;
  unsigned literals_ = 0;
};

}  // namespace

std::optional<std::size_t> lzo_decompress(std::string_view in, std::span<char> out) {
  return Lzo(in, out).run();
}

}  // namespace weir
