"""AS names from a URL: in labels, cached on disk, and changing while counters stay true."""

import http.server
import signal
import subprocess
import threading

import pytest

from support.messages import dumps, pmacct
from support.truth import RECEIVE, check_sums, key

OWN = 64500
LIST = (
    b"0       -Reserved AS-, ZZ\n"
    b"1299    TWELVE99 Arelion, fka Telia Carrier, SE\n"
    b"6939    HURRICANE, US\n"
    b"15169   GOOGLE, US\n"
    b"64500   M\xfcller & S\xf6hne, \"Netz\" \\ AG, DE\n"
) + b"".join(b"%d AS-TEST-%d, XX\n" % (number, number) for number in range(100_000, 100_100))
NAMES = {
    1299: "TWELVE99 Arelion, fka Telia Carrier",
    6939: "HURRICANE",
    15169: "GOOGLE",
    64500: 'M\u00fcller & S\u00f6hne, "Netz" \\ AG',
}


class NameServer:
    """Serves `text` at /asn.txt; None is an error 500."""

    def __init__(self):
        self.text = LIST
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests += 1
                found = outer.text is not None and self.path == "/asn.txt"
                self.send_response(200 if found else 500)
                self.send_header("Content-Length", len(outer.text) if found else 0)
                self.end_headers()
                if found:
                    self.wfile.write(outer.text)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/asn.txt"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self._up = True

    def stop(self):
        if self._up:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._up = False


@pytest.fixture
def names():
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def start(export, names, tmp_path):
    """Starts an exporter that reads lines from its standard input, with names of the server."""

    def started():
        return export(
            "--from", "-", "--asn", OWN, "--as-names", names.url,
            stdin=subprocess.PIPE, env={"CACHE_DIRECTORY": str(tmp_path / "cache")},
        )  # fmt: skip

    return started


class Feed:
    """Writes records and waits until they are counted."""

    def __init__(self, weir):
        self._weir = weir
        self._sent = 0

    def __call__(self, source, octets):
        self._weir.stdin.write(dumps(pmacct(source, OWN, octets)) + b"\n")
        self._weir.stdin.flush()
        self._sent += 1
        return self._weir.wait_metrics(lambda m: m.value("weir_records_total") == self._sent)


def test_names_are_in_labels_with_commas_and_latin_1(start):
    weir = start()
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 105)
    feed = Feed(weir)
    for number, source in enumerate((1299, 6939, 15169, 4242, OWN + 1)):
        metrics = feed(source, number + 1)
    assert metrics[RECEIVE] == {
        key(source, OWN, "bdr1", NAMES): number + 1
        for number, source in enumerate((1299, 6939, 15169, 4242, OWN + 1))
    }
    assert metrics.value("weir_as_names") == 105
    assert metrics.value("weir_as_names_timestamp_seconds") > 1.7e9
    assert metrics.value("weir_as_names_failures_total") == 0


def test_without_the_server_the_cache_serves_the_second_start(start, names):
    weir = start()
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 105)
    assert weir.stop() == 0
    names.stop()
    weir = start()
    metrics = Feed(weir)(6939, 5)
    assert metrics[RECEIVE] == {key(6939, OWN, "bdr1", NAMES): 5}
    assert metrics.value("weir_as_names") == 105


def wait_shown(weir, series):
    """Scrapes until these and no other series are received."""
    return weir.wait_metrics(lambda m: m[RECEIVE] == series, what=f"just {series}")


def test_a_server_that_fails_is_no_reason_not_to_count(start, names):
    names.text = None
    weir = start()
    feed = Feed(weir)
    metrics = feed(6939, 5)
    assert metrics[RECEIVE] == {key(6939, OWN, "bdr1"): 5}
    metrics = weir.wait_metrics(lambda m: m.value("weir_as_names_failures_total") >= 1)
    assert metrics.value("weir_as_names") == 0
    # Names that come later open new series; what was counted without them is not lost.
    names.text = LIST
    weir.send_signal(signal.SIGHUP)
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 105)
    feed(6939, 7)
    metrics = wait_shown(weir, {key(6939, OWN, "bdr1", NAMES): 7})
    assert metrics.value("weir_metric_value_total", metric=RECEIVE) == 12


def test_a_changed_name_opens_a_new_series_and_the_sums_stay_exact(start, names):
    renamed = {**NAMES, 6939: "HURRICANE ELECTRIC"}
    weir = start()
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 105)
    feed = Feed(weir)
    feed(15169, 1000)
    metrics = feed(6939, 52)
    google = key(15169, OWN, "bdr1", NAMES)
    assert metrics[RECEIVE] == {google: 1000, key(6939, OWN, "bdr1", NAMES): 52}

    def reload(text):
        asked = names.requests
        names.text = text
        weir.send_signal(signal.SIGHUP)
        weir.wait_for(lambda: names.requests > asked, what="fetching anew")
        weir.wait_for(lambda: (weir.out + weir.err).count("AS names loaded") == loads, what="names")

    loads = 2
    reload(LIST.replace(b"HURRICANE,", b"HURRICANE ELECTRIC,"))
    # The first scrape after the change still has the old series, with its last value.
    metrics = feed(6939, 7)
    assert metrics[RECEIVE][key(6939, OWN, "bdr1", NAMES)] == 52
    metrics = wait_shown(weir, {google: 1000, key(6939, OWN, "bdr1", renamed): 7})
    assert metrics.value("weir_series", metric=RECEIVE, state="dormant") == 1
    assert metrics.value("weir_series", metric=RECEIVE, state="live") == 2
    assert metrics.value("weir_metric_value_total", metric=RECEIVE) == 1059
    check_sums(metrics)

    # A counter that was shown once never shows less: the first name is taken up where it was.
    loads = 3
    reload(LIST)
    feed(6939, 1)
    metrics = wait_shown(weir, {google: 1000, key(6939, OWN, "bdr1", NAMES): 53})
    assert metrics.value("weir_metric_value_total", metric=RECEIVE) == 1060
    assert metrics.value("weir_series", metric=RECEIVE, state="dormant") == 1


def test_a_list_that_is_none_does_not_replace_the_names(start, names):
    weir = start()
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 105)
    names.text = b"<html><body>Service unavailable</body></html>\n"
    weir.send_signal(signal.SIGHUP)
    metrics = weir.wait_metrics(lambda m: m.value("weir_as_names_failures_total") >= 1)
    assert metrics.value("weir_as_names") == 105
    assert Feed(weir)(6939, 1)[RECEIVE] == {key(6939, OWN, "bdr1", NAMES): 1}
