#include "weir/pipeline/window_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Window kWindow = parse_window("202611212305").value();

class WindowFilesTest : public ::testing::Test {
 protected:
  void lay(const std::string& path) const {
    fs::create_directories(fs::path(folder_.path(path)).parent_path());
    folder_.put(path, "");
  }
  [[nodiscard]] WindowFileList find(std::vector<std::string> folders = {}) const {
    if (folders.empty()) {
      folders.push_back(folder_.path());
    }
    WindowFileList list = WindowFiles(folders, plan_, hours(1)).find(kWindow);
    for (auto* const paths : {&list.files, &list.awaited, &list.lacking}) {
      for (std::string& path : *paths) {
        path = fs::path(path).lexically_relative(folder_.path()).string();
      }
    }
    return list;
  }

  TempFolder folder_;
  WindowPlan plan_{TimeZone(), minutes(5)};
};

TEST_F(WindowFilesTest, EveryWayOfNfcapdsFoldersIsFound) {
  // 2026-11-21 is the 325th day, a Saturday, of the week 46 that begins with a Monday.
  for (const char* folder :
       {"a/", "b/2026/11/21/", "c/2026/11/21/23/", "d/2026/46/6/", "e/2026/46/6/23/", "f/2026/325/",
        "g/2026/325/23/", "h/2026-11-21/", "i/2026-11-21/23/"}) {
    lay(std::string(folder) + "nfcapd.202611212305");
    lay(std::string(folder) + "nfcapd.202611212310");
    lay(std::string(folder) + "nfcapd.current");
  }
  const WindowFileList list = find();
  EXPECT_THAT(list.files, SizeIs(9));
  EXPECT_EQ(list.files[4], "e/2026/46/6/23/nfcapd.202611212305");
  EXPECT_THAT(list.awaited, IsEmpty());
  EXPECT_EQ(list.trouble, "");
}

TEST_F(WindowFilesTest, ChannelsAreFoundAtAnyDepthAndWhatIsNamedTwiceIsOne) {
  lay("live/127-0-0-1_p2055/nfcapd.202611212305");
  lay("live/127-0-0-1_p3000/2026/11/21/nfcapd.202611212305");
  fs::create_directory_symlink(folder_.path(), folder_.path("live/circle"));
  const std::vector<std::string> all = {"live/127-0-0-1_p2055/nfcapd.202611212305",
                                        "live/127-0-0-1_p3000/2026/11/21/nfcapd.202611212305"};
  EXPECT_EQ(find().files, all);
  EXPECT_EQ(find({folder_.path("live"), folder_.path("live/127-0-0-1_p2055/")}).files, all);
  EXPECT_THAT(find({folder_.path("live/127-0-0-1_p2055")}).files, ElementsAre(all.front()));
}

TEST_F(WindowFilesTest, AChannelThatHadFilesLatelyIsAwaitedUnlessItHasLaterOnes) {
  lay("there/nfcapd.202611212305");
  lay("late/nfcapd.202611212300");
  lay("gone-on/nfcapd.202611212210");
  lay("gone-on/nfcapd.202611212310");
  lay("stopped/nfcapd.202611212200");
  lay("new/nfcapd.202611212310");
  lay("writing/nfcapd.202611212300");
  lay("writing/nfcapd.current.1234");
  const WindowFileList list = find();
  EXPECT_THAT(list.files, ElementsAre("there/nfcapd.202611212305"));
  std::vector<std::string> awaited = list.awaited;
  std::ranges::sort(awaited);
  EXPECT_THAT(awaited, ElementsAre("late", "writing"));
  EXPECT_THAT(list.lacking, ElementsAre("gone-on"));
}

TEST_F(WindowFilesTest, AFolderThatIsNoneIsRefusedAndOneThatIsGoneIsTrouble) {
  folder_.put("file", "");
  EXPECT_THAT(usage_error([&] { static_cast<void>(find({folder_.path("none")})); }),
              ::testing::AllOf(HasSubstr("--read"), HasSubstr("No such file")));
  EXPECT_THAT(usage_error([&] { static_cast<void>(find({folder_.path("file")})); }),
              HasSubstr("not a folder"));
  fs::create_directory(folder_.path("unmounted"));
  const WindowFiles files({folder_.path("unmounted")}, plan_, hours(1));
  fs::remove(folder_.path("unmounted"));
  EXPECT_THAT(files.find(kWindow).trouble, HasSubstr("unmounted"));
}

}  // namespace
}  // namespace weir
