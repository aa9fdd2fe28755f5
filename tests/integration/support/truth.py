"""What `weir export` must show for given records, with json.loads and Python's exact integers."""

import json
import re
from collections import Counter
from decimal import Decimal

RECEIVE = "flow_receive_bytes_total"
TRANSMIT = "flow_transmit_bytes_total"
METRICS = (RECEIVE, TRANSMIT)
REPLACEMENT = "\ufffd"

_MARKERS = ("purge_init", "purge_close")
_LIMITS = {"as_src": 2**32 - 1, "as_dst": 2**32 - 1, "bytes": 2**64 - 1}
_UNREPRESENTABLE = re.compile("[\ud800-\udfff\0]")  # lone surrogates; NUL ends a text elsewhere


class Refused(Exception):
    """The reason, as weir_records_refused_total has it."""


def _text(text):
    return _UNREPRESENTABLE.sub(REPLACEMENT, text)


def _number(value, largest):
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value != int(value):
        raise Refused("wrong_type")
    if not 0 <= value <= largest:
        raise Refused("out_of_range")
    return int(value)


def _one_label(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    raise Refused("wrong_type")


def _label(value):
    if isinstance(value, dict):
        return ",".join(f"{_text(key)}%{_one_label(item)}" for key, item in value.items())
    return _one_label(value)


def judge(record):
    """What becomes of one record that is whole JSON: a dict of as_src, as_dst, label and bytes,
    or the name of the reason why it is filtered. Raises Refused."""
    value = json.loads(record.decode("utf-8", "replace"), strict=False, parse_float=Decimal)
    if not isinstance(value, dict):
        raise Refused("not_object")
    if value.get("event_type") in _MARKERS:
        return "marker"
    flow = {"as_src": 0, "as_dst": 0, "label": ""}
    for key, item in value.items():
        if item is None:
            continue
        if key in _LIMITS:
            flow[key] = _number(item, _LIMITS[key])
        elif key == "label":
            flow[key] = _label(item)
    return flow if "bytes" in flow else "event"


def key(source, destination, hostname="", names=None):
    """A series' labels, as servers.metrics has them."""
    names = names or {}
    return frozenset(
        {
            "source_as": str(source),
            "source_as_name": names.get(source, ""),
            "destination_as": str(destination),
            "destination_as_name": names.get(destination, ""),
            "hostname": hostname,
        }.items()
    )


class Truth:
    """Adds up what given messages must lead to."""

    def __init__(self, own, names=None):
        self.own = set(own)
        self.names = names or {}
        self.series = {name: {} for name in METRICS}
        self.counted = 0
        self.filtered = Counter()
        self.refused = Counter()
        self.messages = Counter()  # by (topic, partition)
        self.records = Counter()  # by topic

    def add(self, message, topic="", partition=0):
        self.messages[topic, str(partition)] += 1
        for record, reason in message.records:
            self.records[topic] += 1
            if reason:
                self.refused[reason] += 1
            else:
                self._record(record)

    def _record(self, record):
        try:
            flow = judge(record)
        except Refused as refused:
            self.refused[str(refused)] += 1
            return
        if isinstance(flow, str):
            self.filtered[flow] += 1
        elif flow["as_src"] in self.own:
            self._count(TRANSMIT, flow)
        elif flow["as_dst"] in self.own:
            self._count(RECEIVE, flow)
        else:
            self.filtered["no_metric"] += 1

    def _count(self, metric, flow):
        labels = key(flow["as_src"], flow["as_dst"], flow["label"], self.names)
        value = self.series[metric].get(labels, 0) + flow["bytes"]
        if value >= 2**64:
            self.refused["overflow"] += 1
            return
        self.series[metric][labels] = value
        self.counted += 1

    def check(self, metrics):
        """Everything that `metrics` show of records is as it must be."""
        for name in METRICS:
            assert_same_series(metrics.get(name, {}), self.series[name], name)
        assert metrics.value("weir_records_counted_total") == self.counted
        for what, expected in (("filtered", self.filtered), ("refused", self.refused)):
            shown = by_label(metrics, f"weir_records_{what}_total", "reason")
            assert {reason: n for reason, n in shown.items() if n} == dict(expected)
        messages = by_label(metrics, "weir_messages_total", "topic", "partition")
        assert messages.keys() >= {place for place, n in self.messages.items() if n}
        assert {place: n for place, n in messages.items() if n} == {
            place: n for place, n in self.messages.items() if n
        }
        assert by_label(metrics, "weir_records_total", "topic") == dict(self.records)
        check_sums(metrics)


def assert_same_series(shown, expected, name):
    """As ==, but says what differs and not all that is the same."""
    missing = [(dict(k), v) for k, v in expected.items() if k not in shown]
    extra = [(dict(k), v) for k, v in shown.items() if k not in expected]
    wrong = [(dict(k), v, expected[k]) for k, v in shown.items() if expected.get(k, v) != v]
    assert not (missing or extra or wrong), (
        f"{name}: missing {missing[:5]} … {len(missing)}; extra {extra[:5]} … {len(extra)}; "
        f"(series, shown, true) {wrong[:5]} … {len(wrong)}"
    )


def by_label(metrics, name, *labels):
    """{value of the label, or a tuple of several labels' values: number}"""
    found = {}
    for series, value in metrics.get(name, {}).items():
        values = tuple(dict(series)[label] for label in labels)
        found[values if len(labels) > 1 else values[0]] = value
    return found


def check_sums(metrics):
    """What must add up in every exposition, whatever was read."""
    assert metrics["weir_records_unaccounted"] == {frozenset(): 0}
    outcomes = ("counted", "filtered", "refused")
    judged = sum(metrics.value(f"weir_records_{outcome}_total") for outcome in outcomes)
    assert metrics.value("weir_records_total") == judged
    for name in METRICS:
        total = metrics.value("weir_metric_value_total", metric=name)
        live = metrics.value("weir_series", metric=name, state="live")
        assert len(metrics.get(name, {})) == live
        if metrics.value("weir_series", metric=name, state="dormant") == 0:
            assert metrics.value(name) == total
