"""`--from` a file with a state folder: killed and started again, it goes on where it was."""

import random
import time

from servers.process import wait_until
from servers.weir import Weir
from support.exact import differing
from support.exact_feed import Records
from support.exact_judge import OWN, Sums
from support.scraper import Scraper

ROUNDS = 8


def test_killed_while_it_reads_a_file_that_grows_it_counts_each_line_once(tmp_path):
    rng = random.Random(8)
    records, truth = Records(8), Sums()
    path = tmp_path / "flows.json"
    weir = Weir("export", "--from", path, "--asn", ",".join(map(str, OWN)), "--as-names", "none",
                "--state-dir", tmp_path / "state", folder=tmp_path)  # fmt: skip
    scraper = Scraper(weir.port, 0.02)
    scraper.start()
    try:
        for number in range(ROUNDS):
            messages = [records.message()[0] for _ in range(rng.randrange(1, 5000))]
            lines = [line for message in messages for line in message.split(b"\n")]
            with open(path, "ab") as file:
                file.write(b"\n".join(lines) + b"\n")
            for line in lines:
                truth.add(str(path), "", line)
            weir.start()
            if number < ROUNDS - 1:
                time.sleep(rng.uniform(0, 0.3))
                weir.kill()
        size = path.stat().st_size
        wait_until(lambda: list(scraper.values("weir_consumer_offset").values()) == [size], 60)
        scraper.fresh()
        shown, expected = (
            {key: value for key, value in counts.items() if key[0] != "weir_messages_total"}
            for counts in (scraper.last, truth.counts)
        )
        assert not differing(shown, expected)
        assert not scraper.problems
        assert len(scraper.changes) > 2, "some of it was shown in between"
        assert weir.stop() == 0
    finally:
        scraper.stop()
        weir.stop()
