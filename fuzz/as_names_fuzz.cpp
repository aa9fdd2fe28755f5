#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

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
  const auto numbers = changed(weir::AsNames(), names);
  require(numbers.size() == names.size());
  for (const std::uint32_t number : numbers) {
    const std::string_view name = names.name(number);
    require(!name.empty() && weir::is_valid_utf8(name));
    require(name.find('\0') == std::string_view::npos && name.find('\n') == std::string_view::npos);
  }
  return 0;
}
