"""The web side under clients that are slow, many or wrong, and stopping whatever they do."""

import contextlib
import os
import signal
import socket
import subprocess
import time

import pytest

from servers.kafka import Kafka
from servers.process import PATIENCE, ROOT, free_port
from servers.weir import run
from support.messages import OWN, numbered
from support.truth import RECEIVE, Truth

ASN = ("--asn", ",".join(map(str, OWN)))
CLIENTS = 150


@pytest.fixture
def weir(export):
    """An exporter that reads lines from its standard input."""
    weir = export("--from", "-", *ASN, stdin=subprocess.PIPE)
    weir.wait_ready()
    return weir


def feed(weir, truth, count, first):
    for message in numbered(count, first=first):
        weir.stdin.write(message.value + b"\n")
        truth.add(message, "-")
    weir.stdin.flush()


def counted(weir, truth):
    expected = sum(truth.messages.values())
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == expected, timeout=10)
    truth.check(metrics)
    return metrics


def connect(weir, receive_buffer=None):
    client = socket.socket(socket.AF_INET)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(10 * PATIENCE)
    client.connect(("127.0.0.1", weir.port))
    return client


def test_clients_that_send_or_read_a_byte_a_second_hold_nobody_up(weir):
    truth = Truth(OWN)
    feed(weir, truth, 30_000, 0)
    counted(weir, truth)
    assert len(weir.get("/metrics")[2]) > 3_000_000, "fits into no socket's buffer"
    senders = [connect(weir) for _ in range(CLIENTS)]
    readers = [connect(weir, receive_buffer=4096) for _ in range(CLIENTS)]
    request = b"GET /metrics HTTP/1.1\r\nHost: weir\r\nX-Slow: " + b"a" * 1000
    for reader in readers:
        reader.sendall(b"GET /metrics HTTP/1.1\r\nHost: weir\r\n\r\n")
    try:
        for second in range(3):
            began = time.monotonic()
            # Where this machine is slower than that, some have had their time, and are cut off.
            with contextlib.suppress(ConnectionError):
                for sender in senders:
                    sender.sendall(request[second : second + 1])
            with contextlib.suppress(ConnectionError):
                for reader in readers:
                    reader.recv(1)
            feed(weir, truth, 1000, 100_000 + 1000 * second)
            metrics = counted(weir, truth)
            assert second or metrics.value("weir_http_connections") > CLIENTS
            assert weir.get("/-/healthy")[0] == 200
            time.sleep(max(0.0, began + 1 - time.monotonic()))
    finally:
        for client in senders + readers:
            client.close()
    weir.wait_metrics(lambda m: m.value("weir_http_connections") <= 2)


def test_stops_within_5_seconds_with_clients_in_the_middle_of_everything(weir):
    truth = Truth(OWN)
    feed(weir, truth, 30_000, 0)
    counted(weir, truth)
    clients = [connect(weir, receive_buffer=4096) for _ in range(20)]
    for number, client in enumerate(clients):
        end = b"\r\n" if number % 2 else b"X"
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: weir\r\n" + end)
    clients[1].recv(1)
    feed(weir, truth, 1000, 100_000)
    assert weir.stop(timeout=5) == 0
    for client in clients:
        client.close()


def test_sigint_stops_as_sigterm_does(weir):
    assert weir.stop(signal.SIGINT, timeout=5) == 0


def test_stops_within_5_seconds_while_the_broker_is_away(tmp_path, export):
    address = f"127.0.0.1:{free_port()}"
    weir = export("--brokers", address, "--topic", "flows", *ASN)
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    assert weir.stop(timeout=5) == 0
    with Kafka(tmp_path) as broker:
        broker.create_topic("flows", 3)
        weir = export("--brokers", broker.brokers, "--topic", "flows", *ASN)
        weir.wait_ready()
        broker.kill()
        weir.wait_for_url(weir.url + "/-/ready", status=503)
        assert weir.stop(timeout=5) == 0
        broker.start()
        weir = export("--brokers", broker.brokers, "--topic", "flows", *ASN)
        weir.wait_ready()
        broker.pause()  # accepts connections, answers nothing
        assert weir.stop(timeout=5) == 0


def test_unknown_paths_are_404_and_wrong_methods_405(weir):
    def ask(method, path, headers=b""):
        with connect(weir) as client:
            client.sendall(
                b"%s %s HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n%s\r\n"
                % (method, path, headers)
            )
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), head, body

    for path in (b"/metric", b"/metrics/", b"/favicon.ico", b"/../etc/passwd", b"//"):
        assert ask(b"GET", path)[0] == 404, path
    for path in (b"/metrics", b"/", b"/-/healthy", b"/-/ready"):
        status, head, _ = ask(b"POST", path, b"Content-Length: 0\r\n")
        assert status == 405 and b"Allow: GET, HEAD" in head, path
        assert ask(b"DELETE", path)[0] == 405, path
        assert ask(b"GET", path + b"?x=1")[0] == 200, path
        status, head, body = ask(b"HEAD", path)
        assert status == 200 and not body and b"Content-Length" in head, path
    assert ask(b"GET", b"/-/reload")[0] == 405
    assert ask(b"POST", b"/-/reload", b"Content-Length: 0\r\n")[0] == 403
    assert ask(b"GET", b"/metrics", b"X: " + b"y" * 100_000 + b"\r\n")[0] in (413, 431)
    assert weir.get("/metrics")[0] == 200


