"""Two million label sets against a cap of ten thousand: bounded in memory, exact in sum."""

import array
import random
import subprocess

from support.truth import METRICS, check_sums, key

OWN = 64500
CAP = 10_000
RECORDS = 2_000_000


def random_pairs(rng, count):
    """JSON lines of random AS pairs, every other one in each direction, and their sums."""
    numbers = array.array("I", rng.randbytes(8 * count))
    others, octets = numbers[::2], numbers[1::2]
    lines = []
    for at in range(0, count, 2):
        lines.append(f'{{"as_src":{others[at]},"as_dst":{OWN},"bytes":{octets[at]}}}\n')
        lines.append(f'{{"as_src":{OWN},"as_dst":{others[at + 1]},"bytes":{octets[at + 1]}}}\n')
    return "".join(lines).encode(), (sum(octets[::2]), sum(octets[1::2]))


def test_two_million_random_pairs_fit_a_cap_of_ten_thousand(export):
    rng = random.Random(1)
    weir = export(
        "--from", "-", "--asn", OWN, "--max-series", CAP, stdin=subprocess.PIPE
    )  # fmt: skip
    weir.wait_ready()
    totals = [0, 0]
    resident = []
    for half in (1, 2):
        lines, sums = random_pairs(rng, RECORDS // 2)
        totals = [total + added for total, added in zip(totals, sums)]
        weir.stdin.write(lines)
        weir.stdin.flush()
        wanted = RECORDS // 2 * half
        metrics = weir.wait_metrics(
            lambda m, wanted=wanted: m.value("weir_records_total") == wanted, timeout=120
        )
        resident.append(metrics.value("process_resident_memory_bytes"))
        for name, total in zip(METRICS, totals):
            assert len(metrics[name]) == CAP + 1
            other = key("other", "other", "other", {"other": "other"})
            assert metrics[name][other] > 0
            assert metrics.value(name) == total
            assert metrics.value("weir_metric_value_total", metric=name) == total
            capped = metrics.value("weir_series_capped_total", metric=name)
            assert capped == wanted // 2 - CAP, "as many as distinct pairs, which they nearly all are"
        check_sums(metrics)
    assert resident[1] <= resident[0] + 4 * 2**20, "memory grows with what is capped"
