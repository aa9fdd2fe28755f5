#include "weir/io/memory_limit.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

constexpr std::size_t kMega = std::size_t{1} << 20U;

class MemoryLimitTest : public testing::Test {
 protected:
  void lay(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_.path(path)).parent_path());
    folder_.put(path, text);
  }
  void lay_v2(const std::string& mounted_group, const std::string& group) const {
    lay("proc/self/mountinfo",
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:26 " +
            mounted_group + " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
    lay("proc/self/cgroup", "0::" + group + "\n");
  }
  void lay_v1(const std::string& mounted_group, const std::string& group) const {
    lay("proc/self/mountinfo", "31 22 0:27 " + mounted_group +
                                   " /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                                   "32 22 0:28 " +
                                   mounted_group +
                                   " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    lay("proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:" + group + "\n0::/\n");
  }
  [[nodiscard]] std::size_t limit() const { return memory_limit(folder_.path()); }

  TempFolder folder_;
  const std::size_t machines_ = memory_limit(folder_.path("nothing"));
};

TEST_F(MemoryLimitTest, WithoutControlGroupsItIsTheMachines) {
  EXPECT_GT(machines_, 16 * kMega);
  EXPECT_EQ(limit(), machines_);
}

TEST_F(MemoryLimitTest, AGroupsLimitCounts) {
  lay_v2("/", "/system.slice/weir.service");
  lay("sys/fs/cgroup/system.slice/weir.service/memory.max", "5242880\n");
  EXPECT_EQ(limit(), 5 * kMega);
}

TEST_F(MemoryLimitTest, TheLeastOfAllGroupsAboveItCounts) {
  lay_v2("/", "/a/b/c");
  lay("sys/fs/cgroup/a/memory.max", "3145728\n");
  lay("sys/fs/cgroup/a/b/memory.max", "8388608\n");
  lay("sys/fs/cgroup/a/b/c/memory.max", "max\n");
  EXPECT_EQ(limit(), 3 * kMega);
}

TEST_F(MemoryLimitTest, InAContainerTheMountIsItsOwnGroup) {
  lay_v2("/docker/17", "/docker/17");
  lay("sys/fs/cgroup/memory.max", "2097152\n");
  EXPECT_EQ(limit(), 2 * kMega);
  lay_v2("/", "/");
  EXPECT_EQ(limit(), 2 * kMega);
}

TEST_F(MemoryLimitTest, TheFirstVersionOfControlGroupsHasFilesOfItsOwn) {
  lay_v1("/", "/docker/17");
  lay("sys/fs/cgroup/memory/docker/17/memory.limit_in_bytes", "4194304\n");
  lay("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), 4 * kMega);
  lay_v1("/docker/17", "/docker/17");
  lay("sys/fs/cgroup/memory/memory.limit_in_bytes", "6291456\n");
  EXPECT_EQ(limit(), 6 * kMega);
}

TEST_F(MemoryLimitTest, NoLimitAndRubbishAreNone) {
  lay_v2("/", "/a");
  for (const char* const text : {"max\n", "", "12x", "-5", "99999999999999999999999"}) {
    lay("sys/fs/cgroup/a/memory.max", text);
    EXPECT_EQ(limit(), machines_) << text;
  }
  lay("proc/self/cgroup", "nothing of use\n::\n");
  lay("proc/self/mountinfo", "1 2\n - cgroup2\n30 22 0:26 / /sys/fs/cgroup\n");
  EXPECT_EQ(limit(), machines_);
}

}  // namespace
}  // namespace weir
