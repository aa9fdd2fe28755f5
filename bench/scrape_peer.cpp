#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/scrape_common.hpp"
#include "bench/series_data.hpp"

// scrape_peer SERIES DIRECTORY: the same scrape as scrape_bench's, of the same series in
// prometheus-cpp. Compiled by scrape.sh, because weir itself does without that library.

namespace {

using weir::bench::kOwnAs;

std::string name_of(std::uint64_t as) {
  std::string name;
  weir::bench::MadeUpNames().append(as, name);
  return name;
}

void run(std::size_t series, const std::string& directory) {
  namespace bench = weir::bench;
  const double before = bench::memory("VmRSS");
  const auto registry = std::make_shared<prometheus::Registry>();
  auto& transmit = prometheus::BuildCounter()
                       .Name("flow_transmit_bytes_total")
                       .Help("Bytes transferred.")
                       .Register(*registry);
  auto& receive = prometheus::BuildCounter()
                      .Name("flow_receive_bytes_total")
                      .Help("Bytes received.")
                      .Register(*registry);
  for (const std::size_t index : bench::shuffled(series)) {
    const bench::Pair pair = bench::pair_of(index);
    const std::uint64_t source = pair.transmit ? kOwnAs : pair.other_as;
    const std::uint64_t destination = pair.transmit ? pair.other_as : kOwnAs;
    (pair.transmit ? transmit : receive)
        .Add({{"source_as", std::to_string(source)},
              {"source_as_name", name_of(source)},
              {"destination_as", std::to_string(destination)},
              {"destination_as_name", name_of(destination)},
              {"hostname", std::string(pair.host)}})
        .Increment(static_cast<double>(bench::bytes_of(index)));
  }
  prometheus::Exposer exposer("127.0.0.1:0", 2);
  exposer.RegisterCollectable(registry);
  const auto port = static_cast<std::uint16_t>(exposer.GetListeningPorts().at(0));
  bench::scrape(port, false, directory + "/peer.plain");
  const double text = std::strtod(std::getenv("LABEL_TEXT"), nullptr) * static_cast<double>(series);
  std::printf("%-16s at rest         %5.0f B a series above its label text\n", "prometheus-cpp",
              (bench::memory("VmRSS") - before - text) / static_cast<double>(series));
  for (const bool gzip : {false, true}) {
    bench::measure_scrapes("prometheus-cpp", port, gzip, static_cast<double>(series), before, text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  weir::bench::be_the_client_if_asked(argc, argv);
  if (argc != 3 || std::getenv("LABEL_TEXT") == nullptr) {
    std::fprintf(stderr, "usage: LABEL_TEXT=BYTES scrape_peer SERIES DIRECTORY\n");
    return 2;
  }
  run(static_cast<std::size_t>(std::atoll(argv[1])), argv[2]);
}
