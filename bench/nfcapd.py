"""What it costs to group the flows of nfcapd files into text, as a ratio to nfdump doing the same.

    ./dev bench nfcapd [--rounds N] [--scale N]

Twelve files with 5 million flows (divided by --scale) of 318,000 pairs of AS numbers are made once,
plain and packed with LZ4, and kept below the build folder. What `weir print` writes is first compared
line by line with what nfdump prints. Charged is the CPU time of whole processes, of weir with one
thread, both writing to /dev/null; a ratio is the median of those of single rounds, in each of which
both run one after the other.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from servers.process import BUILD  # noqa: E402

NFDUMP = "/usr/bin/nfdump"
TUPLE = "src_addr,dst_addr,src_port,dst_port,proto"
COLUMNS = {"src_as": "%sas", "dst_as": "%das", "src_addr": "%sa", "dst_addr": "%da",
           "src_port": "%sp", "dst_port": "%dp", "proto": "%pr"}  # fmt: skip
AGGREGATES = {"src_as": "srcas", "dst_as": "dstas", "src_addr": "srcip", "dst_addr": "dstip",
              "src_port": "srcport", "dst_port": "dstport", "proto": "proto"}  # fmt: skip
SUMS = {"packets": "%pkt", "bytes": "%byt", "flows": "%fl"}
# What is measured, by which fields, on which files, and how many times less it has to take.
WORK = (
    ("AS pairs", "src_as,dst_as", "none", 3.5),
    ("AS pairs, LZ4", "src_as,dst_as", "lz4", 2.5),
    ("destinations", "dst_addr", "none", 3.0),
    ("5-tuples", TUPLE, "none", 3.5),
)
CSV_BAR = 15.0


def weir(folder, by, threads=1):
    fields = by + "," + ",".join(SUMS)
    return [BUILD / "weir", "print", folder, "--by", by, "--fields", fields, "--format", "csv",
            "--threads", str(threads), "-q"]  # fmt: skip


def nfdump(folder, by, words=()):
    keys = by.split(",")
    layout = ",".join([*(COLUMNS[key] for key in keys), *SUMS.values()])
    return [NFDUMP, "-R", folder, "-A", ",".join(AGGREGATES[key] for key in keys), "-q", "-N",
            "-o", f"fmt:{layout}", *words]  # fmt: skip


def run(command):
    """(CPU seconds, wall seconds, peak MiB) of a process."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"{command[0]} ended with status {child.returncode}"
    return (usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024)


def lines_of(command, header):
    """A checksum of all lines, sorted and without the blanks of columns, and how many there are."""
    words = " ".join(f"'{word}'" for word in command)
    rows = f"{words} | tail -n +{2 if header else 1} | tr -d ' ' | LC_ALL=C sort"
    script = f"{rows} | tee >(wc -l >&2) | md5sum"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0], int(done.stderr.split()[-1])


def compare(folders):
    for name, by, files, _ in WORK:
        mine = lines_of(weir(folders[files], by), header=True)
        # Without -6 nfdump cuts IPv6 addresses; it is measured without.
        theirs = lines_of(nfdump(folders[files], by, ["-6"]), header=False)
        assert mine == theirs, f"{name}: the rows differ: {mine} {theirs}"
        print(f"{name}: {mine[1]:,} rows equal nfdump's")


def verdict(ratio, bar):
    return f"{ratio:5.2f} times less (bar {bar:g}){'' if ratio >= bar else '  MISSED'}"


def measure(name, folder, by, bar, rounds):
    ratios, peaks, runs = [], [], []
    for _ in range(rounds):
        theirs, mine = run(nfdump(folder, by)), run(weir(folder, by))
        runs.append((theirs[0], mine[0]))
        ratios.append(theirs[0] / mine[0])
        peaks.append((theirs[2], mine[2]))
    theirs, mine = (statistics.median(column) for column in zip(*runs))
    print(f"{name:16} nfdump {theirs:6.2f} s  weir {mine:5.2f} s  {verdict(statistics.median(ratios), bar)}")
    theirs, mine = (max(column) for column in zip(*peaks))
    print(f"{'':16} memory: nfdump {theirs:.0f} MiB, weir {mine:.0f} MiB, {verdict(theirs / mine, 2.0)}")


def measure_csv(folder):
    keys = ",".join(AGGREGATES[key] for key in TUPLE.split(","))
    theirs = run([NFDUMP, "-R", folder, "-A", keys, "-q", "-N", "-o", "csv"])
    mine = run(weir(folder, TUPLE))
    print(f"{'5-tuples, csv':16} nfdump {theirs[0]:6.2f} s  weir {mine[0]:5.2f} s  "
          f"{verdict(theirs[0] / mine[0], CSV_BAR)}")  # fmt: skip


def measure_threads(folder, by, rounds):
    more, faster = [], []
    for _ in range(rounds):
        one, two = run(weir(folder, by, 1)), run(weir(folder, by, 2))
        more.append(two[0] / one[0])
        faster.append(one[1] / two[1])
    cpu, wall = statistics.median(more), statistics.median(faster)
    print(f"2 threads, {by}: CPU {cpu:.2f} times that of one (bar 1.5){'' if cpu <= 1.5 else '  MISSED'}, "
          f"{wall:.2f} times faster (bar 1.5){'' if wall >= 1.5 else '  MISSED'}")  # fmt: skip


def data(scale):
    folders = {}
    for compression in ("none", "lz4"):
        folder = BUILD / "bench-data" / f"nfcapd-{compression}-{scale}"
        folders[compression] = folder
        if not (folder.parent / f"{folder.name}.done").exists():
            print(f"making {folder}", flush=True)
            subprocess.run([BUILD / "bench" / "make_nfcapd", folder, str(scale), compression],
                           check=True, stdout=subprocess.DEVNULL)  # fmt: skip
            (folder.parent / f"{folder.name}.done").touch()
    return folders


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--scale", type=int, default=1)
    options = arguments.parse_args()
    folders = data(options.scale)
    compare(folders)
    for name, by, files, bar in WORK:
        measure(name, folders[files], by, bar, options.rounds)
    measure_csv(folders["none"])
    for by in ("src_as,dst_as", "src_addr"):
        measure_threads(folders["none"], by, options.rounds)


if __name__ == "__main__":
    main()
