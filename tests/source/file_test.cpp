#include "weir/source/file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "weir_file_source_XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& content) const {
    const std::string path = folder_ / "records.json";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::filesystem::path folder_;
};

struct Read {
  std::vector<std::string> lines;
  std::size_t too_long = 0;
};

Read read_all(FileSource& source) {
  Read all;
  PayloadBatch batch;
  for (bool more = true; more;) {
    batch.clear();
    more = source.read(batch, {});
    for (const PayloadBatch::Payload& payload : batch.payloads()) {
      all.lines.emplace_back(batch.text(payload));
      all.too_long += payload.too_long ? 1 : 0;
    }
  }
  return all;
}

TEST_F(FileSourceTest, DeliversLinesWithoutTheirNewlines) {
  FileSource source(write("{\"a\":1}\n{\"b\":2}\n"));
  EXPECT_THAT(read_all(source).lines, ElementsAre("{\"a\":1}", "{\"b\":2}"));
}

TEST_F(FileSourceTest, DeliversALastLineWithoutNewline) {
  FileSource source(write("one\ntwo"));
  EXPECT_THAT(read_all(source).lines, ElementsAre("one", "two"));
}

TEST_F(FileSourceTest, ToleratesCarriageReturns) {
  FileSource source(write("one\r\ntwo\r"));
  EXPECT_THAT(read_all(source).lines, ElementsAre("one", "two"));
}

TEST_F(FileSourceTest, SkipsBlankLines) {
  FileSource source(write("\n\none\n \t\r\ntwo\n\n  "));
  EXPECT_THAT(read_all(source).lines, ElementsAre("one", "two"));
}

TEST_F(FileSourceTest, AnEmptyFileEndsAtOnce) {
  FileSource source(write(""));
  PayloadBatch batch;
  EXPECT_FALSE(source.read(batch, {}));
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(source.status().healthy);
}

