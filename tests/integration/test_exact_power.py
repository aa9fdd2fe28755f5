"""The power fails again and again: what was not synced is gone, and every counter is exact."""

import random

from support.exact import Trial, wait_for_exit
from support.powerloss import Disk

LOSSES = 22


def test_after_each_power_loss_nothing_falls_and_the_end_is_exact(kafka, topic, tmp_path):
    rng = random.Random(23)
    disk = Disk(tmp_path)
    with Trial(kafka, tmp_path, topic(3), state=disk.path / "state", env=disk.env) as trial:
        trial.start(wait=True)
        trial.feed()
        told = []
        for number in range(LOSSES):
            if number % 3 == 1:
                trial.wait_news()  # however slow this machine is, it gets somewhere
            trial.end(rng, gently=0.1)
            told.append(disk.lose_power(rng))
            trial.start()
            problems = len(trial.scraper.problems)
            assert not problems, "\n".join([*told, trial.report()])
        try:
            trial.check()
        except AssertionError as error:
            raise AssertionError("\n".join([*told, str(error)])) from None
        trial.check_topic().check_history()
        assert len(trial.scraper.changes) > LOSSES / 4, "it got nowhere between the losses"


def test_a_disk_that_refuses_to_sync_stops_what_is_shown_and_nothing_is_lost(kafka, topic, tmp_path):
    rng = random.Random(5)
    disk = Disk(tmp_path)
    with Trial(kafka, tmp_path, topic(3), state=disk.path / "state", env=disk.env) as trial:
        trial.start(wait=True)
        trial.feed()
        trial.scraper.fresh()
        for how in ("sync", "full", "sync"):
            disk.fail(how)
            trial.wait_stuck()
            frozen = dict(trial.scraper.fresh())
            assert trial.scraper.fresh() == frozen, "nothing is shown that is not durable"
            disk.fail(None)
            trial.weir.wait_ready()
            trial.wait(lambda: trial.scraper.last != frozen, "showing more")  # noqa: B023
            # What could not be synced once may be lost even if later calls succeeded.
            trial.kill()
            disk.lose_power(rng, "lost", "lost")
            trial.start(wait=True)
        trial.check()
        trial.check_topic().check_history()


def test_on_a_disk_that_fails_from_the_start_it_shows_nothing(kafka, topic, tmp_path):
    disk = Disk(tmp_path)
    with Trial(kafka, tmp_path, topic(3), state=disk.path / "state", env=disk.env) as trial:
        trial.start(wait=True)
        trial.feed()
        trial.scraper.fresh()
        trial.kill()
        disk.fail("sync")
        trial.weir.start()
        # What it reads may not have been synced by whoever wrote it, and it cannot do so either.
        wait_for_exit(trial.weir, 1, "--state-dir", "durable", "Input/output error")
        disk.fail(None)
        trial.start()
        trial.check()
        trial.check_topic().check_history()
