"""What `weir stream` remembers of what it has sent, and which windows it sends: state file and
ledger, both nights of the year when clocks are set, two at once, and windows that come with time."""

import re

import pytest

from servers.weir import Weir
from support.stream import DAYS, FakeNfdump, Streamer, lay_three, minutes_of, trouble, values, window

ROWS = 50


# State and ledger


def ledger_of(process):
    return re.search(r" ledger=(\S+)", process.err)[1]


def test_a_window_that_never_succeeds_is_left_behind_and_accounted_for(kafka, topic, fake, tmp_path):
    words = [*DAYS, "--give-up", "24h", "--follow"]
    name = topic()
    (tmp_path / "last").write_text(window(4))
    expected = [*fake.lay(window(3), ROWS), *fake.lay(window(1), ROWS)]
    flags = ["--brokers", kafka.brokers, "--topic", name, "--ledger", name, "--command", fake.command]
    with Weir("stream", *flags, *words, folder=tmp_path) as weir:
        metrics = weir.wait_metrics(lambda m: m.value("weir_windows_sent_total") == 2)
        assert metrics.value("weir_windows_skipped_total", reason="given_up") == 1
        assert metrics.value("weir_windows_skipped_total") == 1
        assert metrics.value("weir_window_failures_total", reason="exit_status") == 1
    assert [record.value for record in kafka.consume(name)] == expected
    offset, note = kafka.committed(name, name, 0)
    assert note == f"window={window(1)} rows={ROWS} skipped=1 {window(2)}"
    assert offset == minutes_of(window(1))
    assert re.search(f"given up.* window={window(2)} reason=exit_status", weir.err)


def test_too_many_missed_windows_are_left_out_with_a_warning(kafka, stream, fake):
    stream.last = window(100)
    expected = lay_three(fake)
    done = stream.run("--max-catch-up", "3")
    assert done.exit_status == 0, done.err
    assert values(kafka, stream) == expected
    (line,) = [line for line in trouble(done) if "--max-catch-up" in line]
    assert "left_out=96" in line and f"first={window(3)}" in line


def test_where_the_ledger_has_expired_the_file_decides(kafka, stream, fake):
    expected = lay_three(fake)
    first = stream.run()
    ledger = ledger_of(first)
    stream.last = window(2)
    done = stream.run()
    assert done.exit_status == 0
    assert stream.last == window(1), "the ledger is ahead: nothing is sent again"
    assert "the ledger is ahead of the state file" in done.err
    assert values(kafka, stream) == expected
    kafka.delete_offsets(ledger, stream.topic)
    assert kafka.committed(ledger, stream.topic, 0) is None
    stream.last = window(2)
    done = stream.run()
    assert done.exit_status == 0
    assert re.search("level=warn .*the file decides.* ledger=none", done.err)
    assert values(kafka, stream) == expected + expected[-ROWS:], "as the file says"
    assert kafka.committed(ledger, stream.topic, 0)[0] == minutes_of(window(1))


@pytest.mark.parametrize(
    "rubbish",
    ["yesterday", "", "202613010000", "2026112123050", "\0" * 12],
    ids=["word", "empty", "month-13", "a-digit-more", "zeros"],
)
def test_rubbish_in_the_state_file_is_an_error_that_leaves_it_alone(kafka, stream, fake, rubbish):
    lay_three(fake)
    stream.last = rubbish
    done = stream.run()
    assert done.exit_status == 2
    assert stream.last == rubbish
    assert "last" in done.err and "YYYYmmddHHMM" in done.err, done.err
    assert values(kafka, stream) == []


# The clock


def prague(kafka, topic, tmp_path, fake, last, names):
    """A stream in that zone from a window of the past on, with files of these names and no more."""
    streamer = Streamer(kafka.brokers, topic, tmp_path, fake.command, "--timezone", "Europe/Prague",
                        "--max-catch-up", "10000000", days=False)  # fmt: skip
    streamer.last = last
    expected = [message for name in names for message in fake.lay(name, 2)]
    done = streamer.run()
    assert done.exit_status == 1, "the window after these has no file"
    assert streamer.last == names[-1]
    assert values(kafka, streamer) == expected
    return streamer


