#include "weir/pipeline/print_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PrintSourcesTest : public testing::Test {
 protected:
  PrintSources find(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) {
      paths.push_back(name == "-" ? name : folder_.path(name));
    }
    return find_print_sources(paths);
  }
  std::string refused(const std::vector<std::string>& names) {
    return usage_error([&] { static_cast<void>(find(names)); });
  }
  TempFolder folder_;
};

TEST_F(PrintSourcesTest, AFileIsWhatItBeginsWith) {
  folder_.put("a", nfcapd_file({}));
  folder_.put("nfcapd.json", " \n {\"bytes\": 1}");
  folder_.put("list", "[{}]");
  folder_.put("empty", "");
  const PrintSources found = find({"a", "nfcapd.json", "list", "empty", "-"});
  EXPECT_THAT(found.nfcapd, ElementsAre(folder_.path("a")));
  EXPECT_THAT(found.json, ElementsAre(folder_.path("nfcapd.json"), folder_.path("list"),
                                      folder_.path("empty"), "-"));
}

TEST_F(PrintSourcesTest, AnEmptyFileWithTheNameOfNfcapdsIsNoJson) {
  folder_.put("nfcapd.202601020300", "");
  EXPECT_THAT(find({"nfcapd.202601020300"}).nfcapd,
              ElementsAre(folder_.path("nfcapd.202601020300")));
}

TEST_F(PrintSourcesTest, AFolderIsItsNfcapdFiles) {
  folder_.put("nfcapd.202601020305", nfcapd_file({}));
  folder_.put("nfcapd.202601020300", nfcapd_file({}));
  folder_.put("notes.json", "{}");
  EXPECT_THAT(find({""}).nfcapd, ElementsAre(folder_.path("nfcapd.202601020300"),
                                             folder_.path("nfcapd.202601020305")));
  EXPECT_THAT(find({""}).json, IsEmpty());
}

TEST_F(PrintSourcesTest, AByteOrderMarkIsNotInTheWay) {
  folder_.put("marked", "\xef\xbb\xbf \n{}");
  EXPECT_THAT(find({"marked"}).json, ElementsAre(folder_.path("marked")));
}

TEST_F(PrintSourcesTest, APipeIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(find({"pipe"}).json, ElementsAre(folder_.path("pipe")));
}

TEST_F(PrintSourcesTest, WhatIsNeitherIsRefusedWithTheReason) {
  folder_.put("text", "hello\n");
  folder_.put("capture", "\xd4\xc3\xb2\xa1rest");
  EXPECT_THAT(refused({"text"}), HasSubstr("neither an nfcapd file nor JSON records"));
  EXPECT_THAT(refused({"capture"}), HasSubstr("nfpcapd"));
  EXPECT_THAT(refused({"none"}), HasSubstr("No such file"));
  EXPECT_THAT(refused({"-", "-"}), HasSubstr("only once"));
}

}  // namespace
}  // namespace weir
