"""What `weir stream` costs for each row, as a ratio to librdkafka alone sending the same messages.

    ./dev bench stream [--rows N] [--windows N] [--rounds N]

A window is what nfdump prints for so many rows of the script's format, kept in a file, so that
nfdump's own time is not in it. weir runs a command that prints it, parses, encodes, spools and sends
each window in one transaction with its ledger; the other process sends the same bytes from memory in
as many transactions, with the same settings. Both are charged the CPU time of their own process
without children and without what they take with nothing to send. The rows on the topic are compared
with what Python's cbor makes of them first. Beside it: the peak memory of one window of 100,000 and
of 1,000,000 rows, and the way of the script, kafka-python and cbor, where PyPI has them.
"""

import argparse
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from servers.kafka import Kafka  # noqa: E402
from servers.process import BUILD, CACHE  # noqa: E402
from support.stream import (DAYS, FakeNfdump, differences, output_of, record_of, rows_of,
                            window)  # fmt: skip # noqa: E402

# How weir sets up its producer, as far as it matters for speed (weir/io/kafka_conf.cpp). Reports of
# failures only, and full batches, make librdkafka itself cheaper, so the floor has them too.
SETTINGS = ["linger.ms=50", "queue.buffering.max.kbytes=16384", "delivery.report.only.error=true",
            "enable.metrics.push=false"]  # fmt: skip
MEMORY_BAR = 64  # MiB
SCRIPT = """
import json, resource, sys
import cbor
from kafka import KafkaProducer
brokers, topic, path = sys.argv[1:]
begin = resource.getrusage(resource.RUSAGE_SELF)
producer = KafkaProducer(bootstrap_servers=brokers)
keys = ["first_seen", "dst_ctr", "duration", "packets", "bytes", "pps", "bps", "flows"]
for line in open(path).read().splitlines()[1:-4]:
    first, *others = line.split(",")
    producer.send(topic, cbor.dumps(dict(zip(keys, [first, *(text.strip() for text in others)]))))
producer.flush()
end = resource.getrusage(resource.RUSAGE_SELF)
print(end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime)
"""


def own_cpu(child):
    """Waits for a child and returns the CPU seconds of its threads, without those of its children."""
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    fields = Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = child.wait()
    assert status == 0, f"{child.args[0]} ended with status {status}"
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(child):
    """The most memory that a running child has had, looked at until it ends."""
    peak = 0
    while child.poll() is None:
        status = Path(f"/proc/{child.pid}/status").read_text()
        lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        peak = max([peak, *(int(line.split()[1]) for line in lines)])
        time.sleep(0.005)
    assert child.returncode == 0
    return peak / 1024


class Bench:
    def __init__(self, folder, kafka, rows):
        self.folder, self.kafka, self.rows = Path(folder), kafka, rows
        self.nfdump = FakeNfdump(self.folder)
        self.texts = self.folder / "rows.txt"
        lines = rows_of("840", rows)
        self.texts.write_text(output_of(lines))
        import cbor

        self.messages = [cbor.dumps(record_of(line)) for line in lines]
        self.frames = self.folder / "messages"
        self.frames.write_bytes(b"".join(struct.pack("=I", len(m)) + m for m in self.messages))
        (self.folder / "none.txt").write_text(output_of([]))
        self._topics = 0

    def topic(self):
        self._topics += 1
        return self.kafka.create_topic(f"window-{self._topics}")

    def weir(self, topic, windows, texts=None):
        self.nfdump.behave(instead=f"exec cat {texts or self.texts}")
        (self.folder / "last").write_text(window(windows + 1))
        words = ["--topic", topic, "--ledger", topic, "--command", self.nfdump.command]
        return subprocess.Popen(
            [BUILD / "weir", "stream", "--brokers", self.kafka.brokers, *words, *DAYS,
             "--log.level", "error"],
            cwd=self.folder,
        )  # fmt: skip

    def floor(self, topic, times):
        return subprocess.Popen(
            [BUILD / "bench" / "produce_floor", self.kafka.brokers, topic, self.frames, str(times),
             *SETTINGS],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def check(self):
        for run in (self.weir, self.floor):
            topic = self.topic()
            own_cpu(run(topic, 1))
            sent = [record.value for record in self.kafka.consume(topic)]
            assert not differences(sent, self.messages), "the rows differ"

    def round(self, windows):
        """(µs a row of librdkafka, of weir)"""
        start_floor = own_cpu(self.floor(self.topic(), 0))
        start_weir = own_cpu(self.weir(self.topic(), 1, self.folder / "none.txt"))
        floor = own_cpu(self.floor(self.topic(), windows)) - start_floor
        weir = own_cpu(self.weir(self.topic(), windows)) - start_weir
        return tuple(1e6 * cpu / (windows * self.rows) for cpu in (floor, weir))

    def memory(self, rows):
        texts = self.folder / "many.txt"
        texts.write_text(output_of(rows_of("840", rows)))
        return peak_mib(self.weir(self.topic(), 1, texts))

    def script(self):
        """CPU µs a row of the script's way; None where its packages cannot be installed."""
        place = CACHE / "stream-script"
        python = place / "bin" / "python3"
        if not (place / "done").exists():
            steps = [["/usr/bin/python3", "-m", "venv", "--clear", place],
                     [python, "-m", "pip", "install", "-q", "kafka-python", "cbor"]]  # fmt: skip
            try:
                for step in steps:
                    subprocess.run(step, check=True, capture_output=True, timeout=300)
            except (OSError, subprocess.SubprocessError):
                return None
            (place / "done").touch()
        done = subprocess.run(
            [python, "-c", SCRIPT, self.kafka.brokers, self.topic(), self.texts],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return 1e6 * float(done.stdout) / self.rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=100_000, help="of a window")
    arguments.add_argument("--windows", type=int, default=10, help="of a run")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(folder) as kafka:
        bench = Bench(folder, kafka, options.rows)
        size = sum(map(len, bench.messages)) / options.rows
        print(f"{options.windows} windows of {options.rows} rows, {size:.0f} bytes a message; CPU µs a row")
        bench.check()
        rounds = []
        for number in range(options.rounds + 1):
            floor, weir = bench.round(options.windows)
            if number > 0:  # the first round warms the broker
                rounds.append((floor, weir, weir / floor))
                print(f"  round {number}: librdkafka {floor:.3f}  weir {weir:.3f}  ratio {weir / floor:.2f}")
        floor, weir, ratio = (statistics.median(column) for column in zip(*rounds))
        print(f"median: librdkafka {floor:.3f}  weir {weir:.3f}  ratio {ratio:.2f} (bar 2.0, aim 1.2 µs "
              "in all); rows equal")  # fmt: skip
        for rows in (100_000, 1_000_000):
            print(f"peak memory, {rows} rows: {bench.memory(rows):.1f} MiB (bar {MEMORY_BAR})")
        script = bench.script()
        print("beside it, the script's way (kafka-python, cbor): "
              + ("PyPI cannot be reached" if script is None else f"{script:.0f} µs a row"))  # fmt: skip


if __name__ == "__main__":
    main()
