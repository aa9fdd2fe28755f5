#include "weir/flow/protocols.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace weir {
namespace {

/// By number. Empty where IANA gives a description but no keyword (61, 63, 68, 99, 114).
// clang-format off
constexpr auto kNames = std::to_array<std::string_view>({
    /*   0 */ "hopopt", "icmp", "igmp", "ggp", "ipv4", "st", "tcp", "cbt", "egp", "igp",
    /*  10 */ "bbn-rcc-mon", "nvp-ii", "pup", "argus", "emcon", "xnet", "chaos", "udp", "mux", "dcn-meas",
    /*  20 */ "hmp", "prm", "xns-idp", "trunk-1", "trunk-2", "leaf-1", "leaf-2", "rdp", "irtp", "iso-tp4",
    /*  30 */ "netblt", "mfe-nsp", "merit-inp", "dccp", "3pc", "idpr", "xtp", "ddp", "idpr-cmtp", "tp++",
    /*  40 */ "il", "ipv6", "sdrp", "ipv6-route", "ipv6-frag", "idrp", "rsvp", "gre", "dsr", "bna",
    /*  50 */ "esp", "ah", "i-nlsp", "swipe", "narp", "min-ipv4", "tlsp", "skip", "ipv6-icmp", "ipv6-nonxt",
    /*  60 */ "ipv6-opts", "", "cftp", "", "sat-expak", "kryptolan", "rvd", "ippc", "", "sat-mon",
    /*  70 */ "visa", "ipcv", "cpnx", "cphb", "wsn", "pvp", "br-sat-mon", "sun-nd", "wb-mon", "wb-expak",
    /*  80 */ "iso-ip", "vmtp", "secure-vmtp", "vines", "iptm", "nsfnet-igp", "dgp", "tcf", "eigrp", "ospfigp",
    /*  90 */ "sprite-rpc", "larp", "mtp", "ax.25", "ipip", "micp", "scc-sp", "etherip", "encap", "",
    /* 100 */ "gmtp", "ifmp", "pnni", "pim", "aris", "scps", "qnx", "a/n", "ipcomp", "snp",
    /* 110 */ "compaq-peer", "ipx-in-ip", "vrrp", "pgm", "", "l2tp", "ddx", "iatp", "stp", "srp",
    /* 120 */ "uti", "smp", "sm", "ptp", "isis", "fire", "crtp", "crudp", "sscopmce", "iplt",
    /* 130 */ "sps", "pipe", "sctp", "fc", "rsvp-e2e-ignore", "mobility-header", "udplite", "mpls-in-ip", "manet", "hip",
    /* 140 */ "shim6", "wesp", "rohc", "ethernet", "aggfrag", "nsh",
});
// clang-format on

struct Alias {
  std::string_view name;
  std::uint8_t number;
};

/// What other programs and /etc/protocols call them.
constexpr auto kAliases = std::to_array<Alias>({
    {"ip", 0},
    {"ipencap", 4},
    {"ip-encap", 4},
    {"icmp6", 58},
    {"icmpv6", 58},
    {"ospf", 89},
    {"ipsec-esp", 50},
    {"ipsec-ah", 51},
    {"mobile", 55},
    {"mobility", 135},
    {"mobility header", 135},
    {"udp-lite", 136},
    {"rspf", 73},
    {"ttp", 84},
    {"crdup", 127},
});

bool same_letter(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(a) == lower(b);
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

}  // namespace

std::string_view protocol_name(std::uint8_t number) {
  return number < kNames.size() ? kNames[number] : std::string_view{};
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::uint8_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) {
    return number;
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (same(text, kNames[i])) {
      return static_cast<std::uint8_t>(i);
    }
  }
  for (const Alias& alias : kAliases) {
    if (same(text, alias.name)) {
      return alias.number;
    }
  }
  return std::nullopt;
}

}  // namespace weir
