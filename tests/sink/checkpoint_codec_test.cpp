#include "weir/sink/checkpoint_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

template <typename Value>
std::string encoded(const Value& value) {
  std::string bytes;
  ByteWriter out(bytes);
  encode(value, out);
  return bytes;
}

template <typename Value>
bool read(std::string_view bytes, Value& value) {
  ByteCursor in(bytes);
  return decode(in, value) && in.left() == 0;
}

Checkpoint some_checkpoint() {
  Checkpoint made;
  made.source.origins = {{"flows", "0", "an id", 12, 34, 5}, {"flows", "1", "", -1, -1, 0}};
  made.source.absent = {"gone", ""};
  made.source.only = "0,1";
  made.accounts.origins = {{100, 200}, {0, 7}};
  made.accounts.counted = 42;
  made.accounts.filter(Filtered::no_metric, 3);
  made.accounts.refuse(Refused::overflow, 4);
  return made;
}

TEST(CheckpointCodec, ReadsEverythingAsItWasWritten) {
  Checkpoint checkpoint;
  ASSERT_TRUE(read(encoded(some_checkpoint()), checkpoint));
  EXPECT_EQ(checkpoint, some_checkpoint());
  CommitTime time;
  ASSERT_TRUE(read(encoded(CommitTime{.unix_ms = -5, .active_ms = 6, .scrapes = 7}), time));
  EXPECT_EQ(time.unix_ms, -5);
  EXPECT_EQ(time.active_ms, 6U);
  EXPECT_EQ(time.scrapes, 0U) << "those of an earlier process are none of this one";
  const std::vector<MetricIdentity> metrics = {{"m_total", "bytes by src_as"}, {"n", ""}};
  std::vector<MetricIdentity> found;
  ASSERT_TRUE(read(encoded(metrics), found));
  EXPECT_EQ(found, metrics);
}

TEST(CheckpointCodec, RefusesWhatEndsEarly) {
  const std::string good = encoded(some_checkpoint());
  for (std::size_t size = 0; size < good.size(); ++size) {
    Checkpoint checkpoint;
    EXPECT_FALSE(read(std::string_view(good).substr(0, size), checkpoint)) << size;
  }
  const std::string metrics = encoded(std::vector<MetricIdentity>{{"m_total", "bytes"}});
  for (std::size_t size = 0; size < metrics.size(); ++size) {
    std::vector<MetricIdentity> found;
    EXPECT_FALSE(read(std::string_view(metrics).substr(0, size), found)) << size;
  }
}

TEST(CheckpointCodec, RefusesAReasonThatItDoesNotKnow) {
  std::string bytes = encoded(some_checkpoint());
  const std::size_t at = bytes.find("overflow");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'O';
  Checkpoint checkpoint;
  EXPECT_FALSE(read(bytes, checkpoint)) << "what is accounted for there must not vanish";
}

TEST(CheckpointCodec, BelievesNoCountBeyondTheBytesThatAreThere) {
  Checkpoint checkpoint;
  EXPECT_FALSE(read(std::string(4, '\xff'), checkpoint));
  std::vector<MetricIdentity> metrics;
  EXPECT_FALSE(read(std::string(4, '\xff'), metrics));
  EXPECT_TRUE(metrics.empty());
}

}  // namespace
}  // namespace weir
