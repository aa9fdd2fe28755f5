#include "weir/pipeline/as_traffic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace weir {
namespace {

class AsNameTable final : public NameTable {
 public:
  explicit AsNameTable(std::shared_ptr<const AsNames> names) : names_(std::move(names)) {}

  void append(std::uint64_t number, std::string& out) const override {
    // Any number field may be looked up, and what is longer is no AS number.
    if (number <= std::numeric_limits<std::uint32_t>::max()) {
      out += names_->name(static_cast<std::uint32_t>(number));
    }
  }

 private:
  std::shared_ptr<const AsNames> names_;
};

/// A filter for flows whose `field` is one of the systems. An absent field passes for 0.
std::string one_of(std::string_view field, const std::vector<std::uint32_t>& systems) {
  const auto listed = fmt::format("{} in [{}]", field, fmt::join(systems, ", "));
  const bool zero = std::find(systems.begin(), systems.end(), 0U) != systems.end();
  return zero ? fmt::format("({} or not {})", listed, field) : listed;
}

}  // namespace

std::shared_ptr<const NameTable> AsNameLookup::current() const {
  return std::make_shared<AsNameTable>(updater_.current());
}

std::vector<Metric> as_traffic_metrics(const std::vector<std::uint32_t>& own_systems,
                                       const std::shared_ptr<const Lookup>& names,
                                       std::size_t max_series) {
  const std::vector<MetricLabel> labels = {{"source_as", field("src_as"), nullptr},
                                           {"source_as_name", field("src_as"), names},
                                           {"destination_as", field("dst_as"), nullptr},
                                           {"destination_as_name", field("dst_as"), names},
                                           {"hostname", field("label"), nullptr}};
  // In one order, so that the same systems make the same metrics.
  std::vector<std::uint32_t> own = own_systems;
  std::sort(own.begin(), own.end());
  own.erase(std::unique(own.begin(), own.end()), own.end());
  const std::string from = one_of("src_as", own);
  const std::string to = one_of("dst_as", own);
  const auto metric = [&](std::string name, std::string help, const std::string& where) {
    Metric made;
    made.name = std::move(name);
    made.help = std::move(help);
    made.where = Filter::compile(where);
    made.where_text = where;
    made.labels = labels;
    made.max_series = max_series;
    return made;
  };
  return {
      metric("flow_receive_bytes_total", "Bytes received.", fmt::format("not {} and {}", from, to)),
      metric("flow_transmit_bytes_total", "Bytes transferred.", from),
  };
}

}  // namespace weir
