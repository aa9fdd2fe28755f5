#include "weir/base/pattern.hpp"

#include <fmt/format.h>
#include <regex.h>

#include <array>

#include "weir/base/error.hpp"

namespace weir {

struct Pattern::Compiled {
  regex_t regex{};
  bool good = false;

  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (good) {
      regfree(&regex);
    }
  }
};

Pattern::Pattern(const std::string& text, std::string_view flag) {
  auto compiled = std::make_shared<Compiled>();
  const int status = regcomp(&compiled->regex, text.c_str(), REG_EXTENDED | REG_NOSUB);
  if (status != 0) {
    std::array<char, 200> reason{};
    regerror(status, &compiled->regex, reason.data(), reason.size());
    throw Error::usage(fmt::format("{} \"{}\": {}; write a regular expression as for grep -E", flag,
                                   text, reason.data()));
  }
  compiled->good = true;
  compiled_ = std::move(compiled);
}

bool Pattern::occurs_in(std::string_view line) const {
  regmatch_t bounds{};
  bounds.rm_so = 0;
  bounds.rm_eo = static_cast<regoff_t>(line.size());
  return regexec(&compiled_->regex, line.data(), 0, &bounds, REG_STARTEND) == 0;
}

}  // namespace weir
