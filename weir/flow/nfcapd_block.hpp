#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// One block of an nfcapd file, read and unpacked: what a source hands to decode/nfcapd.
struct NfcapdBlock {
  /// Its records, one behind the other, as far as they are there.
  std::string_view bytes;
  /// How many its header says it has.
  std::uint32_t records = 0;
};

}  // namespace weir