TEST_F(FileSourceTest, JoinsLinesAcrossChunksAndBatches) {
  std::string content;
  std::vector<std::string> lines;
  for (int i = 0; i < 20'000; ++i) {
    lines.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i % 301), 'x'));
    content += lines.back() + '\n';
  }
  lines.push_back(std::string(700'000, 'y'));
  content += lines.back();
  FileSource source(write(content));
  EXPECT_EQ(read_all(source).lines, lines);
}

TEST_F(FileSourceTest, ReportsAnOverlongLineAndGoesOnBehindIt) {
  FileSource source(write("one\n" + std::string(FileSource::kMaxLine + 1, 'x') + "\r\ntwo\n"));
  const Read all = read_all(source);
  EXPECT_THAT(all.lines, ElementsAre("one", "", "two"));
  EXPECT_EQ(all.too_long, 1U);
}

TEST_F(FileSourceTest, ReportsAnOverlongLastLine) {
  FileSource source(write(std::string(FileSource::kMaxLine + 1, 'x')));
  EXPECT_EQ(read_all(source).too_long, 1U);
}

TEST_F(FileSourceTest, KeepsALineOfTheGreatestLength) {
  const std::string line(FileSource::kMaxLine, 'x');
  FileSource source(write(line + "\r\n" + line));
  const Read all = read_all(source);
  EXPECT_EQ(all.too_long, 0U);
  EXPECT_EQ(all.lines, (std::vector<std::string>{line, line}));
}

TEST_F(FileSourceTest, ThePositionIsBehindWhatWasDelivered) {
  const std::string path = write("\none\r\ntwo");
  FileSource source(path);
  EXPECT_EQ(source.status().origins.at(0).position, 0);
  read_all(source);
  const SourceStatus status = source.status();
  EXPECT_EQ(status.origins.at(0).topic, path);
  EXPECT_EQ(status.origins.at(0).partition, "0");
  EXPECT_EQ(status.origins.at(0).position, 9);
  EXPECT_EQ(status.origins.at(0).end, 9);
  EXPECT_EQ(source.state().origins.at(0).next, 9);
}

TEST_F(FileSourceTest, GoesOnInTheSameFileWhereASavedStateSays) {
  const std::string path = write("one\ntwo\n");
  FileSource first(path);
  read_all(first);
  const SourceState saved = first.state();
  std::ofstream(path, std::ios::app) << "three\n";
  FileSource second(path, saved);
  EXPECT_EQ(second.status().origins.at(0).position, 8);
  EXPECT_EQ(second.state().origins.at(0).end, 14);
  EXPECT_THAT(read_all(second).lines, ElementsAre("three"));
  EXPECT_EQ(second.state().origins.at(0).next, 14);
  EXPECT_EQ(second.state().origins.at(0).id, saved.origins.at(0).id);
}

TEST_F(FileSourceTest, GoesOnInTheMiddleOfAFileAndAtItsBeginning) {
  const std::string path = write("one\ntwo\n");
  SourceState saved = FileSource(path).state();
  FileSource beginning(path, saved);
  EXPECT_THAT(read_all(beginning).lines, ElementsAre("one", "two"));
  saved.origins.at(0).next = 4;
  FileSource middle(path, saved);
  EXPECT_THAT(read_all(middle).lines, ElementsAre("two"));
}

TEST_F(FileSourceTest, ALastLineWithoutNewlineThatWasDeliveredIsNotReadAgain) {
  const std::string path = write("one\ntwo");
  FileSource first(path);
  read_all(first);
  FileSource second(path, first.state());
  EXPECT_THAT(read_all(second).lines, ElementsAre());
  EXPECT_EQ(second.state(), first.state());
  std::ofstream(path, std::ios::app) << "\nthree\n";
  FileSource third(path, second.state());
  EXPECT_THAT(read_all(third).lines, ElementsAre("three"));
  EXPECT_EQ(third.state().origins.at(0).id + "+", second.state().origins.at(0).id);
}

TEST_F(FileSourceTest, AnotherFileOfTheSameNameIsReadFromItsBeginning) {
  const std::string path = write("one\ntwo\n");
  FileSource first(path);
  read_all(first);
  std::filesystem::rename(path, path + ".old");
  FileSource second(write("new\none\ntwo\n"), first.state());
  EXPECT_THAT(read_all(second).lines, ElementsAre("new", "one", "two"));
  EXPECT_NE(second.state().origins.at(0).id, first.state().origins.at(0).id);
}

TEST_F(FileSourceTest, AFileThatWasCutShortIsReadFromItsBeginning) {
  const std::string path = write("one\ntwo\n");
  FileSource first(path);
  read_all(first);
  FileSource second(write("six\n"), first.state());
  EXPECT_THAT(read_all(second).lines, ElementsAre("six"));
  EXPECT_EQ(second.state().origins.at(0).next, 4);
}

TEST_F(FileSourceTest, AFileThatWasWrittenAnewInPlaceIsReadFromItsBeginning) {
  const std::string path = write("one\ntwo\n");
  FileSource first(path);
  read_all(first);
  FileSource second(write("another line\n"), first.state());
  EXPECT_THAT(read_all(second).lines, ElementsAre("another line"));
}

TEST_F(FileSourceTest, OfAPipeWhatComesIsReadWhateverWasSaved) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  SourceState saved;
  saved.origins = {{path, "0", "", 100, -1, 0}};
  FileSource source(path, saved);
  const Fd writer_end(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::write(writer_end.get(), "one\n", 4), 4);
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, {}));
  EXPECT_EQ(batch.size(), 1U);
  EXPECT_EQ(source.state().origins.at(0).next, 4);
  EXPECT_EQ(source.state().origins.at(0).id, "");
}

TEST_F(FileSourceTest, AMissingFileIsAnErrorThatNamesTheFlag) {
  try {
    const FileSource source("/nonexistent/records.json");
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--from"));
    EXPECT_THAT(error.what(), HasSubstr("/nonexistent/records.json"));
  }
}

TEST_F(FileSourceTest, ADirectoryIsAnErrorThatNamesTheFlag) {
  try {
    const FileSource source(folder_.string());
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--from"));
  }
}

TEST_F(FileSourceTest, WaitsForAPipesWriterAndEndsWithIt) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FileSource source(path);
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, {}));  // nobody writes yet
  EXPECT_TRUE(batch.empty());

  Fd writer_end(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(writer_end);
  ASSERT_EQ(::write(writer_end.get(), "one\ntw", 6), 6);
  EXPECT_TRUE(source.read(batch, {}));
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.text(batch.payloads()[0]), "one");

  ASSERT_EQ(::write(writer_end.get(), "o", 1), 1);
  writer_end.reset();
  EXPECT_THAT(read_all(source).lines, ElementsAre("two"));
  EXPECT_EQ(source.status().origins.at(0).end, -1);
}

TEST_F(FileSourceTest, AStopIsHonoured) {
  FileSource source(write("one\n"));
  std::stop_source stop;
  stop.request_stop();
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, stop.get_token()));
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace weir
