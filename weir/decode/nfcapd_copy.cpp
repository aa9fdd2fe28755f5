#include "weir/decode/nfcapd_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

constexpr std::uint64_t kNanosecondsPerMs = 1'000'000;
constexpr std::uint64_t kMsPerSecond = 1000;
constexpr std::uint64_t kMac = (std::uint64_t{1} << 48) - 1;

/// The labels of a stack, the top first: entries of 24 bits (label, class, end of stack), up to the
/// one with the end's bit or an empty one. nfcapd keeps ten.
struct MplsStack {
  explicit MplsStack(const char* at) {
    while (count < labels.size()) {
      const auto entry = load_number<std::uint32_t>(at + 4 * count);
      if (entry == 0) {
        break;
      }
      labels[count++] = (entry >> 4U) & 0xfffffU;
      if ((entry & 1U) != 0) {
        break;
      }
    }
  }
  std::array<std::uint32_t, 10> labels{};
  std::size_t count = 0;
};

std::string_view join(const MplsStack& stack, TextArena& texts) {
  fmt::memory_buffer text;
  for (std::size_t i = 0; i < stack.count; ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : " ", stack.labels[i]);
  }
  return texts.copy({text.data(), text.size()});
}

/// RFC 6759: an engine and a number within it, where no name is known.
std::string_view application(std::string_view id, const NfcapdSurroundings& around) {
  const std::string_view name = around.context.application(id);
  if (!name.empty()) {
    return name;
  }
  std::uint64_t number = 0;
  for (const char c : id.substr(1)) {
    number = number << 8U | static_cast<std::uint8_t>(c);
  }
  return around.texts.copy(fmt::format("{}:{}", static_cast<std::uint8_t>(id[0]), number));
}

/// Texts of exporters, which rows have in UTF-8.
std::string_view mended(std::string_view text, TextArena& texts) {
  if (is_valid_utf8(text)) {
    return text;
  }
  std::string better;
  append_mended(better, text);
  return texts.copy(better);
}

IpAddress network(const IpAddress& address, const char* length) {
  const unsigned most = address.is_ipv4() ? 32 : 128;
  return address.masked(std::min<unsigned>(load_number<std::uint8_t>(length), most));
}

/// A value, or the field is not there after all.
template <typename Value, typename Found>
void put_if(Flow& row, FieldId id, const std::optional<Found>& value) {
  if (value) {
    set(row, id, Value{*value});
  } else {
    row.present.remove(id);
  }
}

/// Texts, and what other records explain.
void copy_explained(const NfcapdPlan& plan, const NfcapdCopy& copy, const char* record,
                    const NfcapdSurroundings& around, Flow& row) {
  const char* const from = record + copy.from;
  const FieldId id = copy.field;
  const auto put_text = [&](std::string_view text) {
    put_if<std::string_view>(row, id, text.empty() ? std::nullopt : std::optional(text));
  };
  const auto put_foreign = [&](std::string_view text) { put_text(mended(text, around.texts)); };
  const auto exporter = [&]() -> unsigned {
    return plan.wide_exporter ? load_number<std::uint16_t>(record + plan.exporter)
                              : load_number<std::uint8_t>(record + plan.exporter);
  };
  switch (copy.op) {
    case NfcapdOp::text: {
      const std::string_view text(from, copy.other);
      put_foreign(text.substr(0, text.find('\0')));
      break;
    }
    case NfcapdOp::decimal: {
      const fmt::format_int text(load_number<std::uint32_t>(from));
      put_text(around.texts.copy({text.data(), text.size()}));
      break;
    }
    case NfcapdOp::mpls_labels:
      put_text(join(MplsStack(from), around.texts));
      break;
    case NfcapdOp::exporter:
      put_if<IpAddress>(row, id, around.context.address(exporter()));
      break;
    case NfcapdOp::domain:
      put_if<std::uint64_t>(row, id, around.context.domain(exporter()));
      break;
    case NfcapdOp::sampling: {
      const bool known = copy.from != 0;
      const auto sampler = known ? std::optional(load_number<std::uint64_t>(from)) : std::nullopt;
      put_if<std::uint64_t>(row, id, around.context.sampling(exporter(), sampler));
      break;
    }
    case NfcapdOp::interface_name:
      put_foreign(around.context.interface_name(load_number<std::uint32_t>(from)));
      break;
    case NfcapdOp::application:
      put_foreign(application({from, copy.other}, around));
      break;
    default:
      break;
  }
}

}  // namespace

void copy_rare(const NfcapdPlan& plan, const NfcapdCopy& copy, const char* record,
               const NfcapdSurroundings& around, Flow& row) {
  const char* const from = record + copy.from;
  const FieldId id = copy.field;
  const auto put = [&row, id](std::uint64_t value) { set(row, id, value); };
  switch (copy.op) {
    case NfcapdOp::count32:
      put(std::max<std::uint64_t>(load_number<std::uint32_t>(from), 1));
      break;
    case NfcapdOp::count64:
      put(std::max<std::uint64_t>(load_number<std::uint64_t>(from), 1));
      break;
    case NfcapdOp::mac:
      put(load_number<std::uint64_t>(from) & kMac);
      break;
    case NfcapdOp::mac_if_zero:
      if (get_integer(row, id) == 0) {
        put(load_number<std::uint64_t>(from) & kMac);
      }
      break;
    case NfcapdOp::seconds:  // fits whatever they are
      put((load_number<std::uint32_t>(from) * kMsPerSecond +
           load_number<std::uint16_t>(record + copy.other)) *
          kNanosecondsPerMs);
      break;
    case NfcapdOp::ipv6_if_zero:
      if (get_address(row, id) == IpAddress::from_ipv4(0)) {
        set(row, id, ipv6_at(from));
      }
      break;
    case NfcapdOp::net4:
      set(row, id, network(ipv4_at(from), record + copy.other));
      break;
    case NfcapdOp::net6:
      set(row, id, network(ipv6_at(from), record + copy.other));
      break;
    case NfcapdOp::flag8:
      put((load_number<std::uint8_t>(from) & copy.other) != 0 ? 1 : 0);
      break;
    case NfcapdOp::mpls_top:
      put(MplsStack(from).labels[0]);
      break;
    case NfcapdOp::mpls_bottom: {
      const MplsStack stack(from);
      put(stack.labels[stack.count == 0 ? 0 : stack.count - 1]);
      break;
    }
    default:
      copy_explained(plan, copy, record, around, row);
      break;
  }
}

}  // namespace weir
