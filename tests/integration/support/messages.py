"""Messages as exporters put them on Kafka, sound and broken, the same ones in every run."""

import json
import random
from dataclasses import dataclass, field

OWN = (64500, 64501)
_OTHERS = (0, 15169, 6939, 2**32 - 1, 23456, 3320, 1299)
_LABELS = (
    "bdr1", "bdr2", "", 'a "quoted" one', "back\\slash", "two\nlines", "tab\tbed", "\u00fcber",
    "\U0001f600", "nul\0nul", "a,b={}", "\\n", "x" * 300, "trailing\\",
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """The bytes of one message; its records in order, each with the reason it is refused for
    where that cannot be told by reading it as JSON."""

    value: bytes | None
    records: tuple = field(default=())


def sound(*records, between=b"\n", end=b""):
    """A message of records that are whole JSON each."""
    return Message(between.join(records) + end, tuple((record, None) for record in records))


def broken(value, reason):
    """A message that is one refused record."""
    return Message(value, ((value, reason),))


def dumps(record, **settings):
    return json.dumps(record, **settings).encode()


def pmacct(as_src, as_dst, octets, label="bdr1"):
    """A record as pmacct prints one with its usual aggregation."""
    return {
        "event_type": "purge", "label": label, "as_src": as_src, "as_dst": as_dst,
        "as_path": "64500_3356_15169", "peer_ip_src": "192.0.2.1", "iface_in": 12,
        "ip_src": "198.51.100.7", "ip_dst": "2001:db8::1", "port_src": 443, "port_dst": 51234,
        "tcp_flags": "24", "ip_proto": "tcp", "tos": 0, "sampling_rate": 1000,
        "timestamp_start": "2026-01-02 03:04:05.678901", "stamp_inserted": "2026-01-02 03:04:00",
        "stamp_updated": "2026-01-02 03:05:01", "packets": 3, "bytes": octets,
        "writer_id": "default_kafka/4242",
    }  # fmt: skip


def numbered(count, octets=1000, own=OWN[0], first=0):
    """Plain messages, each a series of its own: from AS 1, 2, … to `own`, n + `octets` bytes."""
    return [
        sound(dumps(pmacct(1 + n, own, n + octets)))
        for n in range(first, first + count)
    ]  # fmt: skip


_UNKNOWN = (
    {"x": [1, {"bytes": 9}, None]}, [], {}, [[["deep"]]], None, True, -1.5e-7, "bytes", 10**30,
    "\u00fc\\\"", {"as_src": 1, "label": {"a": {}}},
)  # fmt: skip


def _record(rng):
    record = pmacct(
        rng.choice(OWN + _OTHERS), rng.choice(OWN + _OTHERS), rng.randrange(2**40),
        rng.choice(_LABELS),
    )  # fmt: skip
    for name in ("as_src", "as_dst", "bytes"):
        if rng.random() < 0.3:
            record[name] = str(record[name])
    shape = rng.randrange(10)
    if shape == 0:
        del record["label"]
    elif shape == 1:
        record["label"] = None
    elif shape == 2:
        record["label"] = {"site": rng.choice(_LABELS), "rack": rng.randrange(9)}
    elif shape == 3:
        del record[rng.choice(("as_src", "as_dst", "packets"))]
    elif shape == 4:
        del record["bytes"]
    elif shape == 5:
        record[rng.choice(("as_src", "as_dst", "bytes"))] = rng.choice(
            (2**64, 2**80, -1, 1.5, True, [], {}, "x", "", "-3", "12 ", None, 7.0, "1e3")
        )
    items = list(record.items())
    for n in range(rng.randrange(3)):
        items.insert(rng.randrange(len(items)), (f"unknown{n}", rng.choice(_UNKNOWN)))
    if rng.random() < 0.4:
        rng.shuffle(items)
    return dict(items)


def _spelled(record, rng):
    """The record's bytes in one of the ways writers print JSON."""
    style = rng.randrange(4)
    if style == 0:
        return dumps(record, separators=(",", ":"), ensure_ascii=False)
    if style == 1:
        return dumps(record, separators=(" ,\t", " : "))
    return dumps(record)


def _random_message(rng):
    if rng.random() < 0.7:
        return sound(_spelled(_record(rng), rng))
    records = [_spelled(_record(rng), rng) for _ in range(rng.randrange(2, 6))]
    return sound(*records, between=rng.choice((b"\n", b"", b" \r\n")), end=rng.choice((b"", b"\n")))


def _odd():
    whole = dumps(pmacct(64500, 15169, 52))
    with_bytes = whole.replace(b'"bytes": 52', b'"bytes": %s')
    with_label = whole.replace(b'"bdr1"', b'"%s"')
    yield sound(dumps({"event_type": "purge_init", "writer_id": "default_kafka/4242"}))
    yield sound(
        dumps({"event_type": "purge_close", "writer_id": "default_kafka/4242",
               "purged_entries": 3, "total_entries": 3, "duration": 0})
    )  # fmt: skip
    yield sound(dumps({"event_type": "log_init", "as_src": 64500}))
    yield sound(b"{}")
    # Bytes that are no UTF-8 cost neither the record nor the others of its message.
    for label in (b"M\xfcnchen", b"\xe2\x82", b"\xff\xfe", b"caf\xc3\xa9", b"\xed\xa0\x80",
                  b"\xc0\xaf"):  # fmt: skip
        yield sound(with_label % label)
    yield sound(with_label % b"Z\xfcrich", whole)
    for label in (rb"\u00e9\ud83d\ude00", rb"\ud800", rb"\udc00x", rb"\u0000", rb"\/\b\f\r",
                  b"\x01\x7f"):  # fmt: skip
        yield sound(with_label % label)
    yield sound(whole.replace(b'"bytes"', rb'"\u0062ytes"'))
    for octets in (b"18446744073709551616", b"1e30", b"-1", b"99999999999999999999999999999999"):
        yield sound(with_bytes % octets)
    for octets in (b"1.5", b"true", b"[]", b"{}", b'""', b'"x"', b'" 1"', b'"+1"', b'"0x1f"'):
        yield sound(with_bytes % octets)
    for octets in (b"null", b"5.0", b"1e3", b"0", b'"007"', b"9007199254740993"):
        yield sound(with_bytes % octets)
    yield sound(whole.replace(b"15169", b"4294967296"))
    yield sound(whole.replace(b'"bdr1"', b'["bdr1"]'))
    yield sound(whole.replace(b'"bdr1"', b'{"a": {"b": 1}}'))
    array = b"[" + whole + b", " + whole + b", 7]"
    yield Message(array, ((whole, None), (whole, None), (b"7", None)))
    yield from (sound(value) for value in (b"5", b'"text"', b"null", b"true", b"-1.5e3"))
    yield broken(b"[]", "not_object")
    yield from (broken(value, "empty") for value in (b"", None, b" ", b"\n\r\t "))
    for garbage in (b"hello", b"{bytes: 1}", b"\x00\x01\x02\xff", b'{"bytes": 01}', b"{'bytes': 1}",
                    b'{"bytes": 1,}', b'{"bytes": NaN}', b"\x00\x00\x00\x00\x01schema",
                    b'{"bytes": 1, "label": "\\x"}',
                    b'{"x": ' + b"[" * 500 + b"]" * 500 + b"}"):  # fmt: skip
        yield broken(garbage, "not_json")
    for size in (1, 2, 9, 40, len(whole) // 2, len(whole) - 5, len(whole) - 1):
        cut = whole[:size]
        yield broken(cut, "truncated")
        yield Message(
            whole + b"\n" + cut + b"\n" + whole + b"\n",
            ((whole, None), (cut, "truncated"), (whole, None)),
        )
    yield Message(
        whole + b"\nrubbish\n" + whole, ((whole, None), (b"rubbish", "not_json"), (whole, None))
    )


def odd_messages(seed, count):
    """Every odd kind several times, among `count` random ones, in random order."""
    rng = random.Random(seed)
    messages = [_random_message(rng) for _ in range(count)] + 3 * list(_odd())
    rng.shuffle(messages)
    return messages
