#include "weir/decode/cbor.hpp"

#include <numeric>
#include <utility>

#include "fuzz/support.hpp"
#include "weir/decode/cbor_cursor.hpp"

namespace {

using namespace weir;
using fuzzing::require;

/// Every record's bytes are one CBOR item, unless it is refused for not being one.
class Told final : public Emit, public Refusals {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      fuzzing::require_valid_texts(batch[i]);
      rows.push_back(row_text(batch[i]));
      require(batch[i].present.has(field("bytes")));
      require(is_item(batch.place(i).bytes));
    }
  }
  void refused(Refused reason, const RecordPlace& place) override {
    ++refusals;
    require(reason == Refused::empty || reason == Refused::truncated ||
            reason == Refused::not_cbor || is_item(place.bytes));
  }
  std::vector<std::string> rows;
  std::size_t refusals = 0;

 private:
  static bool is_item(std::string_view bytes) {
    CborCursor cursor(bytes);
    CborHead head;
    return cursor.head(head) && cursor.skip(head, 0) && cursor.left() == 0;
  }
};

}  // namespace

/// Whatever the messages, each record is a row, filtered or refused, texts are valid, and what was
/// learnt of keys, or what lies behind a message, makes no difference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(fuzzing::as_text(data, size));
  Told told;
  CborDecoder decoder(DecoderOptions{all_fields(), {}, &told});
  std::vector<std::string> rows;
  Accounts accounts;
  for (const std::string_view stale : {" ", "\xff", "\xa1"}) {
    told = Told();
    const Accounts before = std::exchange(accounts, {});
    decoder.decode(fuzzing::batch_over(stale, {input, input + input}), accounts, told);
    require(accounts.unaccounted() == static_cast<std::int64_t>(told.rows.size()));
    require(std::accumulate(accounts.refused.begin(), accounts.refused.end(), std::uint64_t{0}) ==
            told.refusals);
    require(accounts.origin(0).records >= accounts.origin(0).messages);
    require(stale == " " || (told.rows == rows && accounts == before));
    rows = std::move(told.rows);
  }
  return 0;
}
