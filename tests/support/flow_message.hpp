#pragma once

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Writes a FlowMessage field by field; numbers are those of goflow2's flow.proto.
class FlowMessage {
 public:
  FlowMessage& number(std::uint32_t tag, std::uint64_t value) {
    protozero::pbf_writer(bytes_).add_uint64(tag, value);
    return *this;
  }
  FlowMessage& bytes(std::uint32_t tag, std::string_view value) {
    protozero::pbf_writer(bytes_).add_bytes(tag, value.data(), value.size());
    return *this;
  }
  /// A list behind one length, as goflow2 writes it.
  FlowMessage& packed(std::uint32_t tag, const std::vector<std::uint64_t>& items) {
    protozero::pbf_writer(bytes_).add_packed_uint64(tag, items.begin(), items.end());
    return *this;
  }

  [[nodiscard]] const std::string& bare() const { return bytes_; }
  /// Behind its length.
  [[nodiscard]] std::string framed() const {
    std::string message;
    protozero::write_varint(std::back_inserter(message), bytes_.size());
    return message + bytes_;
  }

 private:
  std::string bytes_;
};

}  // namespace weir
