"""Two million label sets against a cap of ten thousand: bounded in memory, exact in sum."""

import array
import random
import subprocess

from support.truth import METRICS, assert_same_series, check_sums, key

OWN = 64500
CAP = 10_000
RECORDS = 2_000_000


class Capped:
    """Lines of random AS pairs to one own AS, or from it; what each series must then be."""

    def __init__(self, outward):
        self._format = (
            f'{{"as_src":{OWN},"as_dst":%d,"bytes":%d}}\n'
            if outward
            else f'{{"as_src":%d,"as_dst":{OWN},"bytes":%d}}\n'
        )
        self._outward = outward
        self._admitted = {}
        self._other = 0
        self.capped = 0

    def line(self, number, octets):
        if number in self._admitted:
            self._admitted[number] += octets
        elif len(self._admitted) < CAP:
            self._admitted[number] = octets
        else:
            self._other += octets
            self.capped += 1
        return self._format % (number, octets)

    def series(self):
        found = {
            key(OWN, number) if self._outward else key(number, OWN): value
            for number, value in self._admitted.items()
        }
        found[key("other", "other", "other", {"other": "other"})] = self._other
        return found


def test_two_million_random_pairs_fit_a_cap_of_ten_thousand(export):
    rng = random.Random(1)
    weir = export("--from", "-", "--asn", OWN, "--max-series", CAP, stdin=subprocess.PIPE)
    weir.wait_ready()
    truths = (Capped(outward=False), Capped(outward=True))
    resident = []
    for half in (1, 2):
        numbers = array.array("I", rng.randbytes(4 * RECORDS))
        lines = [
            truths[at % 2].line(numbers[2 * at], numbers[2 * at + 1]) for at in range(RECORDS // 2)
        ]
        weir.stdin.write("".join(lines).encode())
        weir.stdin.flush()
        wanted = RECORDS // 2 * half
        metrics = weir.wait_metrics(
            lambda m, wanted=wanted: m.value("weir_records_total") == wanted, timeout=120
        )
        resident.append(metrics.value("process_resident_memory_bytes"))
        for name, truth in zip(METRICS, truths):
            assert len(metrics[name]) == CAP + 1
            assert_same_series(metrics[name], truth.series(), name)
            assert metrics.value("weir_series_capped_total", metric=name) == truth.capped
            assert metrics.value("weir_series_limit", metric=name) == CAP
            assert truth.capped > wanted // 2 - CAP - 100
        check_sums(metrics)
    assert resident[1] <= resident[0] + 12 * 2**20, "memory grows with what is capped"
