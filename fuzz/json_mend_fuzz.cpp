#include "weir/decode/json_mend.hpp"

#include <algorithm>

#include "fuzz/support.hpp"
#include "weir/decode/json_reference.hpp"

namespace {

using namespace weir;

std::string mended(std::string_view text) {
  std::string out;
  append_mended_json(out, text);
  return out;
}

class NoRecords final : public JsonRecords {
 public:
  Flow& row() override { return rows_.next(); }
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict, std::string_view) override {}

 private:
  FlowBatch rows_;
};

bool is_json(std::string_view text) {
  static JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{}));
  static NoRecords records;
  const PayloadBatch& batch = fuzzing::batch_of_one(text);
  return reference.read(batch.text(batch.payloads().front()), records);
}

}  // namespace

/// Mended text is valid UTF-8, stays as it is when mended again, and is JSON where the
/// text was. Nothing is lost: a mended text has no fewer line breaks, braces and quotes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzzing::as_text(data, size);
  const std::string once = mended(text);
  fuzzing::require(is_valid_utf8(once));
  fuzzing::require(mended(once) == once);
  fuzzing::require(is_json(text) == is_json(once));
  for (const char c : {'{', '}', '[', ']', ',', ':', '"', '\n'}) {
    fuzzing::require(std::count(once.begin(), once.end(), c) >=
                     std::count(text.begin(), text.end(), c));
  }
  return 0;
}
