"""What it costs that counters are kept: `weir export --state-dir DIR` beside `--state-dir none`.

    ./dev bench exact [--series N,N] [--rate N] [--seconds N] [--rounds N] [--popularity zipf]

Both read the same topic of a real broker at the same time, and so does a third one that keeps
nothing either: what it differs by is what the machine does to the figures. All series are made and
committed first; then records come at a steady rate, with a scrape each 15 s. What is compared is
the CPU time of the processes; what was counted is compared first, with the truth and series by
series. Then the one with the state is killed, and started again on what it left.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from servers.kafka import Kafka  # noqa: E402
from servers.process import BUILD, Process, free_port, http_get, wait_until  # noqa: E402

OWN_AS = 64500
PARTITIONS = 3
SCRAPE_INTERVAL = 15
START_BAR = 1.0
METRICS = {"received": "flow_receive_bytes_total", "transmitted": "flow_transmit_bytes_total"}


def cpu_bar(series):
    return 5 if series <= 20_000 else 15


class Body:
    """A scrape, of which there may be 200 MB."""

    def __init__(self, text):
        self.text = text

    def samples(self, name):
        """The lines of one metric."""
        begin = self.text.find(b"# TYPE " + name.encode() + b" ")
        if begin < 0:
            return []
        begin = self.text.index(b"\n", begin) + 1
        end = self.text.find(b"\n# ", begin - 1)
        return self.text[begin : end if end >= 0 else None].splitlines()

    def sum(self, name):
        return sum(float(line.rsplit(b" ", 1)[1]) for line in self.samples(name))

    def exact_sum(self, name):
        return sum(int(line.rsplit(b" ", 1)[1]) for line in self.samples(name))


class Weir(Process):
    def __init__(self, name, folder, kafka, topic, state_dir, names):
        self.port = free_port()
        self.state = Path(state_dir) / topic
        command = [BUILD / "weir", "export", "--brokers", kafka.brokers, "--topic", topic,
                   "--asn", OWN_AS, "--start", "earliest", "--as-names", names,
                   "--state-dir", state_dir, "--log.level", "warn",
                   "--web.listen-address", f"127.0.0.1:{self.port}"]  # fmt: skip
        super().__init__(name, command, folder)

    def scrape(self):
        status, _, body = http_get(f"http://127.0.0.1:{self.port}/metrics", timeout=60)
        return Body(body) if status == 200 else None

    def has_read(self, messages):
        body = self.scrape()
        return body and body.sum("weir_messages_total") == messages and body

    def cpu(self):
        """User and system seconds so far of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def start_and_time(self):
        """(seconds from exec until the first byte of a scrape comes, until the last, CPU seconds
        until the first)"""
        begin = time.monotonic()
        self.start()
        while True:
            assert self.running, self.err
            with socket.socket() as client:
                try:
                    client.connect(("127.0.0.1", self.port))
                except ConnectionRefusedError:
                    time.sleep(0.001)
                    continue
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if client.recv(12).startswith(b"HTTP/1.1 200"):
                    first, cpu = time.monotonic() - begin, self.cpu()
                    while client.recv(1 << 20):
                        pass
                    return first, time.monotonic() - begin, cpu


class SnapshotWatch:
    """How long files of snapshots were being written, looked at 50 times a second."""

    def __init__(self, folder):
        self.folder, self.seconds = folder, []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def busy(self):
        return self.folder.exists() and any(
            name.startswith("snapshot") and name.endswith(".tmp") for name in os.listdir(self.folder)
        )

    def _run(self):
        begin = None
        while not self._over.wait(0.02):
            busy = self.busy()
            if busy and begin is None:
                begin = time.monotonic()
            elif not busy and begin is not None:
                self.seconds.append(time.monotonic() - begin)
                begin = None


def made_up_names():
    """Of all systems that there are records of (bench/tools/paced_series.hpp), as long as real ones."""
    for number in range(1 << 16):
        yield f"{4_200_000_000 + number} MADE-UP-{number:X} - Network No. {number}, DE\n"


def files_of(folder, kind=""):
    """Logs and snapshots, the oldest first."""
    paths = [path for path in folder.iterdir() if path.name.rpartition("-")[2].isdigit()]
    paths = [path for path in paths if path.name.startswith(kind)]
    return sorted(paths, key=lambda path: int(path.name.partition("-")[2]))


def mib(paths):
    return sum(path.stat().st_size for path in paths) / 2**20


def held(snapshots):
    """MiB that snapshots hold, unpacked: the last word of each."""
    return sum(struct.unpack("<Q", path.read_bytes()[-8:])[0] for path in snapshots) / 2**20


