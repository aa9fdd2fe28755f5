#include "weir/decode/nfcapd_context.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "weir/decode/nfcapd_copy.hpp"
#include "weir/decode/nfcapd_plan.hpp"

namespace weir {
namespace {

constexpr std::uint16_t kIpv4Family = 2;  // AF_INET, the same everywhere

// Numbers that stand for samplers without one: of the command line, of an option without a number,
// and of nfcapd's -s.
constexpr std::int64_t kOverwrite = -3;
constexpr std::int64_t kGeneric = -1;
constexpr std::int64_t kDefault = -2;

// Bounded against files that are made to fill the memory.
constexpr std::size_t kMaxSamplers = 1024;
constexpr std::size_t kMaxNames = std::size_t{1} << 20;

std::string_view until_nul(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

}  // namespace

void NfcapdContext::clear() {
  exporters_.clear();
  interfaces_.clear();
  applications_.clear();
}

void NfcapdContext::learn(unsigned type, std::string_view record) {
  const char* const at = record.data();
  switch (type) {
    case kExporter:
      learn_exporter(record);
      break;
    case kOldSampler:
      if (record.size() >= 16) {
        learn_sampler(load_number<std::uint16_t>(at + 14), load_number<std::int32_t>(at + 4),
                      load_number<std::uint32_t>(at + 8));
      }
      break;
    case kSampler:
      // RFC 5477: of `interval` packets all are taken, of the `space` that follows none.
      if (record.size() >= 24) {
        const std::uint64_t interval = load_number<std::uint32_t>(at + 16);
        const std::uint64_t space = load_number<std::uint32_t>(at + 20);
        learn_sampler(load_number<std::uint16_t>(at + 4), load_number<std::int64_t>(at + 8),
                      interval == 0 ? 0 : (interval + space) / interval);
      }
      break;
    case kInterfaces:
      learn_interfaces(record);
      break;
    case kApplications:
      learn_applications(record);
      break;
    default:
      break;
  }
}

NfcapdContext::Exporter& NfcapdContext::exporter(unsigned number) {
  if (number >= exporters_.size()) {
    exporters_.resize(number + std::size_t{1});
  }
  return exporters_[number];
}

const NfcapdContext::Exporter* NfcapdContext::find(unsigned number) const {
  return number < exporters_.size() && exporters_[number].known ? &exporters_[number] : nullptr;
}

void NfcapdContext::learn_exporter(std::string_view record) {
  if (record.size() < 32) {
    return;
  }
  const char* const at = record.data();
  Exporter& known = exporter(load_number<std::uint16_t>(at + 26));
  known.known = true;
  known.domain = load_number<std::uint32_t>(at + 28);
  // An IPv4 address stands in the third of four words.
  known.address =
      load_number<std::uint16_t>(at + 24) == kIpv4Family ? ipv4_at(at + 16) : ipv6_at(at + 8);
}

void NfcapdContext::learn_sampler(unsigned number, std::int64_t id, std::uint64_t rate) {
  if (rate == 0 || rate > std::numeric_limits<std::uint32_t>::max()) {
    return;
  }
  auto& samplers = exporter(number).samplers;
  const auto found = std::find_if(samplers.begin(), samplers.end(),
                                  [id](const Sampler& sampler) { return sampler.id == id; });
  if (found != samplers.end()) {
    found->rate = static_cast<std::uint32_t>(rate);
  } else if (samplers.size() < kMaxSamplers) {
    samplers.push_back({id, static_cast<std::uint32_t>(rate)});
  }
}

/// A header of 12 bytes with the size of an element, then elements of a number and a name.
void NfcapdContext::learn_interfaces(std::string_view record) {
  if (record.size() < 12) {
    return;
  }
  const std::size_t count = load_number<std::uint16_t>(record.data() + 4);
  const std::size_t size = load_number<std::uint16_t>(record.data() + 6);
  for (std::size_t i = 0; i < count && size > 4 && 12 + (i + 1) * size <= record.size(); ++i) {
    const std::string_view element = record.substr(12 + i * size, size);
    if (interfaces_.size() < kMaxNames) {
      interfaces_[load_number<std::uint32_t>(element.data())] = until_nul(element.substr(4));
    }
  }
}

/// A header of 8 bytes with the size of an element, three sizes, then elements of id, name and
/// description. Where they begin differs with the padding, but they end with the record.
void NfcapdContext::learn_applications(std::string_view record) {
  if (record.size() < 14) {
    return;
  }
  const std::size_t count = load_number<std::uint16_t>(record.data() + 4);
  const std::size_t size = load_number<std::uint16_t>(record.data() + 6);
  const std::size_t id = load_number<std::uint16_t>(record.data() + 8);
  const std::size_t name = load_number<std::uint16_t>(record.data() + 10);
  if (size == 0 || id + name > size || count * size > record.size() - 14) {
    return;
  }
  const std::size_t first = record.size() - count * size;
  for (std::size_t i = 0; i < count && applications_.size() < kMaxNames; ++i) {
    const std::string_view element = record.substr(first + i * size, size);
    applications_[std::string(element.substr(0, id))] = until_nul(element.substr(id, name));
  }
}

std::optional<IpAddress> NfcapdContext::address(unsigned number) const {
  const Exporter* const known = find(number);
  return known == nullptr ? std::nullopt : std::optional(known->address);
}

std::optional<std::uint32_t> NfcapdContext::domain(unsigned number) const {
  const Exporter* const known = find(number);
  return known == nullptr ? std::nullopt : std::optional(known->domain);
}

std::optional<std::uint32_t> NfcapdContext::sampling(unsigned number,
                                                     std::optional<std::uint64_t> sampler) const {
  if (number >= exporters_.size()) {
    return std::nullopt;
  }
  const auto rate_of = [&](std::int64_t id) -> std::optional<std::uint32_t> {
    for (const Sampler& known : exporters_[number].samplers) {
      if (known.id == id) {
        return known.rate;
      }
    }
    return std::nullopt;
  };
  auto rate = rate_of(kOverwrite);
  if (!rate && sampler) {
    rate = rate_of(static_cast<std::int64_t>(*sampler));
  }
  if (!rate) {
    rate = rate_of(kGeneric);
  }
  return rate ? rate : rate_of(kDefault);
}

std::string_view NfcapdContext::interface_name(std::uint32_t number) const {
  const auto found = interfaces_.find(number);
  return found == interfaces_.end() ? std::string_view{} : found->second;
}

std::string_view NfcapdContext::application(std::string_view id) const {
  const auto found = applications_.find(id);
  return found == applications_.end() ? std::string_view{} : found->second;
}

}  // namespace weir
