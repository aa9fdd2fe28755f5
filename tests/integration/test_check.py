"""weir check: what it says of flags, and with --live of a broker, records and what is around it."""

import http.server
import json
import re
import socket
import subprocess
import threading

import pytest

from servers.kafka import Kafka
from servers.process import BUILD, PATIENCE, ROOT, free_port, wait_until
from servers.weir import run
from support.messages import OWN, dumps, pmacct

NAMES = "64500 EXAMPLE, DE\n15169 GOOGLE, US\n"
LINE = re.compile(r"(ok      |warning |problem |        ) \S")


class Checked:
    """What a check has said: .findings is [(level, text, advice)], .summary the last line."""

    def __init__(self, process):
        self.status = process.exit_status
        self.err = process.err
        self.findings = []
        *lines, self.summary = process.out.splitlines()
        for line in lines:
            assert LINE.match(line), line
            level, text = line[:8].strip(), line[9:]
            if level:
                self.findings.append((level, text, ""))
            else:
                self.findings[-1] = (*self.findings[-1][:2], text)
        for level, text, advice in self.findings:
            assert bool(advice) == (level != "ok"), (level, text, advice)
        levels = [level for level, _, _ in self.findings]
        for what in ("problem", "warning"):
            count = levels.count(what)
            assert f"{count or 'no'} {what}" in self.summary
        assert self.status == (1 if "problem" in levels else 0)

    def of(self, level):
        return [f"{text} | {advice}" for what, text, advice in self.findings if what == level]

    def one(self, level, part):
        """The only finding of a level, which has this text in it."""
        found = self.of(level)
        assert len(found) == 1 and part in found[0], (part, self.findings)
        return found[0]

    def has(self, level, part):
        assert any(part in text for text in self.of(level)), (part, self.findings)


@pytest.fixture
def check(tmp_path):
    """Runs a check to its end, without AS names and on a free port unless told otherwise."""

    def checked(*words, **settings):
        words = list(words)
        if "--as-names" not in words:
            words += ["--as-names", "none"]
        if "--web.listen-address" not in words:
            words += ["--web.listen-address", f"127.0.0.1:{free_port()}"]
        env = {"CACHE_DIRECTORY": str(tmp_path / "cache")}
        return Checked(run("check", *words, folder=tmp_path, env=env, **settings))

    return checked


@pytest.fixture
def live(kafka, check):
    """The same with --live for topics of the broker."""

    def checked(topics, *words):
        brokers = [] if "--brokers" in words else ["--brokers", kafka.brokers]
        return check("--live", "export", *brokers, "--topic", topics, "--asn", OWN[0], *words)

    return checked


def sent(count):
    return [dumps(pmacct(OWN[0], 15169, 100 + n)) for n in range(count)]


def topics_of(kafka):
    done = subprocess.run(["kcat", "-b", kafka.brokers, "-L", "-J"], capture_output=True, check=True)
    return {topic["topic"] for topic in json.loads(done.stdout)["topics"]}


def documented_example():
    text = (ROOT / "docs" / "check.md").read_text()
    return re.search(r"\n    \$ weir check --live.*?\n((?:    .*\n)+)", text)[1]


def shape(output):
    """Lines with what differs from run to run taken out."""
    lines = [line.strip() for line in output.strip().splitlines()]
    text = "\n".join(lines)
    text = re.sub(r"cluster \S+", "cluster ID", text)
    text = re.sub(r"\S+\.txt", "FILE", text)
    text = re.sub(r"state in \S+,", "state in FOLDER,", text)
    text = re.sub(r"topic \S+?(?=[,: ])", "topic TOPIC", text)
    text = re.sub(r"\S*:\d{3,}", "HOST:PORT", text)
    return re.sub(r"changed .*", "changed", text)


def test_all_is_well_and_the_manual_shows_it(kafka, topic, live, tmp_path):
    name = topic(partitions=2)
    kafka.produce(name, sent(6), 0)
    kafka.produce(name, sent(1) + [dumps(pmacct(3320, 1299, 5))] * 2, 1)
    names = tmp_path / "names.txt"
    names.write_text(NAMES)
    checked = live(name, "--as-names", names)
    assert checked.status == 0 and checked.err == ""
    assert checked.summary == "no problem, no warning"
    checked.has("ok", f"broker {kafka.brokers} answers")
    checked.has("ok", f"1 at {kafka.brokers}")
    checked.has("ok", "up to 9 messages (offsets 0: 0 to 6, 1: 0 to 3); reading would begin behind")
    checked.has("ok", "newest 8 messages with 8 records: 6 counted, 2 filtered (no_metric 2), 0 refused")
    checked.has("ok", f"AS names: 2 names in {names}")
    out = (tmp_path / "weir-run.out").read_text()
    assert shape(out) == shape(documented_example())


