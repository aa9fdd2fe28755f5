#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/enrich/lookup_file.hpp"
#include "weir/flow/field_set.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Files to take from what the records do not say themselves. See docs/lookups.md for their forms.
struct EnrichOptions {
  std::vector<std::string> geo{};  ///< MaxMind DB files; the first that knows something counts
  std::string networks{};          ///< CSV: prefix, name, customer
  std::string interfaces{};        ///< CSV: exporter, ifindex, name, description, speed
  std::string exporters{};         ///< CSV: address, name
  /// How often the files are looked at for changes; 0 = never, for what runs once.
  std::chrono::milliseconds check = std::chrono::seconds(10);

  [[nodiscard]] bool empty() const {
    return geo.empty() && networks.empty() && interfaces.empty() && exporters.empty();
  }
  /// The same files in the same places.
  bool operator==(const EnrichOptions&) const = default;
};

/// Fills fields that the records do not carry: countries and autonomous systems of addresses, names
/// of networks, customers, interfaces and exporters. Follows its files in a thread of its own;
/// whatever goes wrong with them later, what is known stays. Thread-safe.
class Enrichment {
 public:
  /// Reads all files. Throws a usage Error that names the file, its line and what to do.
  explicit Enrichment(EnrichOptions options);
  ~Enrichment();
  Enrichment(const Enrichment&) = delete;
  Enrichment& operator=(const Enrichment&) = delete;

  /// The fields that the files can fill; of .mmdb files those that they had data for at the start.
  [[nodiscard]] FieldSet writes() const;

  /// What decoders have to fill for `wanted` to be filled here, besides `wanted` itself.
  [[nodiscard]] FieldSet reads(const FieldSet& wanted) const;

  /// Fills those of `wanted` that are in `writes`, in each row that does not carry them itself (an
  /// AS number of 0 is none). What it fills in is valid until the stage's next call. Null if there
  /// is nothing to do. The stage may outlive this object: then its files are as they were last.
  [[nodiscard]] std::unique_ptr<Stage> stage(const FieldSet& wanted) const;

  /// Looks for changed files now and returns when those are read. Empty, or what is wrong with the
  /// first that cannot be used.
  std::string refresh();

  /// Grows whenever what the files say changes; begins at 1.
  [[nodiscard]] std::uint64_t generation() const;

  [[nodiscard]] const EnrichOptions& options() const;
  [[nodiscard]] std::vector<LookupFile> files() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace weir
