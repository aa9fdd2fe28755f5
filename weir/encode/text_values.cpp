#include "weir/encode/text_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

namespace weir {
namespace {

/// "00" to "99".
constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// A byte's digits with a point behind them, and how many there are.
struct Octet {
  char text[4];
  std::uint8_t digits;
};
constexpr auto kOctets = [] {
  std::array<Octet, 256> octets{};
  for (unsigned i = 0; i < octets.size(); ++i) {
    Octet& octet = octets[i];
    if (i >= 100) {
      octet.text[octet.digits++] = static_cast<char>('0' + i / 100);
    }
    if (i >= 10) {
      octet.text[octet.digits++] = static_cast<char>('0' + i / 10 % 10);
    }
    octet.text[octet.digits++] = static_cast<char>('0' + i % 10);
    octet.text[octet.digits] = '.';
  }
  return octets;
}();

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint64_t kSecondsPerDay = 86'400;
constexpr unsigned kDateSize = 11;

char* put_pair(char* to, std::uint64_t below_100) {
  std::memcpy(to, &kPairs[2 * below_100], 2);
  return to + 2;
}

char* put_three(char* to, std::uint64_t below_1000) {
  *to = static_cast<char>('0' + below_1000 / 100);
  return put_pair(to + 1, below_1000 % 100);
}

char* put_ipv4(char* to, const std::uint8_t* bytes) {
  for (unsigned i = 0; i < 4; ++i) {
    const Octet& octet = kOctets[bytes[i]];
    std::memcpy(to, octet.text, sizeof octet.text);
    to += octet.digits + 1;
  }
  return to - 1;
}

char* put_group(char* to, unsigned group) {
  const unsigned digits = group >= 0x1000 ? 4 : group >= 0x100 ? 3 : group >= 0x10 ? 2 : 1;
  for (unsigned i = digits; i-- != 0;) {
    *to++ = kHex[group >> (4 * i) & 0xfU];
  }
  return to;
}

/// RFC 5952: the longest run of two or more groups of zeros, of equal ones the first, is `::`.
char* put_ipv6(char* to, const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  unsigned begin = 8;
  unsigned length = 1;
  for (unsigned i = 0, run = 0; i < 8; ++i) {
    const std::size_t at = std::size_t{2} * i;
    groups[i] = static_cast<unsigned>(bytes[at]) << 8U | bytes[at + 1];
    run = groups[i] == 0 ? run + 1 : 0;
    if (run > length) {
      length = run;
      begin = i + 1 - run;
    }
  }
  for (unsigned i = 0; i < 8; ++i) {
    if (i == begin) {
      *to++ = ':';
      i += length - 1;
      if (i == 7) {
        *to++ = ':';
      }
      continue;
    }
    if (i != 0) {
      *to++ = ':';
    }
    to = put_group(to, groups[i]);
  }
  return to;
}

char* put_fraction(char* to, std::uint64_t nanos) {
  *to++ = '.';
  to = put_three(to, nanos / 1'000'000);
  if (nanos % 1'000'000 == 0) {
    return to;
  }
  to = put_three(to, nanos / 1000 % 1000);
  return nanos % 1000 == 0 ? to : put_three(to, nanos % 1000);
}

}  // namespace

char* put_number(char* to, std::uint64_t value) {
  if (value < 10) {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  if (value < 100) {
    return put_pair(to, value);
  }
  if (value <= 0xffff'ffff) {
    return std::to_chars(to, to + kLongestValue, static_cast<std::uint32_t>(value)).ptr;
  }
  return std::to_chars(to, to + kLongestValue, value).ptr;
}

char* put_address(char* to, const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  static constexpr std::array<std::uint8_t, 12> kZeros{};
  if (std::memcmp(address.bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    return put_ipv4(to, address.bytes.data() + kMapped.size());
  }
  if (std::memcmp(address.bytes.data(), kZeros.data(), kZeros.size()) == 0) {
    // An IPv4 address at the end may have its own form.
    const std::string text = address.to_string();
    return std::copy(text.begin(), text.end(), to);
  }
  return put_ipv6(to, address.bytes);
}

char* put_seconds(char* to, std::uint64_t milliseconds) {
  to = put_number(to, milliseconds / 1000);
  *to = '.';
  return put_three(to + 1, milliseconds % 1000);
}

char* put_real(char* to, double value) {
  if (!std::isfinite(value)) {
    return to;
  }
  char* const end = fmt::format_to(to, "{}", value);
  if (std::string_view(to, static_cast<std::size_t>(end - to)).find_first_of(".e") !=
      std::string_view::npos) {
    return end;
  }
  end[0] = '.';
  end[1] = '0';
  return end + 2;
}

char* put_mac(char* to, std::uint64_t mac) {
  for (unsigned shift = 48; shift != 0;) {
    shift -= 8;
    const auto byte = static_cast<unsigned>(mac >> shift) & 0xffU;
    *to++ = kHex[byte >> 4U];
    *to++ = kHex[byte & 0xfU];
    *to++ = ':';
  }
  return to - 1;
}

char* TimeText::put(char* to, UnixNanos time) {
  const std::uint64_t seconds = time / kNanosPerSecond;
  const std::uint64_t day = seconds / kSecondsPerDay;
  if (day != day_) {
    set_day(day);
  }
  std::memcpy(to, date_, sizeof date_);
  to += kDateSize;
  const std::uint64_t clock = seconds % kSecondsPerDay;
  to = put_pair(to, clock / 3600);
  *to++ = ':';
  to = put_pair(to, clock / 60 % 60);
  *to++ = ':';
  to = put_pair(to, clock % 60);
  to = put_fraction(to, time % kNanosPerSecond);
  *to = 'Z';
  return to + 1;
}

void TimeText::set_day(std::uint64_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  char* to = put_pair(put_pair(date_, year / 100), year % 100);
  *to++ = '-';
  to = put_pair(to, static_cast<unsigned>(date.month()));
  *to++ = '-';
  to = put_pair(to, static_cast<unsigned>(date.day()));
  *to = 'T';
  day_ = day;
}

void TextBuffer::append(std::string_view text) {
  char* const to = room(text.size());
  std::copy(text.begin(), text.end(), to);
  size_ += text.size();
}

void TextBuffer::grow(std::size_t size) {
  capacity_ = std::max(2 * capacity_, size_ + size);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
  std::copy_n(bytes_.get(), size_, larger.get());
  bytes_ = std::move(larger);
}

}  // namespace weir
