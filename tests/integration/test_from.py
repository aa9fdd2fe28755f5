"""`--from`: JSON lines from a file, a pipe or standard input."""

import os
import subprocess

import pytest

from servers.process import wait_until
from servers.weir import run
from support.messages import OWN, broken, dumps, numbered, odd_messages, pmacct, sound
from support.truth import RECEIVE, Truth

ASN = ("--asn", ",".join(map(str, OWN)))


def finish(weir, truth):
    expected = sum(truth.messages.values())
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") >= expected)
    truth.check(metrics)
    return metrics


def truth_of(messages, source):
    truth = Truth(OWN)
    for message in messages:
        truth.add(message, str(source))
    return truth


def test_odd_lines_of_a_file_add_up_to_the_truth_and_it_keeps_serving(export, tmp_path):
    """Blank lines are skipped here; a message of several lines is several messages."""
    path = tmp_path / "flows.json"
    messages = [
        message
        for message in odd_messages(7, 500)
        if message.value and message.value.strip() and b"\n" not in message.value
    ]
    assert len(messages) > 400
    path.write_bytes(b"\n".join(message.value for message in messages))  # none behind the last
    weir = export("--from", path, *ASN, "--format", "json")
    metrics = finish(weir, truth_of(messages, path))
    assert metrics.value("weir_consumer_lag") == 0
    assert metrics.value("weir_consumer_offset") == path.stat().st_size
    weir.wait_ready()
    assert finish(weir, truth_of(messages, path))[RECEIVE] == metrics[RECEIVE]
    assert weir.stop() == 0


def test_lines_end_with_lf_or_crlf_and_blank_ones_are_no_messages(export, tmp_path):
    path = tmp_path / "flows.json"
    messages = numbered(3)
    path.write_bytes(b"\r\n\r\n  \n".join(message.value for message in messages) + b"\r\n\n")
    finish(export("--from", path, *ASN), truth_of(messages, path))


def test_a_line_above_16_mib_is_refused_and_the_next_one_counts(export, tmp_path):
    path = tmp_path / "flows.json"
    before, after = numbered(1), numbered(1, first=5)
    large = sound(dumps({**pmacct(3, OWN[0], 10**15), "pad": "x" * (15 << 20)}))
    too_long = broken(dumps({**pmacct(2, OWN[0], 10**15), "pad": "x" * (17 << 20)}), "too_long")
    messages = before + [too_long, large] + after
    path.write_bytes(b"".join(message.value + b"\n" for message in messages))
    weir = export("--from", path, *ASN)
    metrics = finish(weir, truth_of(messages, path))
    assert len(metrics[RECEIVE]) == 3


def test_standard_input_that_stays_open_is_shown_as_it_comes(export):
    weir = export("--from", "-", *ASN, stdin=subprocess.PIPE)
    weir.wait_ready()
    truth = Truth(OWN)
    for first in (0, 10, 20):
        for message in numbered(10, first=first):
            weir.stdin.write(message.value + b"\n")
            truth.add(message, "-")
        weir.stdin.flush()
        finish(weir, truth)
    weir.stdin.write(numbered(1, first=50)[0].value)  # its end may still come
    weir.stdin.flush()
    assert finish(weir, truth).value("weir_records_total") == 30
    weir.stdin.close()
    truth.add(numbered(1, first=50)[0], "-")
    finish(weir, truth)
    weir.wait_ready()
    assert weir.stop() == 0


def test_a_named_pipe_waits_for_its_writer(export, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    weir = export("--from", path, *ASN)
    weir.wait_ready()
    messages = numbered(50)
    with open(path, "wb") as writer:
        writer.write(b"".join(message.value + b"\n" for message in messages))
    finish(weir, truth_of(messages, path))


def test_stops_while_standard_input_is_open_and_while_a_large_file_is_read(export, tmp_path):
    weir = export("--from", "-", *ASN, stdin=subprocess.PIPE)
    weir.wait_ready()
    assert weir.stop(timeout=5) == 0
    path = tmp_path / "flows.json"
    path.write_bytes((numbered(1)[0].value + b"\n") * 500_000)
    weir = export("--from", path, *ASN)
    weir.wait_for(lambda: weir.metrics().value("weir_records_total") > 0, what="reading")
    assert weir.stop(timeout=5) == 0


@pytest.mark.parametrize("path", ["missing/flows.json", "."])
def test_what_cannot_be_read_is_a_wrong_flag(tmp_path, path):
    done = run("export", "--from", path, *ASN, "--as-names", "none", folder=tmp_path)
    assert done.exit_status == 2
    assert "--from" in done.err and path in done.err
    wait_until(lambda: not done.running)
