#include "weir/sink/series_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "weir/base/time.hpp"
#include "weir/flow/protocols.hpp"
#include "weir/sink/metric_text.hpp"

namespace weir {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are cut to 4 bytes in place");

/// At most `SeriesKeyPlan::kMaxText` bytes, not cut inside a character.
std::string_view bounded(std::string_view text) {
  if (text.size() <= SeriesKeyPlan::kMaxText) {
    return text;
  }
  std::size_t end = SeriesKeyPlan::kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

template <typename Value>
Value unpack(const char* at) {
  Value value{};
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename Value>
char* put(const Value& value, char* at) {
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

char* put_text(std::string_view text, char* at) {
  at = put(static_cast<std::uint16_t>(text.size()), at);
  if (text.size() >= 8 && text.size() <= 16) {
    // Two words that overlap: a call of memcpy costs more than all the rest of a usual key.
    std::memcpy(at, text.data(), 8);
    std::memcpy(at + text.size() - 8, text.data() + text.size() - 8, 8);
  } else if (text.size() < 8) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      at[i] = text[i];
    }
  } else {
    std::memcpy(at, text.data(), text.size());
  }
  return at + text.size();
}

std::string_view text_at(const char* at) {
  return {at + sizeof(std::uint16_t), unpack<std::uint16_t>(at)};
}

/// The network that an address is in. One that is absent, all zeros, stays so.
IpAddress network_of(const IpAddress& address, unsigned v4_bits, unsigned v6_bits) {
  return address.masked(address.is_ipv4() ? v4_bits : v6_bits);
}

/// What a field is in a layout. Which of the user's fields one is depends on nothing but their
/// order; what it means is part of the metric's meaning.
std::string_view field_in_layout(FieldId id) {
  if (id < kFirstUserField) {
    return info(id).name;
  }
  switch (storage_of(info(id).kind)) {
    case Storage::text:
      return "own text";
    case Storage::address:
      return "own address";
    default:
      return "own number";
  }
}

void append_integer(FieldId id, std::uint64_t value, std::string& out) {
  switch (info(id).kind) {
    case Kind::mac:
      out += format_mac(value);
      break;
    case Kind::time:
      out += format_time(value);
      break;
    case Kind::proto: {
      const auto name = protocol_name(static_cast<std::uint8_t>(value));
      out += name.empty() ? fmt::format("{}", value) : std::string(name);
      break;
    }
    case Kind::etype:
      fmt::format_to(std::back_inserter(out), "0x{:04x}", value);
      break;
    default:
      fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

std::string name_in(const NameTable& table, std::uint64_t number) {
  std::string name;
  table.append(number, name);
  name.resize(bounded(name).size());
  return name;
}

}  // namespace

SeriesKeyPlan::SeriesKeyPlan(const Metric& metric) : name_(metric.name) {
  check(metric);
  for (std::size_t i = 0; i < metric.labels.size(); ++i) {
    const MetricLabel& label = metric.labels[i];
    const std::size_t part = part_of(metric, i);
    const bool named = parts_[part].named_by != kNoLabel;
    const char* const separator = labels_.empty() ? "" : ",";
    labels_.push_back({fmt::format("{}{}=\"", separator, label.name), part, label.lookup,
                       label.lookup != nullptr && !named});
    packs_names_ = packs_names_ || named;
  }
  for (const Part& part : parts_) {
    max_size_ += part.storage == Storage::text ? sizeof(std::uint16_t) + kMaxText : 16;
  }
  max_size_ = (max_size_ + kWord - 1) / kWord * kWord;
}

/// The place in the key of what a label shows; a new one unless an earlier label shows the same.
std::size_t SeriesKeyPlan::part_of(const Metric& metric, std::size_t label) {
  const MetricLabel& wanted = metric.labels[label];
  const bool number_shown = std::any_of(
      metric.labels.begin(), metric.labels.end(),
      [&wanted](const MetricLabel& other) { return other.field == wanted.field && !other.lookup; });
  const std::size_t named_by = number_shown ? kNoLabel : label;
  const auto known = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
    return part.field == wanted.field && part.v4_bits == wanted.v4_bits &&
           part.v6_bits == wanted.v6_bits &&
           (number_shown || labels_[part.named_by].lookup == wanted.lookup);
  });
  if (known == parts_.end()) {
    const FieldInfo& row = info(wanted.field);
    const Storage storage = number_shown ? storage_of(row.kind) : Storage::text;
    const auto width = static_cast<std::uint8_t>(row.bits <= 32 ? 4 : 8);
    parts_.push_back(
        {wanted.field, storage, width, row.offset, named_by, wanted.v4_bits, wanted.v6_bits});
    return parts_.size() - 1;
  }
  return static_cast<std::size_t>(known - parts_.begin());
}

std::size_t SeriesKeyPlan::pack(const Flow& flow, const Tables& tables, char* out) const {
  char* at = out;
  const char* const row = reinterpret_cast<const char*>(&flow);
  for (const Part& part : parts_) {
    const bool present = flow.present.has(part.field);
    switch (part.storage) {
      case Storage::integer:
        put(present ? unpack<std::uint64_t>(row + part.offset) : 0, at);
        at += part.width;
        break;
      case Storage::real: {
        const double value = get_real(flow, part.field);
        at = put(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value, at);
        break;
      }
      case Storage::address:
        at = put(part.cut() ? network_of(get_address(flow, part.field), part.v4_bits, part.v6_bits)
                            : get_address(flow, part.field),
                 at);
        break;
      case Storage::text:
        if (part.named_by != kNoLabel) [[unlikely]] {
          at = pack_name(flow, part, tables, at);
        } else {
          at = put_text(
              present ? bounded(unpack<std::string_view>(row + part.offset)) : std::string_view(),
              at);
        }
    }
  }
  put(std::uint64_t{0}, at);
  return (static_cast<std::size_t>(at - out) + kWord - 1) / kWord * kWord;
}

char* SeriesKeyPlan::pack_name(const Flow& flow, const Part& part, const Tables& tables,
                               char* at) const {
  return put_text(name_in(*tables[part.named_by], get_integer(flow, part.field)), at);
}

/// Where each part begins.
void SeriesKeyPlan::find_parts(std::string_view key, const char** starts) const {
  const char* at = key.data();
  for (const Part& part : parts_) {
    *starts++ = at;
    switch (part.storage) {
      case Storage::integer:
        at += part.width;
        break;
      case Storage::real:
        at += sizeof(double);
        break;
      case Storage::address:
        at += sizeof(IpAddress);
        break;
      case Storage::text:
        at += sizeof(std::uint16_t) + text_at(at).size();
    }
  }
}

void SeriesKeyPlan::append_value(const Label& label, const char* start, const NameTable* table,
                                 std::string& out) const {
  const Part& part = parts_[label.part];
  switch (part.storage) {
    case Storage::integer: {
      std::uint64_t number = 0;
      std::memcpy(&number, start, part.width);
      if (label.looked_up) {
        append_escaped_label(name_in(*table, number), out);
      } else {
        append_integer(part.field, number, out);
      }
      break;
    }
    case Storage::real:
      fmt::format_to(std::back_inserter(out), "{}", unpack<double>(start));
      break;
    case Storage::address: {
      // An absent address is all zeros, and an empty label is Prometheus's way to say absent.
      const auto address = unpack<IpAddress>(start);
      out += address == IpAddress{} ? std::string() : address.to_string();
      if (part.cut() && address != IpAddress{}) {
        fmt::format_to(std::back_inserter(out), "/{}",
                       address.is_ipv4() ? part.v4_bits : part.v6_bits);
      }
      break;
    }
    case Storage::text:
      append_escaped_label(text_at(start), out);
  }
}

void SeriesKeyPlan::append_text(std::string_view key, const Tables& tables,
                                std::string& out) const {
  std::array<const char*, kMaxLabels> starts{};
  find_parts(key, starts.data());
  out += name_;
  out += '{';
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    out += labels_[i].text;
    append_value(labels_[i], starts[labels_[i].part], tables[i].get(), out);
    out += '"';
  }
  out += "} ";
}

