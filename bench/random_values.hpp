#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace weir {

/// Made-up values for messages, the same ones in every run.
class Random {
 public:
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  /// A number of `1` to `digits` digits, every length equally likely.
  std::uint64_t of_digits(unsigned digits) {
    std::uint64_t limit = 10;
    for (std::uint64_t more = below(digits); more > 0; --more) {
      limit *= 10;
    }
    return below(limit);
  }
  std::string bytes(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      text += static_cast<char>(below(256));
    }
    return text;
  }

 private:
  std::mt19937_64 engine_{1};
};

}  // namespace weir
