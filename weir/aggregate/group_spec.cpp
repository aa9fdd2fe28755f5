#include "weir/aggregate/group_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;

std::string_view trimmed_word(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The items between `separator`s, without blanks around them; none where there is nothing at all.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> items;
  if (trimmed_word(text).empty()) {
    return items;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    items.push_back(trimmed_word(text.substr(at, end - at)));
    at = end + 1;
  }
  return items;
}

std::string unknown_name(std::string_view flag, std::string_view word, bool derived_too,
                         const FieldNames& fields) {
  const std::string problem = fmt::format("{}: there is no field '{}'.", flag, word);
  for (const FieldInfo& row : kNamedFields) {
    if (!word.empty() && (row.pmacct == word || row.goflow2 == word || row.nfdump == word)) {
      return fmt::format("{} It is called {} here.", problem, row.name);
    }
  }
  std::vector<std::string_view> names = fields.all();
  for (const DerivedInfo& row : kDerived) {
    if (row.name == word) {
      return fmt::format("{} {} is computed from a group, so it cannot make one.", problem, word);
    }
    if (derived_too) {
      names.push_back(row.name);
    }
  }
  const std::string near = did_you_mean(word, names);
  return problem + (near.empty() ? " docs/filter.md lists them all." : near);
}

std::uint8_t parse_bits(std::string_view word, std::string_view digits, unsigned most) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > most) {
    throw Error::usage(fmt::format(
        "--by: '{}': behind the slash stands how many bits of the address to keep, 0 to {}, as in "
        "src_addr/24 or src_addr/24/64 (IPv4/IPv6).",
        word, most));
  }
  return static_cast<std::uint8_t>(bits);
}

KeyPart parse_key_part(std::string_view word, const FieldNames& names) {
  const std::vector<std::string_view> pieces = split(word, '/');
  if (pieces.empty()) {
    throw Error::usage("--by: there is nothing between two commas. Write field,field,…");
  }
  const auto id = names.find(pieces[0]);
  if (!id) {
    throw Error::usage(unknown_name("--by", pieces[0], false, names));
  }
  KeyPart part{.field = *id};
  if (pieces.size() == 1) {
    return part;
  }
  if (info(*id).kind != Kind::address || pieces.size() > 3) {
    throw Error::usage(
        fmt::format("--by: '{}': only addresses can be cut to their network, as in src_addr/24 or "
                    "src_addr/24/64 (IPv4/IPv6).",
                    word));
  }
  if (pieces.size() == 3) {
    part.v4_bits = parse_bits(word, pieces[1], kV4Bits);
    part.v6_bits = parse_bits(word, pieces[2], kV6Bits);
    return part;
  }
  const std::uint8_t bits = parse_bits(word, pieces[1], kV6Bits);
  (bits <= kV4Bits ? part.v4_bits : part.v6_bits) = bits;
  return part;
}

/// Whether a word means a part of the key, also with bits that cut nothing: src_addr/32.
bool spells(std::string_view word, const KeyPart& part, const FieldNames& names) {
  const std::string_view name = names.name(part.field);
  if (info(part.field).kind != Kind::address || !word.starts_with(name)) {
    return false;
  }
  word.remove_prefix(name.size());
  return word == fmt::format("/{}/{}", part.v4_bits, part.v6_bits) ||
         (part.v6_bits == kV6Bits && word == fmt::format("/{}", part.v4_bits)) ||
         (part.v4_bits == kV4Bits && part.v6_bits > kV4Bits &&
          word == fmt::format("/{}", part.v6_bits));
}

std::optional<std::variant<FieldId, Derived>> find_source(std::string_view word,
                                                          const std::vector<KeyPart>& key,
                                                          const FieldNames& names) {
  if (const auto id = names.find(word)) {
    return *id;
  }
  if (const auto id = find_derived(word)) {
    return *id;
  }
  for (const KeyPart& part : key) {
    if (spells(word, part, names)) {
      return part.field;
    }
  }
  return std::nullopt;
}

GroupColumn parse_column(std::string_view word, const std::vector<KeyPart>& key,
                         const FieldNames& names) {
  if (word.empty()) {
    throw Error::usage("--fields: there is nothing between two commas. Write field,name:field,…");
  }
  const std::size_t colon = word.find(':');
  const std::string_view left = trimmed_word(word.substr(0, colon));
  const auto source = find_source(left, key, names);
  if (colon == std::string_view::npos) {
    if (!source) {
      throw Error::usage(unknown_name("--fields", left, true, names));
    }
    return {std::string(left), *source};
  }
  const std::string_view right = trimmed_word(word.substr(colon + 1));
  const auto other = find_source(right, key, names);
  if (left.empty() || right.empty()) {
    throw Error::usage(fmt::format("--fields: '{}': write name:field.", word));
  }
  if (source && other && *source != *other) {
    throw Error::usage(fmt::format(
        "--fields: '{}': both are fields. Choose a name for the column that is no field's.", word));
  }
  if (!source && !other) {
    throw Error::usage(unknown_name("--fields", right, true, names));
  }
  return {std::string(source ? right : left), source ? *source : *other};
}

