#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace weir {

/// Names for numbers, fixed from the moment it is made. Thread-safe.
class NameTable {
 public:
  virtual ~NameTable() = default;
  /// Appends the name of `number` as UTF-8; nothing for an unknown one.
  virtual void append(std::uint64_t number, std::string& out) const = 0;
};

/// A name table that is replaced from time to time. Thread-safe.
class Lookup {
 public:
  virtual ~Lookup() = default;
  /// Changes whenever `current` does; cheap enough to ask for every batch.
  [[nodiscard]] virtual std::uint64_t generation() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const NameTable> current() const = 0;
};

}  // namespace weir
