#include "weir/state/commit_frame.hpp"

#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

const Salt kSalt{.header = 123, .payload = 456};

std::string_view view(const FrameBytes& bytes) {
  return {bytes.data(), bytes.size()};
}

CommitFileHeader some_header() {
  return {.base = 7, .anew = true, .salt = kSalt, .writer = "1.2.3", .about = "asn\t64500\n"};
}

FoundHeader decode(const std::string& bytes, FileKind kind) {
  return decode_header(std::string_view(bytes).substr(0, header_size(bytes, kind)));
}

TEST(CommitFileHeader, IsReadAsItWasWritten) {
  for (const FileKind kind : {FileKind::log, FileKind::snapshot}) {
    const std::string bytes = some_header().encode(kind);
    EXPECT_EQ(bytes.size(), some_header().size());
    EXPECT_EQ(header_size(bytes, kind), bytes.size());
    const FoundHeader found = decode(bytes + "what follows", kind);
    ASSERT_TRUE(found.header.has_value());
    EXPECT_EQ(found.header->base, 7U);
    EXPECT_TRUE(found.header->anew);
    EXPECT_EQ(found.header->salt.header, 123U);
    EXPECT_EQ(found.header->salt.payload, 456U);
    EXPECT_EQ(found.header->writer, "1.2.3");
    EXPECT_EQ(found.header->about, "asn\t64500\n");
    EXPECT_EQ(found.other_format, 0U);
  }
}

TEST(CommitFileHeader, OfOneKindIsNoneOfTheOther) {
  EXPECT_EQ(header_size(some_header().encode(FileKind::log), FileKind::snapshot), 0U);
}

TEST(CommitFileHeader, WithAnyBitChangedIsDamagedAndNeverOfAnotherFormat) {
  const std::string good = some_header().encode(FileKind::log);
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    std::string bytes = good;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    const FoundHeader found = decode(bytes, FileKind::log);
    EXPECT_FALSE(found.header.has_value()) << "bit " << i;
    EXPECT_EQ(found.other_format, 0U) << "bit " << i;
  }
}

TEST(CommitFileHeader, ThatIsCutIsDamaged) {
  const std::string good = some_header().encode(FileKind::log);
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decode(good.substr(0, i), FileKind::log).header.has_value()) << i;
  }
}

TEST(CommitFileHeader, CutsALongVersionAndRefusesALongText) {
  CommitFileHeader header = some_header();
  header.writer = std::string(100, 'v');
  EXPECT_EQ(decode(header.encode(FileKind::log), FileKind::log).header->writer,
            std::string(24, 'v'));
  header.about = std::string(CommitFileHeader::kMaxBytes, 'x');
  EXPECT_THROW(static_cast<void>(header.encode(FileKind::log)), Error);
}

TEST(Frame, IsReadAsItWasWritten) {
  const FrameBytes bytes = encode_frame(kSalt, FrameKind::piece, 1ULL << 40U, "payload", 99);
  const auto frame = decode_frame(kSalt, view(bytes));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->kind, FrameKind::piece);
  EXPECT_EQ(frame->number, 1ULL << 40U);
  EXPECT_EQ(frame->length, 7U);
  EXPECT_EQ(frame->unpacked, 99U);
}

TEST(Frame, OfAnotherFileIsNone) {
  const FrameBytes bytes = encode_frame(kSalt, FrameKind::commit, 1, "payload");
  EXPECT_FALSE(decode_frame(Salt{.header = 124, .payload = 456}, view(bytes)).has_value());
}

TEST(Frame, WithAnyBitChangedIsNone) {
  const FrameBytes good = encode_frame(kSalt, FrameKind::commit, 1, "payload");
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    FrameBytes bytes = good;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(decode_frame(kSalt, view(bytes)).has_value()) << "bit " << i;
  }
  EXPECT_FALSE(decode_frame(kSalt, view(good).substr(1)).has_value());
  EXPECT_FALSE(decode_frame(kSalt, std::string(100, '\0')).has_value());
}

TEST(SnapshotTotals, AreReadAsTheyWereWritten) {
  const auto bytes = encode_totals({.pieces = 3, .bytes = 1ULL << 33U});
  const auto totals = decode_totals({bytes.data(), bytes.size()});
  EXPECT_EQ(totals, (SnapshotTotals{.pieces = 3, .bytes = 1ULL << 33U}));
  EXPECT_FALSE(decode_totals("short").has_value());
}

}  // namespace
}  // namespace weir
