#include "weir/decode/json_path.hpp"

#include "fuzz/support.hpp"
#include "weir/base/error.hpp"

namespace {

using namespace weir;

std::string quoted(std::string_view name) {
  std::string out = "['";
  for (const char c : name) {
    if (c == '\'' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "']";
}

}  // namespace

/// A path is refused with the reason, or its names are valid and read back the same from quotes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> names;
  try {
    names = parse_json_path(fuzzing::as_text(data, size));
  } catch (const Error& error) {
    fuzzing::require(error.exit_code() == Error::kUsage && is_valid_utf8(error.what()));
    return 0;
  }
  fuzzing::require(!names.empty() && names.size() <= kMaxJsonPath);
  std::string path = "$";
  for (const std::string& name : names) {
    fuzzing::require(is_valid_utf8(name));
    path += quoted(name);
  }
  fuzzing::require(parse_json_path(path) == names);
  return 0;
}
