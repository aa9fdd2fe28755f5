#include "weir/decode/nfcapd.hpp"

#include <cstddef>

namespace weir {
namespace {

constexpr std::size_t kRecordHeader = 4;

// Types of records that are no flows: histograms, what exporters sent, names of VRFs, ident and
// stat.
constexpr bool is_other(unsigned type) {
  return type == 3 || type == 4 || type == 8 || type == 14 || type >= 0x8000;
}

}  // namespace

NfcapdCounts& NfcapdCounts::operator+=(const NfcapdCounts& more) {
  flows += more.flows;
  others += more.others;
  refused += more.refused;
  lost += more.lost;
  return *this;
}

NfcapdDecoder::NfcapdDecoder(const FieldSet& wanted) : layout1_(wanted), layout2_(wanted) {}

bool NfcapdDecoder::needs_order(const FieldSet& wanted, unsigned layout) {
  return layout == 1 || wanted.has(field("exporter")) || wanted.has(field("observation_domain")) ||
         wanted.has(field("sampling_rate")) || wanted.has(field("application")) ||
         wanted.has(field("in_if_name")) || wanted.has(field("out_if_name"));
}

void NfcapdDecoder::begin_file(bool anonymized) {
  context_.clear();
  layout1_.clear(anonymized);
}

void NfcapdDecoder::decode(const NfcapdBlock& block, NfcapdCounts& counts, Emit& emit) {
  std::string_view left = block.bytes;
  std::uint64_t seen = 0;
  while (left.size() >= kRecordHeader) {
    const std::size_t size = load_number<std::uint16_t>(left.data() + 2);
    if (size < kRecordHeader || size > left.size()) {
      break;
    }
    take(load_number<std::uint16_t>(left.data()), left.substr(0, size), counts, emit);
    left.remove_prefix(size);
    ++seen;
  }
  flush(emit);
  if (seen < block.records) {
    counts.lost += block.records - seen;
  } else if (!left.empty()) {
    ++counts.lost;  // something is there behind the last one that the header counts
  }
}

void NfcapdDecoder::take(unsigned type, std::string_view record, NfcapdCounts& counts, Emit& emit) {
  switch (type) {
    case NfcapdLayout2::kFlow:
      append(layout2_.plan(record), record, counts, emit);
      break;
    case NfcapdLayout1::kFlow:
    case NfcapdLayout1::kOldFlow:
      append(layout1_.plan(type, record), record, counts, emit);
      break;
    case NfcapdLayout1::kMap:
      layout1_.learn_map(record);
      ++counts.others;
      break;
    case NfcapdContext::kExporter:
    case NfcapdContext::kOldSampler:
    case NfcapdContext::kApplications:
    case NfcapdContext::kInterfaces:
    case NfcapdContext::kSampler:
      flush(emit);  // rows may point to names that this record changes
      context_.learn(type, record);
      ++counts.others;
      break;
    default:
      ++(is_other(type) ? counts.others : counts.refused);
      break;
  }
}

void NfcapdDecoder::append(const NfcapdPlan* plan, std::string_view record, NfcapdCounts& counts,
                           Emit& emit) {
  if (plan == nullptr) {
    ++counts.refused;
    return;
  }
  copy_record(*plan, record.data(), {.context = context_, .texts = batch_.texts()}, batch_.next());
  batch_.append();
  ++counts.flows;
  if (batch_.full()) {
    flush(emit);
  }
}

void NfcapdDecoder::flush(Emit& emit) {
  if (!batch_.empty()) {
    emit(batch_);
  }
  batch_.clear();
}

}  // namespace weir