bool in_key(const GroupSpec& spec, FieldId id) {
  return std::ranges::any_of(spec.key, [id](const KeyPart& part) { return part.field == id; });
}

void check_directions(const GroupSpec& spec) {
  bool any = false;
  for (const KeyPart& part : spec.key) {
    const FieldId mirror = mirror_of(part.field);
    if (info(part.field).merge == Merge::sum) {
      throw Error::usage(fmt::format(
          "--by: {} cannot be in the key when both directions are folded; leave it out.",
          info(part.field).name));
    }
    if (mirror == part.field) {
      continue;
    }
    any = true;
    KeyPart wanted = part;
    wanted.field = mirror;
    if (!std::ranges::count(spec.key, wanted)) {
      throw Error::usage(fmt::format("--by: to fold both directions, {} needs {} beside it.",
                                     to_string(part), to_string(wanted)));
    }
  }
  if (!any) {
    throw Error::usage(
        "--by: to fold both directions, there must be fields of both ends, such as "
        "src_addr,dst_addr.");
  }
}

}  // namespace

std::string to_string(const KeyPart& part, const FieldNames& names) {
  const std::string_view name = names.name(part.field);
  const bool v4 = part.v4_bits < kV4Bits;
  const bool v6 = part.v6_bits < kV6Bits;
  if (!v4 && !v6) {
    return std::string(name);
  }
  if (v4 && !v6) {
    return fmt::format("{}/{}", name, part.v4_bits);
  }
  if (v6 && !v4 && part.v6_bits > kV4Bits) {
    return fmt::format("{}/{}", name, part.v6_bits);
  }
  return fmt::format("{}/{}/{}", name, part.v4_bits, part.v6_bits);
}

FieldId mirror_of(FieldId id) {
  static constexpr std::pair<std::string_view, std::string_view> kSides[] = {
      {"src_", "dst_"}, {"dst_", "src_"}, {"in_", "out_"}, {"out_", "in_"}};
  const std::string_view name = info(id).name;
  for (const auto& [side, opposite] : kSides) {
    const std::size_t at = name.find(side);
    // Only as a word of its own: src_addr, tunnel_src_addr.
    if (at != std::string_view::npos && (at == 0 || name[at - 1] == '_')) {
      const auto mirror = find_field(
          fmt::format("{}{}{}", name.substr(0, at), opposite, name.substr(at + side.size())));
      if (mirror) {
        return *mirror;
      }
    }
  }
  return id;
}

void check(const GroupSpec& spec) {
  for (std::size_t i = 0; i < spec.key.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (spec.key[i].field == spec.key[j].field) {
        throw Error::usage(fmt::format("--by: {} is there twice; leave {} out.",
                                       info(spec.key[i].field).name, to_string(spec.key[i])));
      }
    }
  }
  std::set<std::string_view> names;
  for (const GroupColumn& column : spec.columns) {
    if (!names.insert(column.name).second) {
      throw Error::usage(
          fmt::format("--fields: two columns are called '{}'; give one another name, as in "
                      "name:field.",
                      column.name));
    }
    const FieldId* const id = std::get_if<FieldId>(&column.source);
    if (id != nullptr && info(*id).merge == Merge::key && !in_key(spec, *id)) {
      throw Error::usage(fmt::format(
          "--fields: {0} differs within a group and cannot be merged; add {0} to --by or leave it "
          "out.",
          info(*id).name));
    }
  }
  if (spec.bidirectional) {
    check_directions(spec);
  }
}

GroupSpec parse_group_spec(std::string_view by, std::string_view fields, bool bidirectional,
                           const FieldNames& names) {
  GroupSpec spec;
  spec.bidirectional = bidirectional;
  for (const std::string_view word : split(by, ',')) {
    spec.key.push_back(parse_key_part(word, names));
  }
  for (const std::string_view word : split(fields, ',')) {
    spec.columns.push_back(parse_column(word, spec.key, names));
  }
  if (spec.columns.empty()) {
    for (const KeyPart& part : spec.key) {
      spec.columns.push_back({to_string(part, names), part.field});
    }
    for (const FieldId id : {field("flows"), field("packets"), field("bytes")}) {
      if (!in_key(spec, id)) {
        spec.columns.push_back({std::string(info(id).name), id});
      }
    }
    if (bidirectional) {
      spec.columns.push_back({"out_packets", field("out_packets")});
      spec.columns.push_back({"out_bytes", field("out_bytes")});
    }
  }
  check(spec);
  return spec;
}

}  // namespace weir
