#include "weir/source/nfcapd_work.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {

NfcapdWork::NfcapdWork(std::vector<std::string> files, std::function<bool(unsigned)> in_order)
    : files_(std::move(files)), in_order_(std::move(in_order)) {
  for (const std::string& file : files_) {
    const auto stamp = file_stamp(file);
    total_bytes_ += stamp ? stamp->size : 0;
  }
}

std::optional<NfcapdPiece> NfcapdWork::next() {
  return state_.with([this](State& state) -> std::optional<NfcapdPiece> {
    if (!state.file && !open_next(state)) {
      return std::nullopt;
    }
    const std::size_t blocks = state.file->blocks();
    const std::size_t first = state.next_block;
    const bool whole = in_order_(state.file->header().layout);
    const std::size_t last = whole ? blocks : std::min(blocks, first + kBlocksAtOnce);
    NfcapdPiece piece{.file = state.file, .first = first, .last = last};
    state.next_block = last;
    const std::uint64_t size = state.file->size();
    const auto share = [&](std::size_t at) { return blocks == 0 ? size : size * at / blocks; };
    taken_bytes_ += share(last) - (blocks == 0 ? 0 : share(first));
    if (last == blocks) {
      state.file.reset();
    }
    return piece;
  });
}

bool NfcapdWork::open_next(State& state) {
  while (state.next_file < files_.size()) {
    const std::string& path = files_[state.next_file++];
    try {
      state.file = std::make_shared<const NfcapdFile>(path);
      state.next_block = 0;
      return true;
    } catch (const Error& error) {
      state.refused.emplace_back(error.what());
    }
  }
  return false;
}

std::vector<std::string> NfcapdWork::refused() const {
  return state_.with([](const State& state) { return state.refused; });
}

}  // namespace weir