void SeriesKeyPlan::append_other(std::string& out) const {
  out += name_;
  out += '{';
  for (const Label& label : labels_) {
    out += label.text;
    out += "other\"";
  }
  out += "} ";
}

bool SeriesKeyPlan::valid(std::string_view key) const {
  std::size_t at = 0;
  for (const Part& part : parts_) {
    std::size_t size = part.width;
    if (part.storage == Storage::real) {
      size = sizeof(double);
    } else if (part.storage == Storage::address) {
      size = sizeof(IpAddress);
    } else if (part.storage == Storage::text) {
      if (key.size() - at < sizeof(std::uint16_t)) {
        return false;
      }
      size = sizeof(std::uint16_t) + text_at(key.data() + at).size();
      if (size > sizeof(std::uint16_t) + kMaxText) {
        return false;
      }
    }
    if (key.size() - at < size) {
      return false;
    }
    at += size;
  }
  return key.size() == (at + kWord - 1) / kWord * kWord &&
         key.find_first_not_of('\0', at) == std::string_view::npos;
}

std::string SeriesKeyPlan::layout() const {
  std::string out;
  for (const Label& label : labels_) {
    const Part& part = parts_[label.part];
    fmt::format_to(std::back_inserter(out), "{}{}{}{}{}:{}", label.text,
                   field_in_layout(part.field),
                   part.cut() ? fmt::format("/{}/{}", part.v4_bits, part.v6_bits) : "",
                   label.lookup ? " by name\"" : "\"", part.named_by != kNoLabel ? "*" : "",
                   part.storage == Storage::integer ? part.width : 0);
  }
  return out;
}

SeriesKeyPlan::Tables SeriesKeyPlan::current_tables() const {
  Tables tables;
  for (const Label& label : labels_) {
    tables.push_back(label.lookup ? label.lookup->current() : nullptr);
  }
  return tables;
}

std::uint64_t SeriesKeyPlan::tables_generation() const {
  std::uint64_t sum = 0;
  for (const Label& label : labels_) {
    sum += label.lookup ? label.lookup->generation() : 0;
  }
  return sum;
}

RenamedKeys::RenamedKeys(const SeriesKeyPlan& plan, const SeriesKeyPlan::Tables& before,
                         const SeriesKeyPlan::Tables& after)
    : plan_(plan) {
  for (std::size_t i = 0; i < plan.labels_.size(); ++i) {
    if (plan.labels_[i].looked_up && before[i] != after[i]) {
      changed_.push_back({plan.labels_[i].part, before[i], after[i], {}});
    }
  }
}

bool RenamedKeys::Changed::contains(std::uint64_t number) {
  const auto [at, fresh] = known.try_emplace(number, false);
  if (fresh) {
    at->second = name_in(*before, number) != name_in(*after, number);
  }
  return at->second;
}

bool RenamedKeys::contains(std::string_view key) {
  if (changed_.empty()) {
    return false;
  }
  std::array<const char*, SeriesKeyPlan::kMaxLabels> starts{};
  plan_.find_parts(key, starts.data());
  return std::any_of(changed_.begin(), changed_.end(), [&](Changed& each) {
    std::uint64_t number = 0;
    std::memcpy(&number, starts[each.part], plan_.parts_[each.part].width);
    return each.contains(number);
  });
}

}  // namespace weir
