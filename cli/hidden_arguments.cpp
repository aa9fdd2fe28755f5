#include "cli/hidden_arguments.hpp"

#include <algorithm>
#include <string_view>

#include "weir/io/kafka.hpp"

namespace weir {
namespace {

/// Of `-X name=value`, `-Xname=value` and `-X=name=value`, where the name begins.
std::size_t name_begin(std::string_view word) {
  if (!word.starts_with("-X")) {
    return 0;
  }
  return word.substr(2).starts_with('=') ? 3 : 2;
}

}  // namespace

void hide_secrets(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto begin = name_begin(word);
    const auto equals = word.find('=', begin);
    // Without a name, as in `--as-names URL`, it may still have a password in it.
    const bool named = equals != std::string_view::npos;
    const auto name = named ? word.substr(begin, equals - begin) : std::string_view();
    const auto value = named ? word.substr(equals + 1) : word;
    for (const std::string_view secret : kafka_secrets(name, value)) {
      // Its length is nobody's business either. What follows it was a value's end at most.
      const auto at = argv[i] + (secret.data() - word.data());
      std::fill(at, at + secret.size(), '\0');
      std::fill(at, at + std::min<std::size_t>(secret.size(), 3), '*');
    }
  }
}

}  // namespace weir
