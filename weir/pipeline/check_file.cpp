#include "weir/pipeline/check_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "weir/source/file.hpp"

namespace weir {
namespace {

constexpr std::size_t kSamples = 10;

std::vector<RecordSample> first_lines(const std::string& path) {
  FileSource source(path);
  PayloadBatch batch;
  static_cast<void>(source.read(batch, std::stop_token()));
  std::vector<RecordSample> samples;
  for (const PayloadBatch::Payload& payload :
       batch.payloads().first(std::min(batch.size(), kSamples))) {
    RecordSample sample = {"line " + std::to_string(samples.size() + 1),
                           std::string(batch.text(payload)), payload.too_long};
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

Findings check_input_file(const std::string& path, const JudgeOptions& options) {
  if (path == "-") {
    return {};
  }
  std::error_code ignored;
  if (std::filesystem::is_fifo(path, ignored) && ::access(path.c_str(), R_OK) == 0) {
    return {ok(path + " is a named pipe, which is not read from here")};
  }
  const auto samples = first_lines(path);
  if (samples.empty()) {
    return {warning(path + " is empty", "Nothing is wrong if it has yet to be written")};
  }
  return describe_records(path, "first", judge_records(samples, options), options.own_systems);
}

}  // namespace weir
