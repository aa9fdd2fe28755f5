#include "weir/decode/cbor_cursor.hpp"

#include <bit>
#include <cmath>

namespace weir {
namespace {

using Major = CborHead::Major;

/// RFC 8949 appendix D.
double half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10U & 0x1fU);
  const auto mantissa = static_cast<double>(bits & 0x3ffU);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? HUGE_VAL : std::nan("");
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

/// Counts, tags and strings may be of indefinite length or without argument; numbers not.
bool may_be_indefinite(Major major) {
  return major == Major::bytes || major == Major::text || major == Major::array ||
         major == Major::map || major == Major::other;
}

}  // namespace

double CborHead::real() const {
  switch (info) {
    case kHalf:
      return half(argument);
    case kSingle:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(argument)));
    default:
      return std::bit_cast<double>(argument);
  }
}

bool CborCursor::long_head(CborHead& head) {
  if (at_ >= bytes_.size()) {
    return fail(Fault::truncated);
  }
  const auto first = static_cast<std::uint8_t>(bytes_[at_]);
  head = {static_cast<Major>(first >> 5U), static_cast<std::uint8_t>(first & 0x1fU), 0};
  if (head.info == CborHead::kIndefinite) {
    ++at_;
    return may_be_indefinite(head.major) || fail(Fault::malformed);
  }
  if (head.info > 27) {
    return fail(Fault::malformed);
  }
  const std::size_t size = std::size_t{1} << (head.info - 24U);
  if (size >= left()) {
    return fail(Fault::truncated);
  }
  for (std::size_t i = 1; i <= size; ++i) {
    head.argument = head.argument << 8U | static_cast<std::uint8_t>(bytes_[at_ + i]);
  }
  at_ += 1 + size;
  // Simple values below 32 have a shorter form, which is the only one allowed.
  return head.major != Major::other || head.info != 24 || head.argument >= 32 ||
         fail(Fault::malformed);
}

bool CborCursor::string(const CborHead& head, std::string_view& content, std::string& joined) {
  if (!head.indefinite()) {
    if (head.argument > left()) {
      return fail(Fault::truncated);
    }
    content = bytes_.substr(at_, static_cast<std::size_t>(head.argument));
    at_ += content.size();
    return true;
  }
  joined.clear();
  CborHead piece;
  while (this->head(piece)) {
    if (piece.is_break()) {
      content = joined;
      return true;
    }
    if (piece.major != head.major || piece.indefinite()) {
      return fail(Fault::malformed);
    }
    std::string_view part;
    if (!string(piece, part, joined)) {
      return false;
    }
    joined += part;
  }
  return false;
}

bool CborCursor::more(const CborHead& head, std::uint64_t read) {
  if (!head.indefinite()) {
    return read < head.argument;
  }
  if (left() == 0) {
    return fail(Fault::truncated);
  }
  constexpr char kBreak = '\xff';
  if (bytes_[at_] != kBreak) {
    return true;
  }
  ++at_;
  return false;
}

bool CborCursor::skip(const CborHead& head, int depth) {
  if (depth > kMaxDepth) {
    return fail(Fault::malformed);
  }
  CborHead inner;
  switch (head.major) {
    case Major::bytes:
    case Major::text: {
      std::string_view content;
      std::string joined;
      return string(head, content, joined);
    }
    case Major::array:
    case Major::map:
      for (std::uint64_t read = 0; more(head, read); ++read) {
        if (!this->head(inner) || !skip(inner, depth + 1)) {
          return false;
        }
        if (head.major == Major::map && (!this->head(inner) || !skip(inner, depth + 1))) {
          return false;
        }
      }
      return ok();
    case Major::tag:
      return this->head(inner) && skip(inner, depth + 1);
    case Major::other:
      return !head.is_break() || fail(Fault::malformed);
    default:
      return true;
  }
}

}  // namespace weir