def test_where_reading_begins_is_said_in_numbers(kafka, topic, live):
    name = topic(partitions=2)
    stamps = [1_700_000_000_000 + 1000 * n for n in range(20)]
    kafka.produce(name, sent(20), 1, timestamp=stamps)
    checked = live(name, "--start", "2023-11-14T22:13:35Z", "--partitions", "1,7")
    checked.has("ok", "1 partition to read: up to 20 messages")
    checked.has("ok", "reading would begin with the last 5")
    checked.has("ok", "the newest 10 messages with 10 records: 10 counted")
    checked.one("warning", "not number 7")


def test_without_live_nobody_is_asked(check):
    with socket.socket() as broker:
        broker.bind(("127.0.0.1", 0))
        broker.listen()
        broker.settimeout(0.5)
        port = broker.getsockname()[1]
        checked = check(
            "--brokers", f"127.0.0.1:{port}", "--topic", "flows", "--asn", "64500",
            "--as-names", f"http://user:hunter2@127.0.0.1:{port}/asn.txt",
            "-X", "sasl.password=hunter2", "-X", "sasl.username=me",
            "--where", "proto == tcp", "--partitions", "0,2",
        )  # fmt: skip
        with pytest.raises(TimeoutError):
            broker.accept()
    assert checked.status == 0
    assert "--live" in checked.summary
    everything = str(checked.findings) + checked.err
    assert "hunter2" not in everything
    checked.one("warning", "sasl.password")
    for part in ("topic flows", "partitions 0, 2", "proto == tcp", "64500", "668 MB"):
        assert part in everything


def test_own_as_numbers_that_are_not_given_are_a_warning(check):
    checked = check("--from", "-")
    assert checked.status == 0
    checked.one("warning", "only flows from or to AS 0 count")


def test_a_dead_broker_is_a_problem_beside_which_all_else_is_checked(live):
    dead = f"127.0.0.1:{free_port()}"
    checked = live("flows", "--brokers", dead)
    assert dead in checked.one("problem", "Connection refused")
    checked.has("ok", "listening on")


@pytest.fixture
def open_transaction(kafka):
    """A function that writes values in a transaction, which is left open until the test ends."""
    producers = []

    def begin(name, values):
        words = [BUILD / "tools" / "kafka_produce", kafka.brokers, name, f"tx-{name}", "abort"]
        producers.append(subprocess.Popen(words, stdin=subprocess.PIPE))
        for value in values:
            producers[0].stdin.write(Kafka.frame(value, 0))
        producers[0].stdin.flush()

    yield begin
    for producer in producers:
        producer.stdin.close()
        producer.wait(30 * PATIENCE)


def test_each_topic_is_judged_by_itself(kafka, topic, live, open_transaction):
    empty, garbage, foreign, unsettled = (topic() for _ in range(4))
    unknown = empty[:-3] + empty[-2:]
    kafka.produce(garbage, [b"\0\0\0\0\7\x1b[2J" + b"x" * 1000, b"hello", None], 0)
    kafka.produce(foreign, [dumps(pmacct(3320, 1299, 5))] * 4 + [dumps(pmacct(3320, 6939, 5))], 0)
    kafka.produce(unsettled, sent(2), 0)
    kafka.produce(unsettled, sent(80), 0, transaction=f"aborted-{unsettled}", commit=False)
    open_transaction(unsettled, sent(3))
    wait_until(lambda: len(kafka.consume(unsettled, committed_only=False)) == 85)
    before = topics_of(kafka)

    checked = live(",".join((empty, garbage, foreign, unsettled, unknown)))
    checked.has("warning", f"topic {empty}, 1 partition to read: empty")
    checked.has("ok", f"topic {empty} can be read")
    broken = [text for text in checked.of("problem") if garbage in text]
    assert len(broken) == 3
    assert r'unknown_format: "\x00\x00\x00\x00\x07\x1b[2Jxxx' in broken[1]
    assert "(1009 bytes)" in broken[1] and len(broken[1]) < 500
    assert "Avro" in broken[1]
    assert "refused as empty" in broken[2]
    checked.has("warning", f"topic {foreign}: no flow is from or to AS {OWN[0]}; seen most: 3320 (5)")
    checked.has("ok", f"topic {unsettled}: the newest 2 messages with 2 records: 2 counted")
    checked.has("warning", f"{unsettled} partition 0: a transaction is open, which holds back 3 messages")
    missing = [text for text in checked.of("problem") if f"topic {unknown} does not exist" in text]
    assert empty in missing[0].split("|")[1]
    assert topics_of(kafka) == before


