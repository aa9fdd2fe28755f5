"""What configured metrics, `keep: top` and protobuf cost `weir export`, as ratios within one run.

    ./dev bench metrics [--messages N] [--rounds N]

All read the same messages from a real broker on this machine, in turn, and are charged the CPU time
of their whole process. What was counted is compared with the truth first.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

from export import SETTINGS, cpu_of, wait_for_records  # noqa: I001  (makes the next ones findable)
from servers.kafka import Kafka
from servers.process import BUILD, free_port

PARTITIONS = 3
OWN_AS = 64500

FIVE = """
metrics:
  - {name: m1_total, help: "1", labels: [src_as, dst_as, label, proto]}
  - {name: m2_total, help: "2", value: packets, labels: [exporter, in_if, out_if, proto]}
  - {name: m3_total, help: "3", labels: [label, dst_port, proto, tos]}
  - {name: m4_total, help: "4", where: proto == tcp, labels: {net: src_addr/16, as: dst_as, label: label, in: in_if}}
  - {name: m5_total, help: "5", value: flows, labels: [exporter, src_as, tos, proto]}
"""
BY_ADDRESS = """
metrics:
  - {name: m_total, help: "By address.", labels: [src_addr], %s}
"""


class Bench:
    """A broker, and topics filled once."""

    def __init__(self, kafka, folder, messages):
        self.kafka, self.folder, self.messages = kafka, folder, messages
        self.truth = {}

    def fill(self, topic, keys, form):
        self.kafka.create_topic(topic, PARTITIONS)
        filled = subprocess.run(
            [BUILD / "bench" / "fill_keys", self.kafka.brokers, topic, str(self.messages), str(PARTITIONS),
             str(keys), form],
            check=True, capture_output=True,
        )  # fmt: skip
        self.truth[topic] = json.loads(filled.stdout)
        print(f"  {topic}: {self.messages} messages of {self.truth[topic]['bytes'] / self.messages:.0f} "
              f"bytes, {keys} keys", flush=True)  # fmt: skip

    def floor(self, topic):
        """CPU µs a message of librdkafka alone."""
        child = subprocess.Popen(
            [BUILD / "bench" / "read_floor", self.kafka.brokers, topic, str(PARTITIONS),
             str(self.messages), *SETTINGS],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return cpu_of(child) * 1e6 / self.messages

    def weir(self, topic, config=None, summed=()):
        """The same of weir; each of the metrics `summed` adds up to the truth."""
        port = free_port()
        words = []
        if config:
            path = Path(self.folder) / "weir.yaml"
            path.write_text(config)
            words = ["--config", path]
        child = subprocess.Popen(
            [BUILD / "weir", "export", "--brokers", self.kafka.brokers, "--topic", topic, "--asn",
             str(OWN_AS), "--start", "earliest", "--state-dir", "none", "--as-names", "none",
             "--log.level", "error", "--web.listen-address", f"127.0.0.1:{port}", *words],
            cwd=self.folder,
        )  # fmt: skip
        parsed = wait_for_records(port, self.messages)
        for metric in summed:
            assert parsed.value(metric) == self.truth[topic]["sum"], f"{metric} of {topic} is not exact"
        assert parsed.value("weir_records_unaccounted") == 0
        child.terminate()
        return cpu_of(child) * 1e6 / self.messages


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--messages", type=int, default=2_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(folder) as kafka:
        bench = Bench(kafka, folder, options.messages)
        bench.fill("few", 10_000, "json")
        bench.fill("many", 10_000_000, "json")
        bench.fill("zipf", 10_000_000, "json-zipf")
        bench.fill("protobuf", 10_000, "protobuf")
        top = BY_ADDRESS % "keep: top, max_series: 10000"
        whole = BY_ADDRESS % "max_series: 1000000"
        cases = {
            "two default metrics": lambda: bench.weir("few", None, ["flow_receive_bytes_total"]),
            "five with four labels": lambda: bench.weir("few", FIVE, ["m1_total"]),
            "10,000 keys, no cap": lambda: bench.weir("few", whole, ["m_total"]),
            "top 10,000 of 10 million, evenly": lambda: bench.weir("many", top, ["m_total"]),
            "top 10,000 of 10 million, Zipf": lambda: bench.weir("zipf", top, ["m_total"]),
            "protobuf, librdkafka alone": lambda: bench.floor("protobuf"),
            "protobuf, two default metrics": lambda: bench.weir("protobuf", None, ["flow_receive_bytes_total"]),
        }
        results = {name: [] for name in cases}
        for number in range(options.rounds + 1):
            for name, run in cases.items():
                cpu = run()
                if number > 0:  # the first round warms the broker's page cache
                    results[name].append(cpu)
            if number > 0:
                print(f"  round {number}: " + ", ".join(f"{cpu[-1]:.3f}" for cpu in results.values()), flush=True)
    median = {name: statistics.median(values) for name, values in results.items()}
    print("medians, CPU µs a message:")
    for name, cpu in median.items():
        print(f"  {cpu:6.3f}  {name}")

    def ratio(what, one, other, bar):
        print(f"{what}: {median[one] / median[other]:.2f} (bar {bar})")

    ratio("five metrics to the two defaults", "five with four labels", "two default metrics", 2.0)
    ratio("top, evenly, to no cap", "top 10,000 of 10 million, evenly", "10,000 keys, no cap", 1.5)
    ratio("top, Zipf, to no cap", "top 10,000 of 10 million, Zipf", "10,000 keys, no cap", 1.5)
    above = median["protobuf, two default metrics"] - median["protobuf, librdkafka alone"]
    print(f"protobuf above the floor: {above:.3f} µs a record (bar 0.25)")


if __name__ == "__main__":
    main()
