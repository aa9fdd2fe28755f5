#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>
#include <system_error>

#include "weir/base/utf8.hpp"
#include "weir/enrich/as_names.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

/// Whatever the text, each name is well-formed, has no NUL and no line end, and can be found.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const weir::AsNames names = weir::AsNames::parse(text);
  std::set<std::uint32_t> found;
  for (std::size_t at = 0; at < size; ++at) {
    std::uint32_t number = 0;
    if (std::from_chars(text.data() + at, text.data() + size, number).ec != std::errc{}) {
      continue;
    }
    const std::string_view name = names.name(number);
    if (!name.empty()) {
      found.insert(number);
      require(weir::is_valid_utf8(name));
      require(name.find('\0') == std::string_view::npos);
      require(name.find('\n') == std::string_view::npos);
    }
  }
  require(found.size() == names.size());
  return 0;
}
