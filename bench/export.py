"""What `weir export` costs for each message, as a ratio to librdkafka alone reading the same topic.

    ./dev bench export [--messages N] [--rounds N]

Both read the same messages of about 370 bytes from a real broker on this machine, in turn, and are
charged the CPU time of their whole process. What weir counted is compared with the truth first.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from servers.kafka import Kafka  # noqa: E402
from servers.process import BUILD, free_port, http_get  # noqa: E402
from servers import metrics  # noqa: E402

OWN_AS = 64500
PARTITIONS = 3
# How weir sets librdkafka up, as far as it matters for speed (weir/io/kafka_conf.cpp). They make
# librdkafka itself cheaper, so the floor that counts has them too.
SETTINGS = ["fetch.max.bytes=1000000", "queued.max.messages.kbytes=4096",
            "fetch.queue.backoff.ms=5", "isolation.level=read_committed"]  # fmt: skip
TOPIC = "flows"
FLOW_EXPORTER = "flow-exporter (Go): 9.3 µs a message, measured on another day, 2026-11"


def cpu_of(child):
    """Waits for a child and returns its user and system seconds."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"{child.args[0]} ended with status {child.returncode}"
    return usage.ru_utime + usage.ru_stime


def run_floor(brokers, count, settings=()):
    child = subprocess.Popen(
        [BUILD / "bench" / "read_floor", brokers, TOPIC, str(PARTITIONS), str(count), *settings],
        stdout=subprocess.DEVNULL,
    )
    return cpu_of(child)


def wait_for_records(port, count):
    """Scrapes twice a second; that is charged to weir, as any scraping is."""
    url = f"http://127.0.0.1:{port}/metrics"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        time.sleep(0.5)
        try:
            status, _, body = http_get(url)
        except OSError:
            continue
        if status == 200:
            parsed = metrics.parse(body.decode())
            if parsed.value("weir_records_total") == count:
                return parsed
    raise SystemExit("weir did not read everything within two minutes")


def run_weir(brokers, truth, folder):
    port = free_port()
    child = subprocess.Popen(
        [BUILD / "weir", "export", "--brokers", brokers, "--topic", TOPIC, "--asn", str(OWN_AS),
         "--start", "earliest", "--state-dir", "none", "--as-names", "none", "--log.level", "error",
         "--web.listen-address", f"127.0.0.1:{port}"],
        cwd=folder,
    )  # fmt: skip
    parsed = wait_for_records(port, truth["messages"])
    received = parsed.value("flow_receive_bytes_total")
    transmitted = parsed.value("flow_transmit_bytes_total")
    assert received == truth["received"], (received, truth)
    assert transmitted == truth["transmitted"], (transmitted, truth)
    assert parsed.value("weir_records_unaccounted") == 0
    series = len(parsed["flow_receive_bytes_total"])
    child.terminate()
    return cpu_of(child), series


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--messages", type=int, default=3_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(folder) as kafka:
        kafka.create_topic(TOPIC, PARTITIONS)
        filled = subprocess.run(
            [BUILD / "bench" / "fill_topic", kafka.brokers, TOPIC, str(options.messages),
             str(PARTITIONS)],
            check=True, capture_output=True,
        )  # fmt: skip
        truth = json.loads(filled.stdout)
        print(f"{truth['messages']} messages of {truth['bytes'] / truth['messages']:.0f} bytes, "
              f"{PARTITIONS} partitions; CPU µs a message")  # fmt: skip
        rounds = []
        for number in range(options.rounds + 1):
            per_message = 1e6 / truth["messages"]
            plain = run_floor(kafka.brokers, truth["messages"]) * per_message
            floor = run_floor(kafka.brokers, truth["messages"], SETTINGS) * per_message
            cpu, series = run_weir(kafka.brokers, truth, folder)
            cpu *= per_message
            if number > 0:  # the first round warms the broker's page cache
                rounds.append((plain, floor, cpu, cpu / floor))
                print(f"  round {number}: librdkafka {floor:.3f} (by its defaults {plain:.3f})  "
                      f"weir {cpu:.3f}  ratio {cpu / floor:.2f}")  # fmt: skip
    plain, floor, cpu, ratio = (statistics.median(column) for column in zip(*rounds))
    print(f"median: librdkafka {floor:.3f} (by its defaults {plain:.3f})  weir {cpu:.3f}  "
          f"ratio {ratio:.2f} (bar 2.0, aim 1.6); {series} receive series, sums exact")  # fmt: skip
    print(f"beside it: {FLOW_EXPORTER}")


if __name__ == "__main__":
    main()
