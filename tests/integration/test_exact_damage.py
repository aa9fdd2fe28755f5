"""Files of the state folder that are cut, flipped or gone between two runs."""

import random
import re

import pytest

from support.exact import Trial


@pytest.fixture
def trial(kafka, topic, tmp_path):
    with Trial(kafka, tmp_path, topic(3)) as trial:
        trial.start(wait=True)
        trial.feed()
        yield trial


def commits(trial, count=2):
    """Waits for some more commits."""
    for _ in range(count):
        trial.wait_news()


def newest_log(trial):
    return trial.files("log-*")[-1]


def test_a_commit_that_was_not_finished_costs_nothing_that_was_shown(trial):
    rng = random.Random(1)
    for _ in range(6):
        commits(trial, 1)
        trial.kill()
        log = newest_log(trial)
        whole = log.read_bytes()
        # A crash leaves the beginning of a commit that looks like those before it, or rubbish.
        start = rng.randrange(len(whole) // 2, len(whole))
        tail = rng.choice((whole[start:], whole[-rng.randrange(1, 200) :], bytes(4096), rng.randbytes(77)))
        log.write_bytes(whole + tail[: rng.randrange(1, len(tail) + 1)])
        trial.start(wait=True)
    trial.check()
    trial.check_topic().check_history()


def test_a_log_cut_anywhere_in_its_tail_goes_back_to_a_whole_commit(trial):
    rng = random.Random(2)
    for number in range(7):
        commits(trial, 1)
        trial.kill()
        log = newest_log(trial)
        size = log.stat().st_size
        with open(log, "r+b") as file:
            file.truncate(size - rng.randint(1, min(size // 2, 30_000 if number % 2 else 40)))
        trial.scraper.forgive()  # what was durable has been taken away
        trial.start(wait=True)
    trial.check()
    trial.check_topic().check_history()


def test_flipped_bits_are_set_aside_and_told_and_read_again(trial):
    rng = random.Random(3)
    told = 0
    for _ in range(7):
        commits(trial, 1)
        trial.kill()
        path = rng.choice([path for path in trial.files() if path.stat().st_size])
        content = bytearray(path.read_bytes())
        at = rng.randrange(len(content))
        content[at] ^= 1 << rng.randrange(6)
        path.write_bytes(content)
        trial.scraper.forgive()
        lines = len(trial.weir.err.splitlines())
        trial.start(wait=True)
        new = trial.weir.err.splitlines()[lines:]
        told += any(re.search(r"level=(warn|error).*(damaged|cut|set aside)", line) for line in new)
    assert told >= 3, f"{told} of 7 were told of\n{trial.weir.err}"
    trial.check()
    trial.check_topic().check_history()


def test_without_any_of_its_files_it_begins_anew(trial):
    commits(trial)
    trial.kill()
    for path in trial.files():
        path.unlink()
    trial.scraper.forgive()
    trial.start(wait=True)
    trial.check()
    trial.check_topic().check_history()
