#include "weir/sink/letter_box.hpp"

#include <charconv>

namespace weir {

void LetterBox::add(Refused reason, const RecordPlace& place) {
  const std::string_view kept = place.bytes.substr(0, longest_);
  letters_.push_back({bytes_.size(), kept.size(), place.bytes.size(), place.position, place.origin,
                      place.index, reason});
  bytes_ += kept;
}

void LetterBox::clear() {
  letters_.clear();
  bytes_.clear();
}

LetterHeaders::LetterHeaders(const Letter& letter, const OriginName& origin, std::size_t limit) {
  say("weir-reason", kRefusedNames[static_cast<std::size_t>(letter.reason)]);
  say("weir-topic", origin.topic);
  if (!origin.partition.empty()) {
    say("weir-partition", origin.partition);
  }
  if (letter.position >= 0) {
    say("weir-offset", static_cast<std::uint64_t>(letter.position));
  }
  say("weir-index", std::uint64_t{letter.index});
  if (letter.is_cut(limit)) {
    say("weir-size", letter.whole);
  }
}

void LetterHeaders::say(std::string_view name, std::uint64_t number) {
  char* const begin = digits_.data() + used_;  // three numbers of up to 20 digits have room
  char* const end = std::to_chars(begin, digits_.data() + digits_.size(), number).ptr;
  used_ += static_cast<std::size_t>(end - begin);
  say(name, std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

}  // namespace weir
