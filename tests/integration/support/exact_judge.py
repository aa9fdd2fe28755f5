"""What becomes of the records of a topic, told by json.loads alone: the truth that exact counters are
held against, whoever made the records."""

import json
from collections import Counter

from support.truth import RECEIVE, TRANSMIT

OWN = (64500, 64501)
_LARGEST = {"as_src": 2**32 - 1, "as_dst": 2**32 - 1, "bytes": 2**64 - 1}


class Sums:
    """Counters that exact tests compare: {(metric name, (label value, …)): number}, without those
    that are 0. The label values of a flow metric are (source_as, destination_as, hostname)."""

    def __init__(self):
        self.counts = Counter()

    def add(self, topic, partition, value):
        """One message's records."""
        counts = self.counts
        counts["weir_messages_total", (topic, str(partition))] += 1
        if value and not any(line.startswith(b'{"') for line in value.split(b"\n")):
            counts["weir_records_total", (topic,)] += 1
            counts["weir_records_refused_total", ("unknown_format",)] += 1
            return
        for record in (value or b"").split(b"\n"):
            counts["weir_records_total", (topic,)] += 1
            self._record(record)

    def _record(self, record):
        counts = self.counts
        what, outcome = _judge(record)
        if what != "counted":
            counts[f"weir_records_{what}_total", (outcome,)] += 1
            return
        metric, labels, octets = outcome
        counts[metric, labels] += octets
        counts["weir_metric_value_total", (metric,)] += octets
        counts["weir_records_counted_total", ()] += 1

    def __iadd__(self, other):
        self.counts.update(other.counts)
        return self


def _judge(record):
    """("counted", (metric, labels, bytes)), or ("filtered" or "refused", reason)."""
    try:
        value = json.loads(record)
    except ValueError:
        return "refused", "not_json" if record else "empty"
    if not isinstance(value, dict):
        return "refused", "not_object"
    if value.get("event_type") in ("purge_init", "purge_close"):
        return "filtered", "marker"
    for name, largest in _LARGEST.items():
        number = value.get(name, 0)
        if type(number) is not int:
            return "refused", "wrong_type"
        if not 0 <= number <= largest:
            return "refused", "out_of_range"
    if "bytes" not in value:
        return "filtered", "event"
    source, target = value.get("as_src", 0), value.get("as_dst", 0)
    if source not in OWN and target not in OWN:
        return "filtered", "no_metric"
    labels = (str(source), str(target), value.get("label", ""))
    return "counted", (TRANSMIT if source in OWN else RECEIVE, labels, value["bytes"])


def judged(topic, parts):
    """The Sums of whole partitions: {partition: [message, …]}."""
    sums = Sums()
    for partition, messages in parts.items():
        for message in messages:
            sums.add(topic, partition, message)
    return sums
