#include "weir/pipeline/nfcapd_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "weir/base/error.hpp"
#include "weir/source/nfcapd_files.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxDamage = 100;

}  // namespace

NfcapdReport& NfcapdReport::operator+=(const NfcapdReport& more) {
  files += more.files;
  blocks += more.blocks;
  records += more.records;
  lost_bytes += more.lost_bytes;
  for (const std::string& text : more.damage) {
    if (damage.size() < kMaxDamage) {
      damage.push_back(text);
    }
  }
  return *this;
}

std::unique_ptr<NfcapdWork> nfcapd_work(std::vector<std::string> files, const FieldSet& wanted) {
  return std::make_unique<NfcapdWork>(std::move(files), [wanted](unsigned layout) {
    return NfcapdDecoder::needs_order(wanted, layout);
  });
}

bool NfcapdReader::step(Emit& emit, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return false;
  }
  const auto piece = work_.next();
  if (!piece) {
    return false;
  }
  if (piece->first == 0) {
    begin(*piece->file);
  }
  for (std::size_t block = piece->first; block < piece->last && !stop.stop_requested(); ++block) {
    read(*piece->file, block, emit);
  }
  return true;
}

void NfcapdReader::begin(const NfcapdFile& file) {
  decoder_.begin_file(file.header().anonymized);
  ++report_.files;
  report_.lost_bytes += file.lost_bytes();
  if (!file.damage().empty()) {
    add_damage(file, file.damage());
  }
}

void NfcapdReader::read(const NfcapdFile& file, std::size_t block, Emit& emit) {
  const NfcapdBlock bytes = file.read_block(block, buffer_, trouble_);
  if (!trouble_.empty() && file.damage().empty()) {
    add_damage(file, trouble_);
  }
  const NfcapdCounts before = report_.records;
  decoder_.decode(bytes, report_.records, emit);
  ++report_.blocks;
  const std::uint64_t refused = report_.records.refused - before.refused;
  const std::uint64_t lost = report_.records.lost - before.lost;
  if (refused != 0 || (lost != 0 && trouble_.empty())) {
    add_damage(file,
               fmt::format("block {}: {} records are refused, {} are lost", block, refused, lost));
  }
}

void NfcapdReader::add_damage(const NfcapdFile& file, std::string_view text) {
  if (report_.damage.size() < kMaxDamage) {
    report_.damage.push_back(fmt::format("{}: {}", file.path(), text));
  }
}

NfcapdReport read_nfcapd(const std::vector<std::string>& paths, const FieldSet& wanted,
                         Emit& emit) {
  const auto work = nfcapd_work(nfcapd_files(paths), wanted);
  NfcapdReader reader(*work, wanted);
  reader.run(emit);
  if (const auto refused = work->refused(); !refused.empty()) {
    throw Error::usage(refused.front());
  }
  return reader.report();
}

}  // namespace weir
