#pragma once

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace weir {

/// Sets or removes a variable of the environment, and puts back what was there. The C library hears
/// of a new TZ.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const std::optional<std::string>& value)
      : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) {
      before_ = before;
    }
    set(value);
  }
  ~ScopedVariable() { set(before_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
    if (name_ == "TZ") {
      ::tzset();
    }
  }

  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace weir
