#include "weir/pipeline/read_to_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// Two origins of some messages each, one of which is delivered at each read.
class TwoOrigins final : public Source {
 public:
  bool read(PayloadBatch& batch, const std::stop_token& /*stop*/) override {
    ++reads;
    if (reads <= idle_reads) {
      return true;
    }
    status_.started = true;
    for (OriginState& origin : state_.origins) {
      if (origin.next < written) {
        batch.add("message", 0, origin.next++);
        return more;
      }
    }
    return more;
  }
  [[nodiscard]] SourceState state() const override { return state_; }
  void committed(const SourceState& /*state*/) override {}
  [[nodiscard]] SourceStatus status() const override { return status_; }

  int reads = 0;
  int idle_reads = 2;  ///< before it is settled where to begin
  std::int64_t written = 5;
  bool more = true;
  SourceStatus status_{false, true, "", {}};
  SourceState state_{{{"a", "0", "", 2, 5, 0}, {"a", "1", "", 0, 3, 0}}, {}, {}};
};

class ReadToEndTest : public testing::Test {
 protected:
  void read() {
    read_to_end(source_, how_, stop_.get_token(), [this](const PayloadBatch& batch) {
      messages_ += batch.size();
      if (messages_ == stop_at_) {
        stop_.request_stop();
      }
    });
  }
  std::string failure() {
    try {
      read();
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  TwoOrigins source_;
  ReadToEnd how_;
  std::stop_source stop_;
  std::size_t messages_ = 0;
  std::size_t stop_at_ = 1000;
};

TEST_F(ReadToEndTest, ItEndsWhereEachOriginEndedWhenItBegan) {
  read();
  // 3 of the first, whose end is 5, and 3 of the second, though more were written meanwhile.
  EXPECT_EQ(messages_, 6U);
}

TEST_F(ReadToEndTest, FollowingItEndsWithAStopAlone) {
  how_.follow = true;
  stop_at_ = 8;
  read();
  EXPECT_EQ(messages_, 8U);
}

TEST_F(ReadToEndTest, ASourceThatEndsByItselfIsRead) {
  source_.more = false;
  source_.idle_reads = 0;
  how_.follow = true;
  read();
  EXPECT_EQ(messages_, 1U);
}

TEST_F(ReadToEndTest, WhatCannotBeReadForTooLongIsAFailure) {
  how_.patience = std::chrono::milliseconds(0);
  source_.status_.healthy = false;
  source_.status_.trouble = "topic a does not exist";
  EXPECT_THAT(failure(), HasSubstr("topic a does not exist"));
  source_.status_.trouble.clear();
  source_.reads = 0;
  EXPECT_THAT(failure(), HasSubstr("--brokers"));
}

TEST_F(ReadToEndTest, AnEndThatIsReachedInTroubleIsNotTrusted) {
  source_.idle_reads = 0;
  source_.written = 0;
  source_.state_.origins = {{"a", "0", "", 3, 3, 0}};
  source_.status_.started = true;
  source_.status_.healthy = false;
  source_.status_.trouble = "reading topic a partition 0 fails";
  how_.patience = std::chrono::milliseconds(0);
  EXPECT_THAT(failure(), HasSubstr("partition 0 fails"));
  source_.status_.trouble.clear();
  source_.status_.healthy = true;
  EXPECT_THAT(failure(), IsEmpty());
}

}  // namespace
}  // namespace weir
