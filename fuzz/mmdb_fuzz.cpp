#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "weir/base/error.hpp"
#include "weir/base/utf8.hpp"
#include "weir/enrich/as_names.hpp"
#include "weir/enrich/geo_table.hpp"
#include "weir/enrich/mmdb.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Calls `body`; a damaged file may be refused, and nothing else may happen.
template <typename Body>
void refusable(const Body& body) {
  try {
    body();
  } catch (const weir::Error& error) {
    require(error.exit_code() == weir::Error::kUsage);
  }
}

void check_networks(const weir::Mmdb& file) {
  weir::IpAddress last{};
  bool first = true;
  bool was_ipv4 = true;
  file.networks([&](const weir::Mmdb::Network& found) {
    const weir::IpNetwork& network = found.network;
    const bool is_ipv4 = network.address.is_ipv4();
    require(network.length <= (is_ipv4 ? 32 : 128));
    require(network.address == network.address.masked(network.length));
    require(was_ipv4 || !is_ipv4);
    require(first || was_ipv4 != is_ipv4 || network.address > last);
    last = network.address;
    first = false;
    was_ipv4 = is_ipv4;
    static_cast<void>(file.find(found.entry, {"country", "iso_code"}));
    static_cast<void>(weir::as_of(file, found.entry));
  });
}

}  // namespace

/// Whatever the bytes, networks ascend, and what is found is well-formed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  refusable([&] {
    const weir::Mmdb file(bytes);
    check_networks(file);
  });
  refusable([&] {
    const weir::GeoTable table = weir::GeoTable::read(weir::Mmdb(bytes));
    for (std::uint32_t i = 0; i < 256; ++i) {
      const weir::GeoInfo& info = table.find(weir::IpAddress::from_ipv4(i << 24U | i));
      require(info.country().empty() || weir::is_valid_utf8(info.country()));
    }
  });
  refusable([&] {
    const weir::AsNames names = weir::AsNames::read(bytes);
    for (std::uint32_t as = 64490; as < 64512; ++as) {
      require(weir::is_valid_utf8(names.name(as)));
    }
  });
  return 0;
}
