#include "weir/flow/where_stage.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace weir {
namespace {

class Collect : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    ++calls;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ports.push_back(get_integer(batch[i], field("dst_port")));
    }
  }

  int calls = 0;
  std::vector<std::uint64_t> ports;
};

void fill(FlowBatch& batch, const std::vector<std::uint64_t>& ports) {
  for (const std::uint64_t port : ports) {
    set(batch.next(), field("dst_port"), port);
    batch.append();
  }
}

std::uint64_t dropped(const Accounts& accounts) {
  return accounts.filtered[static_cast<std::size_t>(Filtered::where)];
}

TEST(WhereStage, KeepsWhatMatchesAndCountsTheRest) {
  WhereStage stage(Filter::compile("dst_port == 443"));
  FlowBatch batch;
  fill(batch, {443, 80, 443, 53});
  Accounts accounts;
  Collect next;
  stage.process(batch, accounts, next);
  EXPECT_EQ(next.ports, (std::vector<std::uint64_t>{443, 443}));
  EXPECT_EQ(dropped(accounts), 2U);
}

TEST(WhereStage, EmptyBatchGoesNoFurther) {
  WhereStage stage(Filter::compile("dst_port == 443"));
  FlowBatch batch;
  fill(batch, {80, 53});
  Accounts accounts;
  Collect next;
  stage.process(batch, accounts, next);
  EXPECT_EQ(next.calls, 0);
  EXPECT_EQ(dropped(accounts), 2U);
}

TEST(WhereStage, WithoutConditionPassesEverything) {
  WhereStage stage{Filter()};
  FlowBatch batch;
  fill(batch, {80, 53});
  Accounts accounts;
  Collect next;
  stage.process(batch, accounts, next);
  EXPECT_EQ(next.ports, (std::vector<std::uint64_t>{80, 53}));
  EXPECT_EQ(dropped(accounts), 0U);
}

}  // namespace
}  // namespace weir
