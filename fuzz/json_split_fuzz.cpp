#include "weir/decode/json_split.hpp"

#include "fuzz/support.hpp"

/// Extents stay inside the text, go forward, and agree with the reference parser: what it takes as
/// one object or array reaches exactly as far.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  using fuzzing::require;
  const std::string_view text = fuzzing::as_text(data, size);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t blanks = skip_json_blanks(text, at);
    require(blanks >= at && blanks <= text.size());
    const std::size_t resumed = json_resume(text, at + 1, text.size());
    require(resumed > at && resumed <= text.size());
    require(resumed == text.size() || (text[resumed] == '{' && text[resumed - 1] == '\n'));
    if (at > 256 || (text[at] != '{' && text[at] != '[')) {
      continue;
    }
    const JsonExtent extent = json_extent(text, at);
    require(extent.end > at && extent.end <= text.size());
    if (extent.outcome == JsonExtent::Outcome::complete) {
      // What follows makes no difference.
      const JsonExtent alone = json_extent(text.substr(0, extent.end), at);
      require(alone.end == extent.end && alone.outcome == extent.outcome);
      require(text[extent.end - 1] == '}' || text[extent.end - 1] == ']');
    }
  }
  if (text.empty() || (text.front() != '{' && text.front() != '[')) {
    return 0;
  }
  static JsonDecoder plain(DecoderOptions{}, JsonDecoder::Learn::no);
  const auto outcome = fuzzing::decode(plain, fuzzing::batch_of_one(text));
  const JsonExtent extent = json_extent(text, 0);
  const bool whole = extent.outcome == JsonExtent::Outcome::complete &&
                     skip_json_blanks(text, extent.end) == text.size();
  // A message that is one complete value is never truncated, one that is cut off never a row alone.
  const auto truncated = outcome.accounts.refused[static_cast<std::size_t>(Refused::truncated)];
  require(!whole || truncated == 0 || text.find('\n') != std::string_view::npos);
  require(extent.outcome != JsonExtent::Outcome::truncated || truncated > 0);
  return 0;
}
