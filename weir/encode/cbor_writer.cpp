#include "weir/encode/cbor_writer.hpp"

#include <cbor.h>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

/// Appends what `encode(buffer, size)`, one of libcbor's streaming calls, writes.
template <typename Encode>
void append_head(std::string& out, Encode encode) {
  unsigned char head[kLongestCborHead];
  const std::size_t size = encode(head, sizeof head);
  out.append(reinterpret_cast<const char*>(head), size);
}

/// The double nearest to whole microseconds, as if their decimal digits had been read: dividing
/// nanoseconds would round twice.
double seconds(UnixNanos time) {
  constexpr std::uint64_t kNanosPerMicro = 1000;
  if (time % kNanosPerMicro == 0) {
    const std::uint64_t micros = time / kNanosPerMicro;
    return static_cast<double>(micros) / 1e6;
  }
  return static_cast<double>(time) / 1e9;
}

}  // namespace

void CborWriter::begin_map(std::size_t entries) {
  append_head(out_, [entries](unsigned char* to, std::size_t size) {
    return cbor_encode_map_start(entries, to, size);
  });
}

bool CborWriter::text(std::string_view text) {
  if (!is_valid_utf8(text)) {
    return mended_text(text);
  }
  append_head(out_, [size = text.size()](unsigned char* to, std::size_t room) {
    return cbor_encode_string_start(size, to, room);
  });
  out_.append(text);
  return true;
}

bool CborWriter::mended_text(std::string_view text) {
  std::string mended;
  append_mended(mended, text);
  this->text(mended);
  return false;
}

void CborWriter::integer(std::uint64_t value) {
  append_head(out_, [value](unsigned char* to, std::size_t size) {
    return cbor_encode_uint(value, to, size);
  });
}

void CborWriter::real(double value) {
  append_head(out_, [value](unsigned char* to, std::size_t size) {
    return cbor_encode_double(value, to, size);
  });
}

void CborWriter::time(UnixNanos value) {
  constexpr std::uint64_t kEpochTime = 1;  // RFC 8949 3.4.2
  append_head(out_, [](unsigned char* to, std::size_t size) {
    return cbor_encode_tag(kEpochTime, to, size);
  });
  real(seconds(value));
}

void CborWriter::null() {
  append_head(out_, [](unsigned char* to, std::size_t size) { return cbor_encode_null(to, size); });
}

char* put_cbor_text(char* to, std::string_view text) {
  to +=
      cbor_encode_string_start(text.size(), reinterpret_cast<unsigned char*>(to), kLongestCborHead);
  return to + text.copy(to, text.size());
}

}  // namespace weir
