#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "weir/base/error.hpp"

namespace weir {

/// What a program has left behind.
struct Outcome {
  int status = -1;
  std::string out;
  std::string err;  ///< and what was thrown
};

/// Runs the program to its end, which the arguments must bring about.
inline Outcome run(const std::string& program, const std::vector<std::string>& arguments) {
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  std::string error;
  try {
    outcome.status = run_program(program, arguments);
  } catch (const Error& thrown) {
    outcome.status = thrown.exit_code();
    error = thrown.what();
  }
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr() + error;
  return outcome;
}

}  // namespace weir
