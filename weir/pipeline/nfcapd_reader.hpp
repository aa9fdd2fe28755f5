#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/decode/nfcapd.hpp"
#include "weir/source/nfcapd_work.hpp"

namespace weir {

/// What was read of nfcapd files, and what was not.
struct NfcapdReport {
  std::uint64_t files = 0;
  std::uint64_t blocks = 0;
  NfcapdCounts records;
  /// Bytes at the ends of files that belong to no block that can be read.
  std::uint64_t lost_bytes = 0;
  /// What is wrong with which file, `path: text`; of very many the first.
  std::vector<std::string> damage;

  NfcapdReport& operator+=(const NfcapdReport& more);
  /// Everything was there and was understood.
  [[nodiscard]] bool whole() const {
    return damage.empty() && records.refused == 0 && records.lost == 0;
  }
};

/// What hands out the files' blocks for readers that want these fields.
[[nodiscard]] std::unique_ptr<NfcapdWork> nfcapd_work(std::vector<std::string> files,
                                                      const FieldSet& wanted);

/// Reads nfcapd files: takes portions from the work until there are none, and decodes them. Several
/// threads share the work, each with a reader of its own; each flow comes out of one of them.
class NfcapdReader {
 public:
  NfcapdReader(NfcapdWork& work, const FieldSet& wanted) : work_(work), decoder_(wanted) {}

  /// Reads one portion. False when there are none left, or a stop was asked for.
  bool step(Emit& emit, const std::stop_token& stop = {});
  /// Reads all there is.
  void run(Emit& emit, const std::stop_token& stop = {}) {
    while (step(emit, stop)) {
    }
  }
  [[nodiscard]] const NfcapdReport& report() const { return report_; }

 private:
  void begin(const NfcapdFile& file);
  void read(const NfcapdFile& file, std::size_t block, Emit& emit);
  void add_damage(const NfcapdFile& file, std::string_view text);

  NfcapdWork& work_;
  NfcapdDecoder decoder_;
  NfcapdBuffer buffer_;
  NfcapdReport report_;
  std::string trouble_;
};

/// All of it with one thread: files and folders (see nfcapd_files) into `emit`. Throws Error::usage
/// for a path that is not there and for a file that is no nfcapd file, after having read the
/// others.
NfcapdReport read_nfcapd(const std::vector<std::string>& paths, const FieldSet& wanted, Emit& emit);

}  // namespace weir
