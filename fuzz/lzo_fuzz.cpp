#include <dlfcn.h>

#include <cstdint>
#include <memory>
#include <string>

#include "fuzz/support.hpp"
#include "weir/io/lzo.hpp"

namespace {

using namespace weir;

// The reference, where it is installed: only to compare with, so it is looked for when this runs.
using Transform = int (*)(const unsigned char*, std::size_t, unsigned char*, std::size_t*, void*);
struct Reference {
  Reference() {
    if (void* const library = ::dlopen("liblzo2.so.2", RTLD_NOW); library != nullptr) {
      decompress = reinterpret_cast<Transform>(::dlsym(library, "lzo1x_decompress_safe"));
      compress = reinterpret_cast<Transform>(::dlsym(library, "lzo1x_1_compress"));
    }
  }
  Transform decompress = nullptr;
  Transform compress = nullptr;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// Both accept or refuse a stream, and make the same of it.
void compare(const Reference& reference, std::string_view stream, std::size_t room) {
  // Of the exact size, so that AddressSanitizer sees a write behind it.
  const auto mine = std::make_unique<char[]>(room);
  const auto made = lzo_decompress(stream, {mine.get(), room});
  fuzzing::require(!made || *made <= room);
  if (reference.decompress == nullptr) {
    return;
  }
  std::string theirs(room, '\0');
  std::size_t size = room;
  const bool good =
      reference.decompress(bytes_of(stream), stream.size(), bytes_of(theirs), &size, nullptr) == 0;
  fuzzing::require(good == made.has_value());
  if (good) {
    fuzzing::require(*made == size && std::string_view(mine.get(), size) == theirs.substr(0, size));
  }
}

}  // namespace

/// As a stream, the input is what liblzo2 says; as a text, it comes back from what liblzo2 packs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Reference reference;
  fuzzing::Input input(fuzzing::as_text(data, size));
  const std::size_t room = std::size_t{input.byte()} << (input.byte() % 12);
  const std::string_view stream = input.text(size);
  compare(reference, stream, room);
  if (reference.compress != nullptr) {
    static std::string memory(std::size_t{1} << 18, '\0');
    std::string packed(stream.size() + stream.size() / 16 + 67, '\0');
    std::size_t packed_size = packed.size();
    reference.compress(bytes_of(stream), stream.size(), bytes_of(packed), &packed_size,
                       memory.data());
    std::string out(stream.size(), '\0');
    const auto made = lzo_decompress({packed.data(), packed_size}, out);
    fuzzing::require(made == stream.size() && out == stream);
  }
  return 0;
}
