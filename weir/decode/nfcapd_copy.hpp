#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "weir/base/add_saturated.hpp"
#include "weir/decode/nfcapd_context.hpp"
#include "weir/decode/nfcapd_plan.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// nfcapd keeps addresses as numbers: one of 32 bits, or two of 64 with the first half first.
inline IpAddress ipv4_at(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  IpAddress address;
  const std::uint32_t words[2] = {0xffff0000U, __builtin_bswap32(load_number<std::uint32_t>(at))};
  std::memcpy(address.bytes.data() + 8, words, sizeof words);
  return address;
}
inline IpAddress ipv6_at(const char* at) {
  const std::uint64_t halves[2] = {__builtin_bswap64(load_number<std::uint64_t>(at)),
                                   __builtin_bswap64(load_number<std::uint64_t>(at + 8))};
  IpAddress address;
  std::memcpy(address.bytes.data(), halves, sizeof halves);
  return address;
}

/// What a step may need besides the record.
struct NfcapdSurroundings {
  const NfcapdContext& context;
  TextArena& texts;
};

/// Milliseconds that nanoseconds in 64 bits can say, until the year 2554.
inline constexpr std::uint64_t kMaxMilliseconds = ~std::uint64_t{0} / 1'000'000;

/// The steps that are rarely wanted or cost much anyway.
void copy_rare(const NfcapdPlan& plan, const NfcapdCopy& copy, const char* record,
               const NfcapdSurroundings& around, Flow& row);

/// Fills a row with what the plan wants of a record. The record has at least `plan.size` bytes.
inline void copy_record(const NfcapdPlan& plan, const char* record,
                        const NfcapdSurroundings& around, Flow& row) {
  row.present = plan.present;
  for (const NfcapdCopy& copy : plan.copies) {
    const char* const from = record + copy.from;
    char* const to = reinterpret_cast<char*>(&row) + copy.to;
    const auto put = [to](std::uint64_t value) { std::memcpy(to, &value, sizeof value); };
    const auto put_address = [to](const IpAddress& address) {
      std::memcpy(to, &address, sizeof address);
    };
    const auto so_far = [to] { return load_number<std::uint64_t>(to); };
    switch (copy.op) {
      case NfcapdOp::copy8:
        put(load_number<std::uint8_t>(from));
        break;
      case NfcapdOp::copy16:
        put(load_number<std::uint16_t>(from));
        break;
      case NfcapdOp::copy32:
        put(load_number<std::uint32_t>(from));
        break;
      case NfcapdOp::copy64:
        put(load_number<std::uint64_t>(from));
        break;
      case NfcapdOp::add32:
        put(add_saturated(so_far(), load_number<std::uint32_t>(from)));
        break;
      case NfcapdOp::add64:
        put(add_saturated(so_far(), load_number<std::uint64_t>(from)));
        break;
      case NfcapdOp::one:
        put(1);
        break;
      case NfcapdOp::milliseconds:
        if (const auto time = load_number<std::uint64_t>(from); time <= kMaxMilliseconds) {
          put(time * 1'000'000);
        } else {
          row.present.remove(copy.field);
        }
        break;
      case NfcapdOp::ipv4:
        put_address(ipv4_at(from));
        break;
      case NfcapdOp::ipv6:
        put_address(ipv6_at(from));
        break;
      default:
        copy_rare(plan, copy, record, around, row);
        break;
    }
  }
}

}  // namespace weir
