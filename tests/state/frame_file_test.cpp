#include "weir/state/frame_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"
#include "weir/io/checksum.hpp"
#include "weir/io/lz4.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

const CommitFileHeader kHeader{
    .base = 0, .anew = true, .salt = {.header = 1, .payload = 2}, .writer = "1.2.3", .about = "it"};

std::string frame(std::uint64_t number, std::string_view payload,
                  FrameKind kind = FrameKind::commit) {
  const FrameBytes bytes = encode_frame(kHeader.salt, kind, number, payload);
  return std::string(bytes.data(), bytes.size()).append(payload);
}

class FrameFileTest : public testing::Test {
 protected:
  [[nodiscard]] FrameFile open(const std::string& frames) const {
    folder_.put("log-1", kHeader.encode(FileKind::log) + frames);
    return FrameFile(folder_.path("log-1"), FileKind::log);
  }
  [[nodiscard]] std::string refusal(const std::string& name) const {
    try {
      const FrameFile file(folder_.path(name), FileKind::log);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      return error.what();
    }
    return {};
  }

  TempFolder folder_;
};

TEST_F(FrameFileTest, GivesWhatIsWhole) {
  FrameFile file = open(frame(1, "one") + frame(2, "") + frame(3, std::string(100'000, 'x')));
  EXPECT_EQ(file.header()->about, "it");
  auto next = file.next();
  EXPECT_EQ(next->payload, "one");
  EXPECT_EQ(next->number, 1U);
  EXPECT_EQ(file.next()->payload, "");
  EXPECT_EQ(file.next()->payload, std::string(100'000, 'x'));
  EXPECT_FALSE(file.next().has_value());
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "");
  EXPECT_EQ(file.offset(), file.size());
}

TEST_F(FrameFileTest, EndsAtADamageAndSaysWhere) {
  const std::string good = frame(1, "one");
  std::string bad = frame(2, "two");
  bad.back() = 'x';
  FrameFile file = open(good + bad + frame(3, "three"));
  EXPECT_TRUE(file.next().has_value());
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "damaged bytes");
  EXPECT_EQ(file.offset(), kHeader.size() + good.size());
  EXPECT_FALSE(file.next().has_value());
}

TEST_F(FrameFileTest, EndsWithinARecordThatWasCut) {
  const std::string last = frame(2, "two");
  for (std::size_t size = 1; size < last.size(); ++size) {
    FrameFile file = open(frame(1, "one") + last.substr(0, size));
    EXPECT_TRUE(file.next().has_value());
    EXPECT_FALSE(file.next().has_value());
    EXPECT_EQ(file.damage(), "it ends within a record");
  }
}

TEST_F(FrameFileTest, BelievesNoLengthBeyondWhatIsAllowed) {
  // As if a piece of 65 MiB was there: its header is whole, and so long a file.
  const std::string huge(FrameHeader::kMaxPiece + 1, 'x');
  FrameFile file = open(frame(1, huge, FrameKind::piece));
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "damaged bytes");
}

/// A frame whose payload is an LZ4 block that makes `content`, and says that it makes `unpacked`.
std::string packed_frame(std::uint64_t number, std::string_view content, std::size_t unpacked,
                         FrameKind kind = FrameKind::commit) {
  std::string payload(content.size() + 100, '#');
  payload.resize(lz4_compress(content, payload).value());
  const FrameBytes bytes =
      encode_frame(kHeader.salt, kind, number, payload, static_cast<std::uint32_t>(unpacked));
  return std::string(bytes.data(), bytes.size()).append(payload);
}

TEST_F(FrameFileTest, UnpacksWhatWasPacked) {
  const std::string large(3'000'000, 'x');
  FrameFile file = open(packed_frame(1, "one", 3) + packed_frame(2, large, large.size()) +
                        frame(3, "three") + packed_frame(4, "four", 4));
  EXPECT_EQ(file.next()->payload, "one");
  EXPECT_TRUE(file.next()->payload == large);
  EXPECT_EQ(file.next()->payload, "three");
  EXPECT_EQ(file.next()->payload, "four");
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "");
  EXPECT_EQ(file.offset(), file.size());
}

TEST_F(FrameFileTest, BelievesNoPackedPayloadThatMakesSomethingElse) {
  for (const std::size_t unpacked : {1U, 2U, 4U, 1'000'000U}) {
    FrameFile file = open(packed_frame(1, "one", unpacked));
    EXPECT_FALSE(file.next().has_value());
    EXPECT_EQ(file.damage(), "damaged bytes");
    EXPECT_EQ(file.offset(), kHeader.size());
  }
  FrameFile file = open(packed_frame(1, "x", FrameHeader::kMaxPiece + 1, FrameKind::piece));
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "damaged bytes");
}

