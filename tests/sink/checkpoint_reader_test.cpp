#include "weir/sink/checkpoint_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

/// What a sink of some metric has kept: a commit, a snapshot, another commit.
struct Kept {
  Kept() {
    PrometheusSink sink(
        PrometheusSinkOptions{.metrics = {simple_metric({{"as", field("src_as"), {}}})}});
    sink.keep_in(store, 0);
    commit(sink, 5);
    sink.make_snapshot([this](std::string_view piece) { pieces.emplace_back(piece); });
    commit(sink, 9);
  }
  void commit(PrometheusSink& sink, std::int64_t next) {
    checkpoint.source = {{{"flows", "0", "id", next, 90, 4}}, {"gone"}, "0-3"};
    checkpoint.accounts.origin(0).messages += 2;
    write_flow(sink, checkpoint.accounts, 1, 2, "", 10);
    EXPECT_TRUE(sink.commit(checkpoint));
  }

  FakeStore store;
  Checkpoint checkpoint;
  std::vector<std::string> pieces;
};

TEST(CheckpointReader, KnowsHowFarWasReadWhateverTheMetricsWere) {
  const Kept kept;
  CheckpointReader reader;
  reader.begin();
  for (const std::string& piece : kept.pieces) {
    EXPECT_TRUE(reader.snapshot(piece));
  }
  EXPECT_EQ(reader.checkpoint().source.origins.at(0).next, 5);
  EXPECT_TRUE(reader.commit(2, kept.store.commits.back()));
  EXPECT_EQ(reader.checkpoint(), kept.checkpoint);
  reader.begin();
  EXPECT_EQ(reader.checkpoint(), Checkpoint());
}

TEST(CheckpointReader, RefusesBytesThatMakeNoSense) {
  const Kept kept;
  CheckpointReader reader;
  reader.begin();
  EXPECT_FALSE(reader.snapshot(""));
  EXPECT_FALSE(reader.snapshot(kept.pieces.front().substr(0, 20)));
  EXPECT_FALSE(reader.commit(1, "nonsense"));
}

}  // namespace
}  // namespace weir
