#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/base/ip.hpp"

namespace weir {

/// What the records of a file that are no flows say: who exported, how they sample, what interfaces
/// and applications are called. Later flows refer to it by number. Records of no use are ignored.
class NfcapdContext {
 public:
  // Types of records.
  static constexpr unsigned kExporter = 7;
  static constexpr unsigned kOldSampler = 9;
  static constexpr unsigned kApplications = 12;
  static constexpr unsigned kInterfaces = 13;
  static constexpr unsigned kSampler = 15;

  /// Forgets all, for another file.
  void clear();
  /// Takes in one record, header and all, of one of the types above.
  void learn(unsigned type, std::string_view record);

  /// The address and the observation domain (NetFlow v9: source id) of an exporter.
  [[nodiscard]] std::optional<IpAddress> address(unsigned exporter) const;
  [[nodiscard]] std::optional<std::uint32_t> domain(unsigned exporter) const;
  /// Of how many packets one was looked at. nfcapd knows samplers by the number that the exporter
  /// gave them, and otherwise one for all of the exporter.
  [[nodiscard]] std::optional<std::uint32_t> sampling(unsigned exporter,
                                                      std::optional<std::uint64_t> sampler) const;
  /// Names are valid until the next call of `learn`. Empty where there is none.
  [[nodiscard]] std::string_view interface_name(std::uint32_t number) const;
  [[nodiscard]] std::string_view application(std::string_view id) const;

 private:
  struct Sampler {
    std::int64_t id;
    std::uint32_t rate;
  };
  struct Exporter {
    bool known = false;
    IpAddress address;
    std::uint32_t domain = 0;
    std::vector<Sampler> samplers;
  };

  void learn_exporter(std::string_view record);
  void learn_sampler(unsigned exporter, std::int64_t id, std::uint64_t rate);
  void learn_interfaces(std::string_view record);
  void learn_applications(std::string_view record);
  Exporter& exporter(unsigned number);
  [[nodiscard]] const Exporter* find(unsigned number) const;

  std::vector<Exporter> exporters_;  // by nfcapd's own number for them
  FlatMap<std::uint32_t, std::string> interfaces_;
  FlatMap<std::string, std::string> applications_;
};

}  // namespace weir
