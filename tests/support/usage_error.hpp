#pragma once

#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"

namespace weir {

/// What a user is told whose words `call` refuses; "no error" where it does not.
template <typename Call>
std::string usage_error(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "no error";
}

}  // namespace weir
