#include "weir/pipeline/export_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::ElementsAre;

/// What comes out behind the last stage: bytes and customer of each row.
class Rows final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      rows.push_back(std::to_string(get_integer(batch[i], field("bytes"))) + " " +
                     std::string(get_text(batch[i], field("dst_customer"))));
    }
  }
  std::vector<std::string> rows;
};

/// Hands batches to the stages from `next` on.
class Chain final : public Emit {
 public:
  Chain(PipelineParts& parts, std::size_t next, Accounts& accounts, Emit& end)
      : parts_(parts), next_(next), accounts_(accounts), end_(end) {}
  void operator()(FlowBatch& batch) override {
    if (next_ == parts_.stages.size()) {
      end_(batch);
      return;
    }
    Chain rest(parts_, next_ + 1, accounts_, end_);
    parts_.stages[next_]->process(batch, accounts_, rest);
  }

 private:
  PipelineParts& parts_;
  std::size_t next_;
  Accounts& accounts_;
  Emit& end_;
};

class ExportPlanTest : public testing::Test {
 protected:
  ExportPlanTest() {
    Metric metric;
    metric.name = "m_total";
    metric.labels = {{"customer", field("dst_customer")}};
    plan.metrics = {metric};
    plan.format = "json";
  }
  std::vector<std::string> rows_of(const std::vector<std::string>& messages) {
    PipelineParts parts = pipeline_parts(plan, counters, nullptr);
    PayloadBatch batch;
    for (const std::string& message : messages) {
      batch.add(message, 0);
    }
    Rows rows;
    Chain chain(parts, 0, accounts, rows);
    parts.decoder->decode(batch, accounts, chain);
    return rows.rows;
  }

  ExportPlan plan;
  std::shared_ptr<SamplingCounters> counters = std::make_shared<SamplingCounters>();
  Accounts accounts;
};

const std::vector<std::string> kMessages = {
    R"({"bytes": 10, "ip_dst": "10.1.2.3", "sampling_rate": 100})",
    R"({"bytes": 20, "ip_dst": "10.9.0.1", "sampling_rate": 1})"};

TEST_F(ExportPlanTest, WithoutAnythingIsTheDecoderAlone) {
  EXPECT_THAT(rows_of(kMessages), ElementsAre("10 ", "20 "));
  EXPECT_TRUE(pipeline_parts(plan, counters, nullptr).stages.empty());
}

TEST_F(ExportPlanTest, FillsTotalsThatAreAskedFor) {
  plan.where = Filter::compile("total_bytes == 15");
  EXPECT_THAT(
      rows_of({R"({"in_bytes": 10, "out_bytes": 5})", R"({"in_bytes": 15, "out_bytes": 5})"}),
      ElementsAre("10 "));
}

TEST_F(ExportPlanTest, MultipliesThenLooksUpThenFilters) {
  const TempFolder temp;
  temp.put("networks.csv", "10.1.0.0/16,lan,ACME\n10.9.0.0/16,wan,OTHER\n");
  EnrichOptions lookups;
  lookups.networks = temp.path("networks.csv");
  plan.enrichment = std::make_shared<Enrichment>(lookups);
  plan.sampling = std::make_shared<Sampling>(SamplingOptions{.rule = SamplingRule::record});
  plan.where = Filter::compile("bytes == 1000 and dst_customer == 'ACME'");
  EXPECT_THAT(rows_of(kMessages), ElementsAre("1000 ACME"));
  EXPECT_EQ(accounts.filtered[static_cast<std::size_t>(Filtered::where)], 1U);
}

}  // namespace
}  // namespace weir
