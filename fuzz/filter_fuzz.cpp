// Any text compiles or is refused with an Error. What compiles gives the same answer as a naive
// reading of it, on records made from the bytes behind the first NUL; `not` gives the opposite, and
// De Morgan's law holds.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/naive_filter.hpp"
#include "weir/base/error.hpp"
#include "weir/flow/filter.hpp"
#include "weir/flow/filter_parser.hpp"

namespace {

constexpr int kFlows = 4;

class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  template <typename Value>
  Value value() {
    Value made{};
    const std::string_view taken = take(sizeof made);
    std::memcpy(static_cast<void*>(&made), taken.data(), taken.size());
    return made;
  }

 private:
  std::string_view rest_;
};

/// A value of the field, near small numbers and IPv4 addresses more often than by chance.
void fill(weir::Flow& flow, weir::FieldId id, Bytes& bytes) {
  const auto control = bytes.value<std::uint8_t>();
  if (control % 4 == 0) {
    return;
  }
  switch (weir::storage_of(weir::info(id).kind)) {
    case weir::Storage::integer:
      weir::set(flow, id,
                control % 4 == 1 ? bytes.value<std::uint64_t>() : bytes.value<std::uint8_t>());
      break;
    case weir::Storage::real:
      weir::set(flow, id, bytes.value<double>());
      break;
    case weir::Storage::address:
      weir::set(flow, id,
                control % 4 == 1 ? bytes.value<weir::IpAddress>()
                                 : weir::IpAddress::from_ipv4(bytes.value<std::uint32_t>()));
      break;
    case weir::Storage::text:
      weir::set(flow, id, bytes.take(control / 8));
      break;
  }
}

std::optional<weir::Filter> compile(const std::string& text) {
  try {
    return weir::Filter::compile(text);
  } catch (const weir::Error&) {
    return std::nullopt;
  }
}

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string text(input.substr(0, input.find('\0')));
  const auto filter = compile(text);
  if (!filter) {
    return 0;
  }
  const weir::FilterNode tree = weir::parse_filter(text);
  // Wrapping may go beyond the limits of depth or size.
  const auto opposite = compile(fmt::format("not ({})", text));
  const auto neither = compile(fmt::format("not (bytes or ({}))", text));
  const auto both_not = compile(fmt::format("not bytes and not ({})", text));
  Bytes bytes(input.substr(std::min(text.size() + 1, input.size())));
  for (int i = 0; i < kFlows; ++i) {
    weir::Flow flow;
    std::memset(static_cast<void*>(&flow), 0xa5, sizeof flow);
    flow.present.clear();
    for (std::size_t id = 0; id < weir::kFieldCount; ++id) {
      if (filter->fields().has(static_cast<weir::FieldId>(id))) {
        fill(flow, static_cast<weir::FieldId>(id), bytes);
      }
    }
    const bool matched = filter->matches(flow);
    require(matched == weir::test::NaiveFilter::matches(tree, flow));
    require(!opposite || opposite->matches(flow) != matched);
    require(!neither || !both_not || neither->matches(flow) == both_not->matches(flow));
  }
  return 0;
}
