#pragma once

#include <stdexcept>
#include <string>

namespace weir {

/// Trouble while setting up (flags, configuration, opening, connecting), or a failure that ends the
/// program. The text says what is wrong and what to do about it. Thrown anywhere outside decoders;
/// caught only in main, which prints it and exits with `exit_code`.
class Error : public std::runtime_error {
 public:
  static constexpr int kFailed = 1;  ///< failed while running
  static constexpr int kUsage = 2;   ///< wrong flags, configuration or input path

  explicit Error(const std::string& what, int exit_code = kFailed)
      : std::runtime_error(what), exit_code_(exit_code) {}

  [[nodiscard]] static Error usage(const std::string& what) { return Error(what, kUsage); }
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

}  // namespace weir
