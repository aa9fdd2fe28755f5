#include "cli/versions.hpp"

#include <fmt/format.h>

#include "weir/base/version.hpp"
#include "weir/decode/json_reference.hpp"
#include "weir/io/http_fetch.hpp"
#include "weir/io/http_server.hpp"
#include "weir/io/kafka.hpp"

namespace weir {

std::string version_text() {
  return fmt::format("weir {} ({})\nlibrdkafka {}, libmicrohttpd {}, libcurl {}, simdjson {}\n",
                     version(), git_hash(), kafka_library_version(), http_server_library_version(),
                     http_fetch_library_version(), json_library_version());
}

}  // namespace weir