def test_one_dead_broker_of_several_is_a_warning_and_nothing_is_left_behind(kafka, topic, live, tmp_path):
    name = topic()
    kafka.produce(name, sent(3), 0)
    before = topics_of(kafka), kafka.offsets(name, 0)
    dead = f"127.0.0.1:{free_port()}"
    checked = live(
        name, "--brokers", f"{dead},{kafka.brokers}", "--as-names", "http://127.0.0.1:1/asn.txt"
    )  # fmt: skip
    checked.has("warning", f"broker {dead}: cannot reach")
    checked.has("warning", "AS names: http://127.0.0.1:1/asn.txt gives none")
    checked.has("ok", "the newest 3 messages")
    assert checked.status == 0
    assert (topics_of(kafka), kafka.offsets(name, 0)) == before
    assert {path.name for path in tmp_path.iterdir()} == {"weir-run.out", "weir-run.err"}


def test_a_taken_port_is_a_warning(check):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        checked = check("--demo", "--web.listen-address", address)
    assert address in checked.one("warning", "weir")
    assert checked.status == 0


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<html>moved</html>\n" * 50 if "html" in self.path else NAMES.encode()
        self.send_response(404 if "gone" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_names_from_a_url_are_fetched_and_judged(check):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        url = "http://127.0.0.1:%d" % server.server_address[1]
        words = ("--live", "--from", "-", "--asn", "64500,64501", "--as-names")
        good, page, gone = (check(*words, url + path) for path in ("/asn", "/html", "/gone"))
        server.shutdown()
        thread.join()
    good.has("ok", f"AS names: 2 names in {url}/asn, fetched now")
    good.one("warning", "there is none of AS 64501")
    page.one("warning", "no list of AS names")
    gone.one("warning", "HTTP status 404")
    assert [each.status for each in (good, page, gone)] == [0, 0, 0]


def test_a_cache_that_cannot_be_written_is_a_warning(check, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    checked = check("--from", "-", "--asn", "1", "--as-names", "http://127.0.0.1:1/asn.txt")
    checked.one("warning", "it is no directory")


def test_records_of_a_file_are_looked_at(check, tmp_path):
    path = tmp_path / "records.json"
    path.write_bytes(b"\n".join(sent(12) + [b"rubbish"]))
    check("--from", path, "--asn", OWN[0]).has("ok", "the first 10 messages with 10 records: 10")


@pytest.mark.parametrize(
    "words",
    [
        ["--brokers", "x:1"],
        ["--no-such-flag"],
        ["--topic"],
        ["--brokers", "x:1", "--topic", "a b"],
        ["--brokers", "x:1", "--topic", "a", "-X", "no.such=1"],
        ["--brokers", "x:1", "--topic", "a", "-X", "@/nowhere/at/all"],
        ["--brokers", "x:1", "--topic", "a", "-X", "group.id=g"],
        ["--demo", "--where", "nonsense ("],
        ["--demo", "--web.listen-address", "nonsense"],
        ["--demo", "--web.listen-address", "somewhere.example:99999"],
        ["--demo", "--as-names", "/nowhere/at/all"],
        ["--demo", "--as-names", "ftp://x/y"],
        ["--from", "/nowhere/at/all"],
    ],
)
def test_wrong_flags_are_told_as_the_command_tells_them(words, tmp_path):
    own = ["--asn", "1"] + ([] if "--as-names" in words else ["--as-names", "none"])
    export = run("export", *words, *own, folder=tmp_path)
    told = [line for line in export.err.splitlines() if not line.startswith("ts=")]
    assert export.exit_status == 2 and told
    for more in ([], ["--live", "export"]):
        checked = run("check", *more, *words, *own, folder=tmp_path)
        assert checked.exit_status == 2, more
        assert checked.err.splitlines() == told
        assert checked.out == ""


def test_a_broker_that_advertises_what_cannot_be_reached_is_a_problem(live, tmp_path):
    nowhere = f"127.0.0.1:{free_port()}"
    wrong = {"advertised.listeners": f"PLAINTEXT://{nowhere}"}
    with Kafka(tmp_path, wrong, name="elsewhere") as broker:
        checked = live("flows", "--brokers", broker.brokers)
    checked.has("ok", f"broker {broker.brokers} answers")
    checked.has("problem", f"broker {nowhere}, of which the cluster tells, cannot be used")
    checked.has("problem", "advertised.listeners")
