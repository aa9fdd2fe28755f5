"""What a state folder asks of who starts with it: one at a time, writable, of the same meaning."""

import re
import subprocess
from collections import Counter

import pytest

from servers.weir import Weir
from support.exact import Trial, wait_for_exit


@pytest.fixture
def trial(kafka, topic, tmp_path):
    """An exporter that has read some records."""
    with Trial(kafka, tmp_path, topic(2), partitions=2) as trial:
        trial.start(wait=True)
        trial.feed().pause().send(2000)
        trial.check()
        yield trial


def other(trial, *words, name="other", **settings):
    """Another exporter of the same topic, in the same folder, which is not started yet."""
    return Weir("export", "--brokers", trial.kafka.brokers, "--topic", trial.topic, "--start", "earliest",
                "--as-names", "none", *words, folder=trial.folder, name=name, **settings)  # fmt: skip


def test_a_second_one_on_the_same_folder_ends_and_says_why(trial):
    second = other(trial, "--asn", "64500,64501", "--state-dir", trial.state)
    with second:
        wait_for_exit(second, 1, str(trial.state), f"process {trial.weir.pid}", "--state-dir")
    trial.feeds[0].send(500)
    trial.check()


def test_two_topics_have_two_folders(trial, kafka, topic):
    name = topic()
    third = other(trial, "--asn", "64500", "--topic", name, "--state-dir", trial.state)
    with third:
        third.wait_for(third.metrics, what="being scraped")


def test_a_changed_meaning_is_refused_and_restarted_if_asked_for(trial, tmp_path):
    trial.stop()
    changed = other(trial, "--asn", "64500", "--state-dir", trial.state)
    with changed:
        wait_for_exit(changed, 2, "64500, 64501", r"\[64500\]", "--on-config-change")
    before = Counter(trial.scraper.last)
    trial.feeds[0].send(2000)

    # Counters begin anew, reading goes on.
    trial.weir.command += ["--on-config-change", "restart"]
    trial.weir.command += ["--where", "bytes > 0"]
    trial.scraper.forgive()
    trial.start(wait=True)
    trial.settle()
    after = trial.scraper.last
    names = ("flow_receive_bytes_total", "flow_transmit_bytes_total")
    both = Counter({k: v for k, v in after.items() if k[0] in names})
    both.update({k: v for k, v in before.items() if k[0] in names})
    expected = {k: v for k, v in trial.expected().items() if k[0] in names}
    assert dict(both) == expected, trial.report()
    assert not trial.scraper.problems

    # The new meaning is the one that counts from now on.
    trial.kill()
    trial.start(wait=True)
    trial.scraper.fresh()
    assert {k: v for k, v in trial.scraper.last.items() if k[0] in names} == {
        k: v for k, v in after.items() if k[0] in names
    }
    assert not trial.scraper.problems


@pytest.fixture
def read_only(tmp_path):
    """A folder that even root cannot write in."""
    path = tmp_path / "read-only"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", path],
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        pytest.skip(f"cannot mount a read-only tmpfs: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", "--lazy", path], check=True)


def test_a_named_folder_that_cannot_be_written_ends_it(kafka, topic, read_only, tmp_path):
    words = ("--brokers", kafka.brokers, "--topic", topic(), "--as-names", "none")
    file = tmp_path / "file"
    file.touch()
    for number, state in enumerate((read_only, read_only / "state", file, file / "state")):
        weir = Weir("export", *words, "--state-dir", state, folder=tmp_path, name=f"weir{number}")
        with weir:
            wait_for_exit(weir, 2, re.escape(str(state)), "--state-dir")


def test_a_default_folder_that_cannot_be_written_is_done_without_after_a_warning(
    kafka, topic, read_only, tmp_path
):
    words = ("--brokers", kafka.brokers, "--topic", topic(), "--as-names", "none")
    own = tmp_path / "own"
    own.mkdir()
    (own / "weir-state").touch()  # stands in the way
    inherited = {"STATE_DIRECTORY": str(read_only)}
    for folder, env, name in ((own, {}, "weir-state"), (tmp_path, inherited, str(read_only))):
        weir = Weir("export", *words, folder=folder, env={"STATE_DIRECTORY": "", **env})
        with weir:
            weir.wait_for(weir.metrics, what="being scraped")
            warnings = [line for line in weir.err.splitlines() if "level=warn" in line]
            assert any(name in line for line in warnings), weir.err