TEST_F(FrameFileTest, EndsWhereAFrameIsRefused) {
  FrameFile file = open(frame(1, "one") + frame(5, "five") + frame(6, "six"));
  EXPECT_TRUE(file.next().has_value());
  EXPECT_TRUE(file.next().has_value());
  file.refuse("commit 2 is missing");
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "commit 2 is missing");
  EXPECT_EQ(file.offset(), kHeader.size() + frame(1, "one").size());
}

TEST_F(FrameFileTest, FindsACommitBehindADamageWhereverItBegins) {
  for (const std::size_t garbage : {1UL, 31UL, 32UL, 1000UL, (1UL << 20U) - 33, (1UL << 20U) - 3}) {
    FrameFile file = open(frame(1, "one") + std::string(garbage, '!') + frame(9, "nine"));
    EXPECT_TRUE(file.next().has_value());
    EXPECT_FALSE(file.next().has_value());
    EXPECT_TRUE(file.commit_behind(1)) << garbage;
    EXPECT_FALSE(file.commit_behind(9)) << garbage;
  }
}

TEST_F(FrameFileTest, TakesForgedFramesForNothing) {
  // A label may be any text, also the bytes of a frame, but for the salt.
  const FrameBytes forged = encode_frame(Salt{}, FrameKind::commit, 7, "seven");
  std::string label = std::string(forged.data(), forged.size()) + "seven";
  std::string last = frame(2, label);
  last[1] = '!';
  FrameFile file = open(frame(1, "one") + last);
  EXPECT_TRUE(file.next().has_value());
  EXPECT_FALSE(file.next().has_value());
  EXPECT_FALSE(file.commit_behind(1));
}

TEST_F(FrameFileTest, WithoutAWholeHeaderHasNothing) {
  folder_.put("log-1", "");
  FrameFile file(folder_.path("log-1"), FileKind::log);
  EXPECT_FALSE(file.header().has_value());
  EXPECT_EQ(file.damage(), "its header is damaged");
  EXPECT_FALSE(file.next().has_value());
  EXPECT_FALSE(file.commit_behind(0));
}

TEST_F(FrameFileTest, OfALaterFormatSaysWhichVersionReadsIt) {
  std::string bytes = kHeader.encode(FileKind::log);
  bytes[8] = 3;
  const std::uint32_t checksum =
      crc32c(std::string_view(bytes).substr(20), crc32c(std::string_view(bytes).substr(0, 16)));
  bytes.replace(16, 4, reinterpret_cast<const char*>(&checksum), 4);
  folder_.put("log-1", bytes);
  const std::string text = refusal("log-1");
  EXPECT_THAT(text, HasSubstr("--state-dir: " + folder_.path("log-1")));
  EXPECT_THAT(text, HasSubstr("written by weir 1.2.3 in format 3"));
  EXPECT_THAT(text, HasSubstr("reads format 2"));
}

TEST_F(FrameFileTest, ThatCannotBeReadSaysWhatToDo) {
  EXPECT_THAT(refusal("none"), HasSubstr("cannot read it: No such file"));
  std::filesystem::create_directory(folder_.path("log-2"));
  EXPECT_THAT(refusal("log-2"), HasSubstr("cannot read it: it is not a regular file"));
  EXPECT_THAT(refusal("log-2"), HasSubstr("give weir's user the right"));
}

}  // namespace
}  // namespace weir
