"""A disk that is full: what is shown stands still, reading pauses, and it catches up by itself."""

import subprocess

import pytest

from support.exact import Trial


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MB."""
    path = tmp_path / "small"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", path], capture_output=True,
                          text=True)  # fmt: skip
    if done.returncode:
        pytest.skip(f"cannot mount a small tmpfs: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", "--lazy", path], check=True)


def fill(folder):
    """Takes all the room there is; returns the file that does."""
    ballast = folder / "ballast"
    with open(ballast, "ab", buffering=0) as file:
        try:
            for size in (65536, 4096, 1):
                while True:
                    if file.write(bytes(size)) < size:
                        break
        except OSError:
            pass
    return ballast


def fill_until_it_is_felt(trial, folder):
    """As fill, again and again: an old file that the exporter deletes makes room once more."""

    def felt():
        fill(folder)
        return b"No space left" in trial.weir.get("/-/ready")[2]

    trial.weir.wait_for(felt, what="seeing that the disk is full")
    return fill(folder)


def test_a_full_disk_stops_what_is_shown_and_room_mends_it(kafka, topic, small_disk, tmp_path):
    state = small_disk / "state"
    with Trial(kafka, tmp_path, topic(3), "--max-pending", "4000", state=state) as trial:
        trial.start(wait=True)
        trial.feed()
        trial.scraper.fresh()
        ballast = fill_until_it_is_felt(trial, small_disk)
        why = trial.wait_stuck()
        assert "No space left" in why and str(state) in why, why
        trial.weir.wait_for_text("No space left on device")

        frozen = dict(trial.scraper.fresh())
        trial.weir.wait_for_text("reading pauses")
        assert trial.scraper.fresh() == frozen
        assert trial.weir.get("/-/healthy")[0] == 200
        shown = trial.weir.metrics()
        assert shown.value("weir_reading_paused") == 1
        assert 4000 <= shown.value("weir_pending_messages") < 10_000
        assert shown.value("weir_commit_failures_total") > 0

        ballast.unlink()
        trial.weir.wait_ready()
        trial.check()
        shown = trial.weir.metrics()
        assert shown.value("weir_reading_paused") == 0
        assert shown.value("weir_pending_messages") == 0

        # Killed while the disk is full, it still serves what it had shown.
        trial.feeds[0].resume()
        trial.scraper.fresh()
        ballast = fill_until_it_is_felt(trial, small_disk)
        trial.kill()
        trial.start(wait=True)
        ballast.unlink()
        trial.weir.wait_ready()
        trial.check()
        trial.check_topic().check_history()


def test_a_limit_on_the_size_of_files_is_like_a_full_disk(kafka, topic, tmp_path):
    with Trial(kafka, tmp_path, topic(2), "--max-pending", "4000", partitions=2) as trial:
        trial.start(wait=True)
        trial.feed()
        trial.scraper.fresh()
        limit = trial.files("log-*")[-1].stat().st_size + 1000
        subprocess.run(["prlimit", "--pid", str(trial.weir.pid), f"--fsize={limit}:"], check=True)
        trial.wait_stuck()
        subprocess.run(["prlimit", "--pid", str(trial.weir.pid), "--fsize=unlimited:"], check=True)
        trial.weir.wait_ready()
        trial.check()
        trial.check_topic().check_history()
