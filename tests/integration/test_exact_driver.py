"""The driver of the exact tests itself: it notices what it is there to notice."""

import http.server
import random
import subprocess
import sys
import threading
from collections import Counter

import pytest

from servers.process import wait_until
from support.exact import differing
from support.exact_feed import Records
from support.exact_judge import Sums, judged
from support.powerloss import Disk
from support.scraper import Scraper
from support.truth import RECEIVE

_PAGE = """\
flow_receive_bytes_total{{source_as="1",destination_as="64500",hostname="bdr1"}} {0}
weir_series_value{{metric="flow_receive_bytes_total",state="live"}} {1}
weir_metric_value_total{{metric="flow_receive_bytes_total"}} {5}
weir_records_total{{topic="flows"}} {2}
weir_records_counted_total {3}
weir_records_unaccounted {4}
process_cpu_seconds_total 1.5
"""


@pytest.fixture
def scrape():
    """A function that shows pages one after another to a Scraper and returns it."""
    shown = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = (shown.pop(0) if len(shown) > 1 else shown[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def scraped(*pages):
        shown[:] = pages
        scraper = Scraper(server.server_port, interval=0.001)
        scraper.start()
        wait_until(lambda: scraper.answers > len(pages))
        scraper.stop()
        return scraper

    yield scraped
    server.shutdown()
    server.server_close()


def test_the_scraper_is_content_with_counters_that_grow_and_keeps_both_ends(scrape):
    scraper = scrape(_PAGE.format(5, 5, 1, 1, 0, 5), _PAGE.format(9, 9, 3, 3, 0, 9))
    assert not scraper.problems
    series = RECEIVE, ("1", "64500", "bdr1")
    assert (scraper.first[series], scraper.last[series]) == (5, 9)
    assert [news[series] for news in scraper.changes] == [5, 9]


@pytest.mark.parametrize(
    "pages, problem",
    [
        ([_PAGE.format(5, 5, 1, 1, 0, 5), _PAGE.format(4, 4, 2, 2, 0, 4)], "fell from 5 to 4"),
        ([_PAGE.format(5, 5, 1, 1, 0, 5), "weir_records_unaccounted 0\n"], "disappeared, was 5"),
        ([_PAGE.format(5, 5, 2, 1, 1, 5)], "1 records unaccounted"),
        ([_PAGE.format(5, 5, 3, 2, 0, 5)], "3 records, and 2 judged"),
        ([_PAGE.format(5, 6, 1, 1, 0, 6)], "add up to 5, it says 6"),
        ([_PAGE.format(5, 5, 2, 2, 0, 6)], "5 are live, 0 hidden, 6 all"),
    ],
)
def test_the_scraper_notices_what_must_not_be(scrape, pages, problem):
    assert any(problem in each for each in scrape(*pages).problems)


def test_the_truth_of_records_is_what_they_say():
    lines = (
        b'{"as_src": 1, "as_dst": 64500, "bytes": 10, "label": "a"}',
        b'{"as_src": 64501, "as_dst": 64500, "bytes": 7}',
        b"rubbish",
    )
    sums = judged("flows", {0: [b"\n".join(lines)], 2: [lines[0], b""]})
    assert sums.counts == {
        ("flow_receive_bytes_total", ("1", "64500", "a")): 20,
        ("flow_transmit_bytes_total", ("64501", "64500", "")): 7,
        ("weir_metric_value_total", ("flow_receive_bytes_total",)): 20,
        ("weir_metric_value_total", ("flow_transmit_bytes_total",)): 7,
        ("weir_messages_total", ("flows", "0")): 1,
        ("weir_messages_total", ("flows", "2")): 2,
        ("weir_records_total", ("flows",)): 5,
        ("weir_records_counted_total", ()): 3,
        ("weir_records_refused_total", ("not_json",)): 1,
        ("weir_records_refused_total", ("empty",)): 1,
    }
    shown = dict(sums.counts) | {("weir_records_counted_total", ()): 4}
    assert differing(shown, sums.counts) == [("weir_records_counted_total", (), 4, 3)]


def test_records_are_the_same_for_the_same_seed_and_of_many_kinds():
    first, again = (Records(7), Records(7))
    messages = [first.message()[0] for _ in range(3000)]
    assert messages == [again.message()[0] for _ in range(3000)]
    sums = Sums()
    for message in messages:
        sums.add("flows", 0, message)
    kinds = {key for key in sums.counts if "filtered" in key[0] or "refused" in key[0]}
    assert len(kinds) == 8
    assert sum(name == RECEIVE for name, _ in sums.counts) > 300


_WRITER = """
import os
os.chdir({disk!r})
os.mkdir("new")
def write(name, text, flags=os.O_CREAT):
    fd = os.open(name, os.O_WRONLY | os.O_APPEND | flags, 0o600)
    os.write(fd, text)
    return fd
def sync(name):
    fd = os.open(name, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
os.fdatasync(write("new/log", b"synced"))
sync("new"); sync(".")
write("new/log", b", not synced", 0)
os.fsync(write("new/nameless", b"bytes are synced, the name is not"))
os.fsync(write("new/part", b"after"))
os.rename("new/part", "new/log2")
os.kill(os.getpid(), 9)
"""


def test_a_power_loss_takes_what_was_not_synced_and_nothing_else(tmp_path):
    seen = Counter()
    for seed in range(30):
        disk = Disk(tmp_path / str(seed))
        (disk.path / "before").write_text("was there")
        disk.sync()
        program = [sys.executable, "-c", _WRITER.format(disk=str(disk.path))]
        done = subprocess.run(program, env=disk.env, capture_output=True, text=True)
        assert done.returncode == -9, done.stderr
        disk.lose_power(random.Random(seed))
        assert (disk.path / "before").read_text() == "was there"
        left = {path.name: path.read_bytes() for path in (disk.path / "new").iterdir()}
        assert left["log"].startswith(b"synced")
        assert len(left["log"]) <= len(b"synced, not synced")
        assert left.get("nameless", b"") in (b"", b"bytes are synced, the name is not")
        assert not {"part", "log2"} <= left.keys()
        seen[left["log"]] += 1
        seen.update(left.keys())
    assert seen[b"synced"] and seen[b"synced, not synced"], "some lost it, some kept it"
    for name in ("nameless", "part", "log2"):
        assert 0 < seen[name] < 30, (name, seen)


_FAILING = """
import os
def append(text):
    os.write(log, text)
    try:
        os.fdatasync(log)
    except OSError as error:
        return error.errno
log = os.open({disk!r} + "/log", os.O_RDWR | os.O_CREAT | os.O_APPEND)
folder = os.open({disk!r}, os.O_RDONLY)
os.fsync(folder)
print(append(b"first,"))
with open({fails!r}, "w") as file:
    file.write("sync")
print(append(b"second,"))
if {cut}:
    os.ftruncate(log, 6)
    os.write(log, b"again,")
os.unlink({fails!r})
print(append(b"third"))
"""


@pytest.mark.parametrize("cut, left", [(0, b"first,\0\0\0\0\0\0\0third"), (1, b"first,again,third")])
def test_what_could_not_be_synced_is_lost_unless_it_is_written_again(tmp_path, cut, left):
    disk = Disk(tmp_path)
    fails = disk.env["POWER_LOSS_FAIL"]
    program = [sys.executable, "-c", _FAILING.format(disk=str(disk.path), fails=fails, cut=cut)]
    done = subprocess.run(program, env=disk.env, capture_output=True, text=True)
    assert done.stdout.split() == ["None", "5", "None"], done.stderr
    disk.lose_power(random.Random(1), "lost")
    assert (disk.path / "log").read_bytes() == left
