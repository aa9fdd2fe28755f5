#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "fuzz/support.hpp"
#include "weir/base/error.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"

namespace {

using namespace weir;

struct Totals final : Emit {
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      bytes += get_integer(batch[i], field("total_bytes"));
      ++rows;
    }
  }
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
};

struct Everything final : Emit {
  void operator()(FlowBatch& batch) override {
    sum(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      fuzzing::require_valid_texts(batch[i]);
      fuzzing::require(!row_text(batch[i]).empty());
    }
  }
  Totals sum;
};

NfcapdReport read(const std::string& path, const FieldSet& wanted, Emit& emit) {
  const auto work = nfcapd_work({path}, wanted);
  NfcapdReader reader(*work, wanted);
  reader.run(emit);
  fuzzing::require(work->refused().size() + reader.report().files == 1);
  return reader.report();
}

}  // namespace

/// A file, whatever it is, is refused or read; what comes out does not depend on which fields are
/// wanted, and rows are as many as were counted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int memory = ::memfd_create("nfcapd", MFD_CLOEXEC);
  fuzzing::require(memory >= 0);
  const Fd owner(memory);
  fuzzing::require(::write(memory, data, size) == static_cast<ssize_t>(size));
  const std::string path = "/proc/self/fd/" + std::to_string(memory);

  Everything everything;
  const NfcapdReport report = read(path, all_fields(), everything);
  fuzzing::require(report.records.flows == everything.sum.rows);

  FieldSet wanted;
  wanted.add(field("total_bytes"));
  Totals totals;
  const NfcapdReport again = read(path, wanted, totals);
  fuzzing::require(again.records == report.records && again.damage == report.damage);
  fuzzing::require(totals.rows == everything.sum.rows && totals.bytes == everything.sum.bytes);
  return 0;
}
