#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "weir/base/error.hpp"
#include "weir/base/utf8.hpp"
#include "weir/enrich/exporter_tables.hpp"
#include "weir/enrich/network_table.hpp"

namespace {

using weir::IpAddress;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void require_text(std::string_view text) {
  require(weir::is_valid_utf8(text) && text.find('\0') == std::string_view::npos &&
          text.find('\n') == std::string_view::npos);
}

/// Reads a table and looks at it; it may be refused, and nothing else may happen.
template <typename Table, typename Look>
void look_into(std::string_view text, const Look& look) {
  try {
    const Table table = Table::parse(text);
    for (std::uint32_t i = 0; i < 256; ++i) {
      look(table, IpAddress::from_ipv4(i << 24U));
    }
    look(table, IpAddress{});
  } catch (const weir::Error& error) {
    require(error.exit_code() == weir::Error::kUsage);
    require(std::string_view(error.what()).starts_with("line "));
  }
}

}  // namespace

/// Whatever the text, each kind of table either names the line that is wrong or gives well-formed
/// texts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  look_into<weir::NetworkTable>(text, [](const auto& table, const IpAddress& address) {
    require_text(table.find(address).name);
    require_text(table.find(address).customer);
  });
  look_into<weir::InterfaceTable>(text, [](const auto& table, const IpAddress& address) {
    if (const weir::InterfaceInfo* const info = table.find(address, 1)) {
      require_text(info->name);
      require_text(info->description);
    }
  });
  look_into<weir::ExporterTable>(
      text, [](const auto& table, const IpAddress& address) { require_text(table.name(address)); });
  look_into<weir::SamplingTable>(text, [](const auto& table, const IpAddress& address) {
    require(table.rate(address) <= 0xffffffff);
  });
  return 0;
}