def names_of(first, last):
    """Names of five-minute windows of a day, as the clock's face counts."""
    return [f"{first[:8]}{n // 12:02}{n % 12 * 5:02}" for n in range(288)
            if first[8:] <= f"{n // 12:02}{n % 12 * 5:02}" <= last[8:]]  # fmt: skip


def test_the_repeated_hour_of_october_is_sent_once(kafka, topic, tmp_path, fake):
    names = names_of("202610250100", "202610250400")
    assert len(names) == 37
    prague(kafka, topic(), tmp_path, fake, "202610250055", names)


def test_the_hour_that_march_has_not_is_not_waited_for(kafka, topic, tmp_path, fake):
    names = [*names_of("202603290130", "202603290155"), *names_of("202603290300", "202603290330")]
    streamer = prague(kafka, topic(), tmp_path, fake, "202603290125", names)
    range_of = ["--since", "202603290150", "--until", "202603290305"]
    done = streamer.run(*range_of)
    assert done.exit_status == 0, done.err
    assert len(values(kafka, streamer)) == 2 * len(names) + 2 * 4, "again: 01:50 01:55 03:00 03:05"
    assert streamer.last == names[-1]


# Two at once


def test_two_on_one_ledger_fence_each_other(kafka, topic, tmp_path):
    """With a state file each, as on two machines."""
    name = topic()
    pair = []
    for number in range(2):
        folder = tmp_path / str(number)
        fake = FakeNfdump(folder)
        expected = lay_three(fake, rows=ROWS)
        streamer = Streamer(kafka.brokers, name, folder, fake.command, "--ledger", name)
        streamer.last = window(4)
        pair.append((fake, streamer))
    (slow, first), (_, second) = pair
    held = f": > began; until [ -e {slow.folder}/go ]; do sleep 0.1; done"
    slow.behave(before=f"if [ $name = {window(2)} ]; then {held}; fi")
    one = first.start()
    one.wait_for(lambda: (first.folder / "began").exists(), what="being in its second window")
    other = second.run()
    assert other.exit_status == 0, other.err
    assert second.last == window(1)
    (slow.folder / "go").touch()
    assert one.wait(30) == 1
    assert re.search(f"another weir stream has taken over the ledger {name}", one.err), one.err
    assert [record.value for record in kafka.consume(name)] == expected
    again = first.run()
    assert again.exit_status == 0, again.err
    assert first.last == window(1)
    assert [record.value for record in kafka.consume(name)] == expected


# Following


def test_a_window_whose_file_comes_late_is_sent_when_it_is_there(kafka, topic, fake, follow, tmp_path):
    name = topic()
    (tmp_path / "last").write_text(window(4))
    expected = lay_three(fake)
    late = fake.folder / window(1)
    late.rename(late.with_suffix(".late"))
    weir = follow(kafka, name, *DAYS)
    why = f"window {window(1)} cannot be sent".encode()
    weir.wait_for(lambda: why in weir.get("/-/ready")[2], what="saying why")
    metrics = weir.metrics()
    assert metrics.value("weir_windows_sent_total") == 2
    assert metrics.value("weir_windows_lag") == 1
    assert metrics.value("weir_window_failures_total", reason="exit_status") >= 1
    late.with_suffix(".late").rename(late)
    weir.wait_ready()
    metrics = weir.wait_metrics(lambda m: m.value("weir_windows_lag") == 0)
    assert metrics.value("weir_windows_sent_total") == 3
    assert metrics.value("weir_window_rows_total") == 3 * ROWS
    assert metrics.value("weir_window_bytes_total") == sum(map(len, expected))
    assert [record.value for record in kafka.consume(name)] == expected
