"""`./dev run --kafka`, but for what ./dev itself does: all that it names answers, and nothing of it
is left."""

import re
import signal
import sys
from pathlib import Path

import pytest

from servers.process import Process, http_get, wait_until

PROGRAM = Path(__file__).with_name("run_chain.py")


@pytest.fixture
def chain(tmp_path):
    """A function that makes the program, which keeps its files in tmp_path/chain."""
    started = []

    def make(*flags):
        (tmp_path / "chain").mkdir()
        environment = {"TMPDIR": str(tmp_path / "chain")}
        started.append(Process("run_chain", [sys.executable, PROGRAM, *flags], tmp_path, environment))
        return started[0].start()

    yield make
    for process in started:
        process.stop(signal.SIGINT)


def left(folder):
    """Files in a folder, and processes that work there: nfacctd hides its command line."""
    processes = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(folder):
                processes.append(link.with_name("comm").read_text())
        except OSError:  # it has ended meanwhile
            pass
    return [*folder.iterdir(), *processes]


def check_nothing_left(folder):
    wait_until(lambda: not left(folder), 5, f"nothing left in {folder}")  # pmacct's last writer


def test_the_chain_shows_traffic_and_leaves_nothing_behind(chain, tmp_path):
    process = chain("--where", "bytes > 0")
    process.wait_for_text("Ctrl-C stops", timeout=90)
    assert len(left(tmp_path / "chain")) > 5, "Kafka, weir, pmacct's two, Prometheus and a folder"
    urls = dict(re.findall(r"^  (\S+) +(http://\S+)$", process.out, re.MULTILINE))
    assert set(urls) == {"weir", "metrics", "Prometheus", "alerts"}
    for url in urls.values():
        assert http_get(url)[0] == 200, url
    assert process.stop(signal.SIGINT) == 0
    check_nothing_left(tmp_path / "chain")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_can_be_stopped_while_it_starts(chain, tmp_path, number):
    process = chain()
    process.wait_for_text("starting Kafka")
    wait_until(lambda: "java\n" in left(tmp_path / "chain"))
    assert process.stop(number) == 0
    check_nothing_left(tmp_path / "chain")


def test_wrong_flags_are_told_before_anything_is_started(chain, tmp_path):
    process = chain("--max-series", "0")
    assert process.wait() == 2
    assert process.err.startswith("--max-series: ") and "Traceback" not in process.err
    check_nothing_left(tmp_path / "chain")
