#include "weir/pipeline/recent_refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weir {
namespace {

using namespace std::string_view_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

const RecentRefusals::Reason& of(const RecentRefusals::Reasons& reasons, Refused reason) {
  return reasons[static_cast<std::size_t>(reason)];
}

std::string json(const RecentRefusals& recent) {
  const std::vector<OriginStatus> origins = {{"flows", "3", 0, 0}, {"a file", "", 0, 0}};
  return refused_json(recent, origins, nullptr);
}

TEST(RecentRefusalsTest, KeepsTheLastOfEachReason) {
  RecentRefusals recent;
  for (int i = 0; i < 25; ++i) {
    recent.refused(Refused::not_json, {"x" + std::to_string(i), 0, 0, i});
  }
  recent.refused(Refused::empty, {"", 0, 0, 99});
  const auto reasons = recent.reasons();
  const auto& broken = of(reasons, Refused::not_json);
  EXPECT_EQ(broken.count, 25U);
  ASSERT_EQ(broken.samples.size(), RecentRefusals::kSamples);
  for (std::size_t i = 0; i < broken.samples.size(); ++i) {
    EXPECT_EQ(broken.samples[i].position, 24 - static_cast<int>(i));
    EXPECT_EQ(broken.samples[i].bytes, "x" + std::to_string(24 - i));
  }
  EXPECT_EQ(of(reasons, Refused::empty).count, 1U);
  ASSERT_EQ(of(reasons, Refused::empty).samples.size(), 1U);
  EXPECT_EQ(of(reasons, Refused::overflow).count, 0U);
  EXPECT_THAT(of(reasons, Refused::overflow).samples, IsEmpty());
}

TEST(RecentRefusalsTest, OfALongRecordTheBeginningAndTheSizeAreKept) {
  RecentRefusals recent;
  recent.refused(Refused::truncated, {std::string(1'000'000, 'x'), 0, 0, 1});
  const auto reasons = recent.reasons();
  const auto& sample = of(reasons, Refused::truncated).samples.at(0);
  EXPECT_EQ(sample.bytes, std::string(RecentRefusals::kSampleBytes, 'x'));
  EXPECT_EQ(sample.size, 1'000'000U);
}

TEST(RecentRefusalsTest, MayBeLookedAtWhileRecordsAreRefused) {
  RecentRefusals recent;
  std::jthread writer([&](const std::stop_token& stop) {
    const std::string one(100, '1');
    const std::string two(200, '2');
    while (!stop.stop_requested()) {
      recent.refused(Refused::not_json, {one, 0, 0, 1});
      recent.refused(Refused::not_json, {two, 0, 0, 2});
    }
  });
  std::uint64_t seen = 0;
  while (seen < 10'000) {
    const auto reasons = recent.reasons();
    seen = of(reasons, Refused::not_json).count;
    for (const auto& sample : of(reasons, Refused::not_json).samples) {
      ASSERT_EQ(sample.bytes, sample.position == 1 ? std::string(100, '1') : std::string(200, '2'));
    }
  }
}

TEST(RefusedJsonTest, WithoutRefusalsThereAreNoReasons) {
  EXPECT_EQ(json(RecentRefusals()), "{\"reasons\":{}}\n");
}

TEST(RefusedJsonTest, SaysWhatWasRefusedWhereAndWhy) {
  RecentRefusals recent;
  recent.refused(Refused::not_json, {"{\"a\":", 0, 2, 4711});
  recent.refused(Refused::wrong_type, {"[]", 1, 0, -1});
  EXPECT_THAT(
      json(recent),
      MatchesRegex("\\{\"reasons\":\\{"
                   "\"not_json\":\\{\"count\":1,\"last\":\\[\\{\"time\":\"20[^\"]*Z\","
                   "\"topic\":\"flows\",\"partition\":\"3\",\"offset\":4711,\"index\":2,"
                   "\"text\":\"\\{\\\\\"a\\\\\":\",\"size\":5\\}\\]\\},"
                   "\"wrong_type\":\\{\"count\":1,\"last\":\\[\\{\"time\":\"20[^\"]*Z\","
                   "\"topic\":\"a file\",\"index\":0,\"text\":\"\\[\\]\",\"size\":2\\}\\]\\}"
                   "\\}\\}\n"));
}

TEST(RefusedJsonTest, TheLatestComesFirst) {
  RecentRefusals recent;
  recent.refused(Refused::not_json, {"older", 0, 0, 1});
  recent.refused(Refused::not_json, {"newer", 0, 0, 2});
  const std::string text = json(recent);
  EXPECT_LT(text.find("newer"), text.find("older"));
}

TEST(RefusedJsonTest, BytesThatAreNoTextAreBase64) {
  RecentRefusals recent;
  recent.refused(Refused::not_protobuf, {"\x08\xff"sv, 0, 0, 1});
  EXPECT_THAT(json(recent), HasSubstr(R"("base64":"CP8=","size":2)"));
}

TEST(RefusedJsonTest, ATextThatWasCutWithinACharacterIsStillOne) {
  RecentRefusals recent;
  std::string text(RecentRefusals::kSampleBytes - 2, 'x');
  text += "€ and more";  // three bytes, of which two are kept
  recent.refused(Refused::not_json, {text, 0, 0, 1});
  EXPECT_THAT(json(recent), HasSubstr("xx\",\"size\":" + std::to_string(text.size())));
  EXPECT_THAT(json(recent), Not(HasSubstr("base64")));
}

TEST(RefusedJsonTest, AWholeTextThatEndsWithinACharacterIsNone) {
  RecentRefusals recent;
  recent.refused(Refused::not_json, {"x\xe2\x82", 0, 0, 1});
  EXPECT_THAT(json(recent), HasSubstr(R"("base64":"eOKC")"));
}

TEST(RefusedJsonTest, AnOriginThatIsNotKnownYetIsLeftOut) {
  RecentRefusals recent;
  recent.refused(Refused::not_json, {"x", 7, 0, 1});
  EXPECT_THAT(json(recent), Not(HasSubstr("topic")));
}

TEST(RefusedJsonTest, TellsOfDeadLettersWhereThereAreSome) {
  DeadLetterStatus letters;
  letters.topic = "flows.refused";
  letters.sent[0] = 3;
  letters.sent[5] = 4;
  letters.pending = 2;
  letters.failures = 1;
  letters.trouble = "no \"broker\"";
  EXPECT_THAT(refused_json(RecentRefusals(), {}, &letters),
              EndsWith(R"("dead_letters":{"topic":"flows.refused","sent":7,"cut":0,"pending":2,)"
                       R"("failures":1,"trouble":"no \"broker\""}})"
                       "\n"));
}

}  // namespace
}  // namespace weir
