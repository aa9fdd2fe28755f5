#include "weir/base/version.hpp"

namespace weir {

std::string_view version() {
  return WEIR_VERSION;
}

std::string_view git_hash() {
  return WEIR_GIT_HASH;
}

}  // namespace weir
