#include "cli/lookup_flags.hpp"

#include <utility>

namespace weir {

std::vector<Flag> lookup_flags(EnrichOptions& options,
                               std::function<void(const std::string& name)> given) {
  const auto tell = [given = std::move(given)](const char* name) {
    if (given) {
      given(name);
    }
  };
  return {
      {"--geo", Flag::Kind::list, "FILE,…",
       "MaxMind DB files for countries and AS numbers of addresses; may be repeated",
       [&options, tell](const std::string& value) {
         for (std::string& file : split_list(value)) {
           options.geo.push_back(std::move(file));
         }
         tell("--geo");
       }},
      {"--networks", Flag::Kind::value, "FILE",
       "Names and customers of networks: CSV of prefix,name,customer",
       [&options, tell](const std::string& value) {
         options.networks = value;
         tell("--networks");
       }},
      {"--interfaces", Flag::Kind::value, "FILE",
       "Names of interfaces: CSV of exporter,ifindex,name,description,speed",
       [&options, tell](const std::string& value) {
         options.interfaces = value;
         tell("--interfaces");
       }},
      {"--exporters", Flag::Kind::value, "FILE", "Names of exporters: CSV of address,name",
       [&options, tell](const std::string& value) {
         options.exporters = value;
         tell("--exporters");
       }},
  };
}

}  // namespace weir
