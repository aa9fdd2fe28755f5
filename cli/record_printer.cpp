#include "cli/record_printer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>

#include "weir/base/error.hpp"
#include "weir/encode/json_writer.hpp"

namespace weir {
namespace {

constexpr unsigned kText = 3;
constexpr unsigned kMap = 5;

/// The length in an item's head (RFC 8949 section 3), where it is of the major type `type`.
std::optional<std::uint64_t> take_head(std::string_view& bytes, unsigned type) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) >> 5U != type) {
    return std::nullopt;
  }
  const unsigned small = static_cast<unsigned char>(bytes[0]) & 0x1fU;
  bytes.remove_prefix(1);
  if (small < 24) {
    return small;
  }
  const std::size_t width = std::size_t{1} << (small - 24);
  if (small > 27 || bytes.size() < width) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  bytes.remove_prefix(width);
  return value;
}

std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto length = take_head(bytes, kText);
  if (!length || *length > bytes.size()) {
    return std::nullopt;
  }
  const std::string_view text = bytes.substr(0, *length);
  bytes.remove_prefix(*length);
  return text;
}

bool append_entries(std::string_view cbor, JsonWriter& json) {
  const auto entries = take_head(cbor, kMap);
  if (!entries || *entries > cbor.size()) {
    return false;
  }
  json.begin_map(*entries);
  for (std::uint64_t i = 0; i < *entries; ++i) {
    const auto name = take_text(cbor);
    const auto value = name ? take_text(cbor) : std::nullopt;
    if (!value) {
      return false;
    }
    json.key(*name);
    json.text(*value);
  }
  json.end_map();
  return cbor.empty();
}

}  // namespace

bool append_json_of_texts(std::string_view cbor, std::string& out) {
  const std::size_t before = out.size();
  JsonWriter json(out);
  if (append_entries(cbor, json)) {
    return true;
  }
  out.resize(before);
  return false;
}

bool RecordPrinter::print(std::string_view message) {
  line_.clear();
  if (format_ == MessageFormat::json || !append_json_of_texts(message, line_)) {
    line_ = message;
  }
  line_ += '\n';
  if (closed_) {
    return false;
  }
  return std::fwrite(line_.data(), 1, line_.size(), out_) == line_.size() || failed(errno);
}

bool RecordPrinter::finish() {
  if (closed_) {
    return false;
  }
  return std::fflush(out_) == 0 || failed(errno);
}

bool RecordPrinter::failed(int error) {
  closed_ = true;
  if (error != EPIPE) {
    throw Error(fmt::format("cannot write the records to standard output: {}",
                            std::generic_category().message(error)));
  }
  return false;
}

}  // namespace weir
