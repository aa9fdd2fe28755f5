#include "fuzz/support.hpp"

namespace {

using namespace weir;

class Records final : public JsonRecords {
 public:
  Flow& row() override {
    if (rows_.full()) {
      rows_.clear();
    }
    ++rows_asked;
    latest_ = &rows_.next();
    return *latest_;
  }
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict verdict, std::string_view bytes) override {
    fuzzing::require(!bytes.empty());
    ++finished;
    if (verdict.kind == JsonVerdict::Kind::flow) {
      fuzzing::require_valid_texts(*latest_);
      rows_.append();
    }
  }
  std::size_t rows_asked = 0;
  std::size_t finished = 0;

 private:
  static inline FlowBatch rows_;
  Flow* latest_ = nullptr;
};

}  // namespace

/// What is JSON has at least one verdict, what is not has none; texts of rows are valid.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PayloadBatch& batch = fuzzing::batch_of_one(fuzzing::as_text(data, size));
  static JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{all_fields()}));
  Records records;
  const bool json = reference.read(batch.text(batch.payloads().front()), records);
  fuzzing::require(json == (records.finished > 0));
  fuzzing::require(records.rows_asked <= records.finished);
  return 0;
}