@pytest.mark.parametrize(
    "words, message",
    [
        (["export", "--brokrs", "x:1", "--topic", "y"], "Did you mean --broker"),
        (["export", "-topicc=y", "--brokers", "x:1"], "Did you mean --topic"),
        (["exprot"], "export"),
        (["export"], "--brokers"),
        (["export", "--brokers", "x:1"], "--topic"),
        (["export", "--topic", "y"], "--brokers"),
        (["export", "--from", "x", "--brokers", "x:1", "--topic", "y"], "--from"),
        (["export", "--from", "-", "--asn", "AS-1"], "--asn"),
        (["export", "--from", "-", "--asn", "4294967296"], "--asn"),
        (["export", "--from", "-", "--max-series", "many"], "--max-series"),
        (["export", "--from", "-", "--where", "src_as ="], "--where"),
        (["export", "--from", "-", "--where", "srcas == 1"], "src_as"),
        (["export", "--from", "-", "--format", "jsn"], "json"),
        (["export", "--from", "-", "--as-names", "missing.txt"], "--as-names"),
        (["export", "--from", "-", "--web.listen-address", "nowhere"], "--web.listen-address"),
        (["export", "--from", "-", "--log.level", "loud"], "--log.level"),
        (["export", "--brokers", "x:1", "--topic", "y", "--start", "yesterday"], "--start"),
        (["export", "--brokers", "x:1", "--topic", "y", "--partitions", "1,x"], "--partitions"),
        (["export", "--brokers", "x:1", "--topic", "a b"], "--topic"),
        (["export", "--brokers", "x:1", "--topic", "y", "-X", "no.such=1"], "no.such"),
        (["export", "--brokers", "x:1", "--topic", "y", "-X", "group.id=1"], "group.id"),
        (["export", "--from", "-", "stray"], "stray"),
        (["export", "--from", "-", "--group", "later"], "--group"),
    ],
)
def test_wrong_words_end_with_2_and_say_what_to_do(tmp_path, words, message):
    done = run(*words, folder=tmp_path, timeout=10)
    assert done.exit_status == 2
    assert message in done.err
    assert not done.out


def test_a_port_in_use_is_told_with_its_flag(weir, tmp_path):
    """Status 1: the flag is right, and the same words work once the port is free."""
    done = run(
        "export", "--from", "-", *ASN, "--as-names", "none",
        "--web.listen-address", f"127.0.0.1:{weir.port}", folder=tmp_path, timeout=10,
    )  # fmt: skip
    assert done.exit_status == 1
    assert "--web.listen-address" in done.err and str(weir.port) in done.err


def test_help_and_version_are_for_standard_output(tmp_path):
    for words, expected in (
        (["--version"], "weir 0."), (["--help"], "export"), (["-h"], "export"),
        (["export", "--help"], "--max-series"), (["export", "-h"], "--broker"),
    ):  # fmt: skip
        done = run(*words, folder=tmp_path, timeout=10)
        assert (done.exit_status, done.err) == (0, "")
        assert expected in done.out


def test_several_addresses_serve_the_same(export):
    other = free_port()
    weir = export("--from", os.devnull, *ASN, "--addr", f"127.0.0.1:{other}")
    weir.wait_ready()
    weir.wait_for_port(other)
    with socket.create_connection(("127.0.0.1", other), 5 * PATIENCE) as client:
        client.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
        assert b" 200 " in client.recv(4096)


def test_reloading_by_http_has_to_be_allowed(export, tmp_path):
    (tmp_path / "names.txt").write_text("6939 HURRICANE, US\n")
    weir = export(
        "--from", "-", *ASN, "--web.enable-lifecycle", "--as-names", tmp_path / "names.txt",
        stdin=subprocess.PIPE,
    )  # fmt: skip
    weir.wait_metrics(lambda m: m.value("weir_as_names") == 1)
    (tmp_path / "names.txt").write_text("6939 HURRICANE, US\n15169 GOOGLE, US\n")
    with connect(weir) as client:
        client.sendall(b"POST /-/reload HTTP/1.1\r\nHost: weir\r\nContent-Length: 0\r\n\r\n")
        assert b" 200 " in client.recv(4096)
    assert weir.metrics().value("weir_as_names") == 2


def test_the_demonstration_shows_traffic_in_both_directions(export):
    weir = export("--demo", "--demo.rate", "5000")
    weir.wait_ready()
    metrics = weir.wait_metrics(lambda m: m.value("weir_records_total") > 1000)
    assert len(metrics[RECEIVE]) > 50 and len(metrics["flow_transmit_bytes_total"]) > 50
    assert metrics["weir_records_unaccounted"] == {frozenset(): 0}
    assert (ROOT / "dev").exists() and "http://127.0.0.1" in weir.out
