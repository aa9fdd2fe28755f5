#include "weir/flow/refusal_fan_out.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using testing::ElementsAre;

class Notes final : public Refusals {
 public:
  Notes(std::vector<std::string>& all, std::string name) : all_(all), name_(std::move(name)) {}
  void refused(Refused reason, const RecordPlace& place) override {
    all_.push_back(name_ + " " + std::string(kRefusedNames[static_cast<std::size_t>(reason)]) +
                   " " + std::string(place.bytes));
  }

 private:
  std::vector<std::string>& all_;
  std::string name_;
};

TEST(RefusalFanOutTest, TellsEachOfEachRefusalInTheirOrder) {
  std::vector<std::string> notes;
  Notes first(notes, "first");
  Notes second(notes, "second");
  RefusalFanOut both({&first, &second});
  both.refused(Refused::not_json, {"a"});
  both.refused(Refused::empty, {""});
  EXPECT_THAT(
      notes, ElementsAre("first not_json a", "second not_json a", "first empty ", "second empty "));
}

}  // namespace
}  // namespace weir
