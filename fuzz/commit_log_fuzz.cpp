#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/state/commit_log.hpp"
#include "weir/state/log_writer.hpp"
#include "weir/state/snapshot_writer.hpp"

namespace {

using namespace weir;
namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kNames = {"log-1", "log-2", "snapshot-2", "log-3"};

/// Commit N has a text of N bytes and more that says so.
std::string text(std::uint64_t number) {
  return std::to_string(number) + ":" + std::string(number * 7, 'x');
}

class CheckedReader final : public CommitReader {
 public:
  void begin() override { read_ = 0; }
  bool snapshot(std::string_view piece) override {
    fuzzing::require(piece == text(++read_));
    return true;
  }
  bool commit(std::uint64_t number, std::string_view bytes) override {
    fuzzing::require(number == ++read_ && bytes == text(number));
    return true;
  }
  [[nodiscard]] std::uint64_t read() const { return read_; }

 private:
  std::uint64_t read_ = 0;
};

/// A folder of this process, and good files to begin with.
class Folder {
 public:
  Folder() {
    // In memory where that is possible: an input takes a hundredth of the time.
    const fs::path below = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    std::string pattern = (below / "weir-fuzz-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    log::to_file("/dev/null", "", "weir");
    put_log(1, 1, 3);
    put_log(2, 4, 6);
    SnapshotWriter snapshot(path("snapshot-2"), "about");
    for (std::uint64_t number = 1; number <= 5; ++number) {
      snapshot.put(text(number));
    }
    fuzzing::require(snapshot.finish(5).empty());
    put_log(3, 7, 8);
    for (const char* name : kNames) {
      std::ifstream in(path(name), std::ios::binary);
      good_.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  ~Folder() { fs::remove_all(path_); }

  void clear() const {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  void put(const char* name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<std::string>& good() const { return good_; }

 private:
  void put_log(std::uint64_t generation, std::uint64_t first, std::uint64_t last) const {
    CommitFileHeader header;
    header.base = first - 1;
    header.anew = first == 1;
    header.about = "about";
    LogWriter log;
    fuzzing::require(
        log.begin(path("log-" + std::to_string(generation)), header, text(first)).empty());
    for (std::uint64_t number = first + 1; number <= last; ++number) {
      fuzzing::require(log.append(number, text(number)).empty());
    }
  }

  std::string path_;
  std::vector<std::string> good_;
};

/// Changes the files as the input says: five bytes each time (file, what, place in two, value).
std::vector<std::string> changed(std::vector<std::string> files, fuzzing::Input& input) {
  while (!input.empty()) {
    std::string& file = files[input.byte() % files.size()];
    const unsigned what = input.byte();
    const std::size_t place = (input.byte() + std::size_t{256} * input.byte()) % (file.size() + 1);
    const auto value = static_cast<char>(input.byte());
    switch (what % 5) {
      case 0:
        file.resize(place);
        break;
      case 1:
        file.insert(place, 1, value);
        break;
      case 2:
        file.append(input.text(static_cast<unsigned char>(value)));
        break;
      case 3:  // a part of it again, as a disk may give an older block
        file.append(file.substr(place));
        break;
      default:
        if (place < file.size()) {
          file[place] = value;
        }
    }
  }
  return files;
}

}  // namespace

/// Whatever becomes of the files, what is read of them is commits as they were written, in their
/// order and from the first; it is the same when it is read again; and a commit from then on is
/// found behind them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  fuzzing::Input input(fuzzing::as_text(data, size));
  const unsigned missing = input.byte();
  const std::vector<std::string> files = changed(folder.good(), input);
  folder.clear();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if ((missing >> i & 1U) == 0) {
      folder.put(kNames[i], files[i]);
    }
  }
  std::uint64_t last = 0;
  for (int times = 0; times < 2; ++times) {
    CommitLog log({.folder = folder.path()});
    CheckedReader reader;
    const CommitRecovery recovery = log.load(reader);
    fuzzing::require(recovery.number == reader.read());
    fuzzing::require(times == 0 || (recovery.number == last && recovery.set_aside.empty()));
    last = recovery.number;
    if (times == 1) {
      log.open("about", [](const CommitStore::Put&) { return 0; });
      fuzzing::require(log.append(text(last + 1)) == last + 1);
    }
  }
  CommitLog log({.folder = folder.path()});
  CheckedReader reader;
  fuzzing::require(log.load(reader).number == last + 1 && reader.read() == last + 1);
  return 0;
}
