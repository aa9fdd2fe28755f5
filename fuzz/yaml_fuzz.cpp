// Any text is a configuration or refused with a usage Error that has its place. What parses keeps
// to the limits; what is a configuration of metrics makes metrics that the exporter takes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/base/error.hpp"
#include "weir/io/yaml.hpp"
#include "weir/pipeline/export_config.hpp"
#include "weir/sink/metric.hpp"

namespace {

using weir::fuzzing::require;

struct Size {
  std::size_t nodes = 0;
  std::size_t depth = 0;
};

void look(const weir::ConfigNode& node, std::size_t depth, Size& size) {
  ++size.nodes;
  size.depth = std::max(size.depth, depth);
  require(node.place.file != nullptr);
  require(node.items.empty() || node.kind == weir::ConfigNode::Kind::list);
  require(node.members.empty() || node.kind == weir::ConfigNode::Kind::map);
  for (const weir::ConfigNode& item : node.items) {
    look(item, depth + 1, size);
  }
  for (const weir::ConfigMember& member : node.members) {
    require(!member.name.empty() && node.find(member.name) == &member.value);
    look(member.value, depth + 1, size);
  }
}

void read(const weir::ConfigNode& root) {
  const weir::ExportConfig config = weir::read_export_config(root);
  const std::vector<weir::Metric> metrics = weir::make_metrics(config.metrics, {});
  require(metrics.size() == config.metrics.own.size());
  for (const weir::Metric& metric : metrics) {
    weir::check(metric);
    require(metric.max_series > 0 && weir::fields_of(metric).has(metric.value));
    for (const weir::MetricLabel& label : metric.labels) {
      const std::string text = weir::label_field_text(label, config.names);
      const weir::MetricLabel again = weir::parse_label_field(text, config.names);
      require(again.field == label.field && again.v4_bits == label.v4_bits &&
              again.v6_bits == label.v6_bits);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const weir::ConfigNode root = weir::parse_yaml(weir::fuzzing::as_text(data, size), "w.yaml");
    Size found;
    look(root, 0, found);
    require(found.nodes <= weir::YamlLimits::kNodes + 1);
    require(found.depth <= weir::YamlLimits::kDepth);
    read(root);
  } catch (const weir::Error& error) {
    require(error.exit_code() == weir::Error::kUsage);
    require(std::string_view(error.what()).starts_with("w.yaml:"));
  }
  return 0;
}