class Run:
    """One number of series: a topic and three instances that read it."""

    def __init__(self, folder, kafka, options, series):
        self.folder, self.kafka, self.options = Path(folder), kafka, options
        self.series = series
        self.topic = kafka.create_topic(f"flows-{series}", PARTITIONS)
        self.names = self.folder / "names.txt"
        self.names.write_text("".join(made_up_names()))
        self.truth = dict.fromkeys(["messages", *METRICS], 0)
        self.log_rates = []  # MiB/s
        self.cpu_per_second = []  # of those without state
        self.kept = self.instance("kept", self.folder / f"state-{series}")
        self.plain = self.instance("plain", "none")
        self.other = self.instance("other", "none")
        self.all = [self.kept, self.plain, self.other]
        self.commits = {each.name: [] for each in self.all}

    def instance(self, name, state_dir):
        return Weir(name, self.folder / f"{name}-{self.series}", self.kafka, self.topic, state_dir,
                    self.names)  # fmt: skip

    def producer(self, *words):
        command = [BUILD / "bench" / "paced_topic", self.kafka.brokers, self.topic, PARTITIONS,
                   self.series, *words]  # fmt: skip
        return subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True)

    def add_to_truth(self, producer):
        output, _ = producer.communicate()
        assert producer.returncode == 0, f"paced_topic ended with status {producer.returncode}"
        sent = json.loads(output)
        for name in self.truth:
            self.truth[name] += sent[name]
        return sent

    def scrape_all(self):
        bodies = [each.scrape() for each in self.all]
        for each, body in zip(self.all, bodies):
            self.commits[each.name].append(body.sum("weir_checkpoint_duration_seconds"))
        return bodies

    def wait_for_all(self):
        for each in self.all:
            each.wait_for(lambda: each.has_read(self.truth["messages"]), 300, "reading all")

    def make_series(self):
        for each in self.all:
            each.start()
        with SnapshotWatch(self.kept.state) as watch:
            self.add_to_truth(self.producer("each"))
            self.wait_for_all()
            wait_until(lambda: not watch.busy(), 60, "the snapshot")
        return watch.seconds

    def paced(self):
        """CPU seconds of each while records come steadily."""
        watch = SnapshotWatch(self.kept.state)
        before = [each.cpu() for each in self.all]
        logs = mib(files_of(self.kept.state, "log"))
        with watch:
            producer = self.producer(self.options.popularity, self.options.rate, self.options.seconds)
            while True:
                try:
                    producer.wait(SCRAPE_INTERVAL)
                    break
                except subprocess.TimeoutExpired:
                    self.scrape_all()
            sent = self.add_to_truth(producer)
            self.wait_for_all()
        spent = [each.cpu() - start for each, start in zip(self.all, before)]
        if not watch.seconds:
            self.log_rates.append((mib(files_of(self.kept.state, "log")) - logs) / sent["seconds"])
        self.cpu_per_second.append((spent[1] + spent[2]) / 2 / sent["seconds"])
        return spent, sent, watch.seconds

    def check(self):
        """Sums equal the truth, and all show the same series with the same values."""
        bodies = self.scrape_all()
        for key, name in METRICS.items():
            for each, body in zip(self.all, bodies):
                counted = body.exact_sum(name)
                assert counted == self.truth[key], (each.name, name, counted, self.truth[key])
            kept, *others = (set(body.samples(name)) for body in bodies)
            assert all(kept == other for other in others), f"{name}: the series differ"
        shown = sum(len(bodies[0].samples(name)) for name in METRICS.values())
        assert shown == self.series, (shown, self.series)

    def measure(self):
        made = self.make_series()
        ratios, again, snapshots = [], [], []
        for number in range(self.options.rounds):
            (kept, plain, other), sent, seconds = self.paced()
            self.check()
            snapshots += seconds
            per_message = 1e6 / sent["messages"]
            ratios.append(100 * (2 * kept / (plain + other) - 1))
            again.append(100 * abs(2 * (plain - other) / (plain + other)))
            print(f"  round {number + 1}: {sent['messages'] / sent['seconds']:.0f} messages/s; CPU µs a "
                  f"message: kept {kept * per_message:.3f}  not kept {plain * per_message:.3f} and "
                  f"{other * per_message:.3f}; snapshots {len(seconds)}; sums exact", flush=True)  # fmt: skip
        print(f"  median: CPU of the state {statistics.median(ratios):+.1f} % "
              f"(bar +{cpu_bar(self.series)} %); the two without differ by "
              f"{statistics.median(again):.1f} %")  # fmt: skip
        for name, seconds in self.commits.items():
            print(f"  commits, {name}: median {1e3 * statistics.median(seconds):.1f} ms, longest "
                  f"{1e3 * max(seconds):.1f} ms of {len(seconds)} looked at")  # fmt: skip
        if made + snapshots:
            print(f"  snapshots: {len(made)} while the series were made, then {len(snapshots)}; the longest "
                  f"took {max(made + snapshots):.2f} s")  # fmt: skip

    def start_again(self):
        """Kills the one with the state, and times starts on copies of what is there."""
        self.kept.kill()
        for each in (self.plain, self.other):
            each.stop()
        left = files_of(self.kept.state)
        sizes = ", ".join(f"{path.name} {mib([path]):.0f}" for path in left)
        print(f"  state: {mib(left):.0f} MiB: {sizes}")
        snapshot = files_of(self.kept.state, "snapshot")[-1:]
        # What a start reads: the newest snapshot, and the logs from its number on.
        first = int(snapshot[0].name.partition("-")[2]) if snapshot else 0
        logs = [path for path in files_of(self.kept.state, "log")
                if int(path.name.partition("-")[2]) >= first]  # fmt: skip
        self.time_starts("what a kill left", snapshot + logs, {})
        if snapshot:
            self.time_starts("the snapshot alone", snapshot, {})
        # A log is ended when it is larger than 64 MiB and than half of what the last snapshot holds.
        limit = int(max(64, held(snapshot) / 2)) + 1
        aged = self.folder / "aged"
        aged.mkdir()
        for path in snapshot + logs:
            shutil.copyfile(path, aged / path.name)
        added = json.loads(subprocess.run(
            [BUILD / "bench" / "age_state", aged, str(self.series), str(limit)],
            check=True, capture_output=True, text=True,
        ).stdout)  # fmt: skip
        self.time_starts("the longest log", files_of(aged), added)
        self.time_snapshot(files_of(aged), limit)
        shutil.rmtree(aged)

    def copy_state(self, files, cold=False):
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        (copy / self.topic).mkdir(parents=True)
        for file in files:
            put_copy(file, copy / self.topic / file.name, cold)
        return self.instance("started", copy)

    def time_snapshot(self, files, limit):
        """Starts on a log that is due to be compacted. Nothing else happens meanwhile."""
        with self.copy_state(files) as instance, SnapshotWatch(instance.state) as watch:
            newest = lambda: files_of(instance.state, "snapshot")[-1:]  # noqa: E731
            old = newest()
            producer = self.producer("uniform", 10, 1)
            # A small one is made between two looks.
            wait_until(lambda: watch.busy() or newest() != old, 30, "beginning a snapshot", 0.002)
            before, begin = instance.cpu(), time.monotonic()
            wait_until(lambda: newest() != old, 30, "the snapshot", 0.002)
            cpu, took = instance.cpu() - before, time.monotonic() - begin
            self.add_to_truth(producer)
        print(f"  snapshot of {mib(newest()):.0f} MiB, {held(newest()):.0f} unpacked: {took:.2f} s, "
              f"CPU {cpu:.2f} s", end="")  # fmt: skip
        if self.log_rates:
            each = limit / max(self.log_rates)
            share = 100 * cpu / (each * statistics.median(self.cpu_per_second))
            print(f"; one each {each:.0f} s at this rate ({max(self.log_rates):.2f} MiB/s of log) makes "
                  f"{share:+.1f} % of CPU", end="")  # fmt: skip
        print()

    def time_starts(self, what, files, added):
        for cold in (False, True):
            runs = []
            for number in range(self.options.starts):
                instance = self.copy_state(files, cold)
                runs.append(instance.start_and_time())
                if number == 0:
                    self.check_started(instance, added)
                instance.kill()
            first, last, cpu = (statistics.median(column) for column in zip(*runs))
            best = min(run[0] for run in runs)
            print(f"  start on {what} ({mib(files):.0f} MiB{', not in memory' if cold else ''}): first "
                  f"byte {first:.2f} s, at best {best:.2f} (bar {START_BAR:.0f} s), CPU until then "
                  f"{cpu:.2f} s; whole scrape {last:.2f} s; sums exact", flush=True)  # fmt: skip

    def check_started(self, instance, added):
        """It shows the truth once it has read what its state did not have yet."""
        truth = {name: value + added.get(name, 0) for name, value in self.truth.items()}
        body = instance.wait_for(lambda: instance.has_read(truth["messages"]), 120, "reading all")
        for key, name in METRICS.items():
            counted = body.exact_sum(name)
            assert counted == truth[key], (name, counted, truth[key])


def put_copy(source, to, cold):
    """A copy that is on the disk; `cold`: and not in memory."""
    shutil.copyfile(source, to)
    descriptor = os.open(to, os.O_RDWR)
    os.fsync(descriptor)
    if cold:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--series", default="20000,1000000", help="one run for each number")
    arguments.add_argument("--rate", type=int, default=100_000, help="messages a second")
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--starts", type=int, default=3)
    arguments.add_argument("--popularity", choices=["uniform", "zipf"], default="uniform",
                           help="of series; uniform is the worst for commits")  # fmt: skip
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, Kafka(folder) as kafka:
        print(f"{options.rate} messages/s for {options.seconds} s, series {options.popularity}, "
              f"{PARTITIONS} partitions, scrapes each {SCRAPE_INTERVAL} s")  # fmt: skip
        for series in map(int, options.series.split(",")):
            print(f"{series} series", flush=True)
            run = Run(folder, kafka, options, series)
            try:
                run.measure()
                run.start_again()
            finally:
                for each in run.all:
                    each.stop()
            kafka.delete_topic(run.topic)


if __name__ == "__main__":
    main()
