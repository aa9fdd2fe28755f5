#include "weir/enrich/enrichment.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "weir/enrich/enrich_stage.hpp"
#include "weir/enrich/file_follower.hpp"
#include "weir/enrich/mmdb.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxGeoBytes = std::size_t{1} << 30U;

/// A table's own reading, as FollowedFile wants it: the table is made whole before it is kept.
template <typename Table>
FollowedFile csv_file(std::string_view kind, const std::string& path,
                      std::shared_ptr<const Table>& kept) {
  return {.kind = kind, .path = path, .take = [&kept](const std::string& content) {
            auto table = std::make_shared<const Table>(Table::parse(content));
            kept = std::move(table);
            return std::uint64_t{kept->size()};
          }};
}

}  // namespace

struct Enrichment::Parts {
  explicit Parts(EnrichOptions given) : options(std::move(given)), geo(options.geo.size()) {
    follower.emplace(to_follow(), options.check, [this] { publish(); });
    writes = writes_of(*published->current());
  }

  std::vector<FollowedFile> to_follow() {
    std::vector<FollowedFile> files;
    files.reserve(geo.size() + 3);
    for (std::size_t i = 0; i < geo.size(); ++i) {
      files.push_back({.kind = "geo",
                       .path = options.geo[i],
                       .max_bytes = kMaxGeoBytes,
                       .take = [this, i](std::string content) {
                         geo[i] = std::make_shared<const GeoTable>(
                             GeoTable::read(Mmdb(std::move(content))));
                         return std::uint64_t{geo[i]->size()};
                       }});
    }
    if (!options.networks.empty()) {
      files.push_back(csv_file("networks", options.networks, tables.networks));
    }
    if (!options.interfaces.empty()) {
      files.push_back(csv_file("interfaces", options.interfaces, tables.interfaces));
    }
    if (!options.exporters.empty()) {
      files.push_back(csv_file("exporters", options.exporters, tables.exporters));
    }
    return files;
  }

  /// One table of all databases, so that an address is looked up once.
  void publish() {
    for (std::size_t i = 0; i < geo.size(); ++i) {
      tables.geo =
          i == 0 ? geo[i] : std::make_shared<const GeoTable>(GeoTable::merge(*tables.geo, *geo[i]));
    }
    published->publish(tables);
  }

  EnrichOptions options;
  // Of the follower's reading, which is one at a time.
  std::vector<std::shared_ptr<const GeoTable>> geo;
  EnrichTables tables;
  std::shared_ptr<Published<EnrichTables>> published = std::make_shared<Published<EnrichTables>>();
  FieldSet writes;
  std::optional<FileFollower> follower;  ///< last: its thread uses the above
};

Enrichment::Enrichment(EnrichOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}
Enrichment::~Enrichment() = default;

FieldSet Enrichment::writes() const {
  return parts_->writes;
}

FieldSet Enrichment::reads(const FieldSet& wanted) const {
  FieldSet filled = wanted;
  filled &= parts_->writes;
  return reads_of(filled);
}

std::unique_ptr<Stage> Enrichment::stage(const FieldSet& wanted) const {
  FieldSet filled = wanted;
  filled &= parts_->writes;
  if (filled.empty()) {
    return nullptr;
  }
  return std::make_unique<EnrichStage>(parts_->published, filled);
}

std::string Enrichment::refresh() {
  return parts_->follower->refresh();
}

std::uint64_t Enrichment::generation() const {
  return parts_->published->generation();
}

const EnrichOptions& Enrichment::options() const {
  return parts_->options;
}

std::vector<LookupFile> Enrichment::files() const {
  return parts_->follower->files();
}

}  // namespace weir
