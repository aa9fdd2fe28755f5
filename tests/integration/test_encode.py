"""The forms of a row on Kafka, as docs/stream-records.md shows them, against Python's own packages and
the rules in docs/stream-records.cddl. That the encoder makes the very same bytes is a unit test."""

import datetime
import json
import re
import struct
from pathlib import Path

import cbor
import cbor2
import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = (DOCS / "stream-records.md").read_text(encoding="utf-8")
CDDL = (DOCS / "stream-records.cddl").read_text(encoding="utf-8")

TEXTS = {
    "first_seen": " 2026-11-21 23:00:12.345",
    "dst_ctr": "840",
    "duration": "12.500",
    "packets": "1234",
    "bytes": "567890",
    "pps": "98",
    "bps": "363449",
    "flows": "17",
}
SEEN = datetime.datetime(2026, 11, 21, 22, 0, 12, 345000, tzinfo=datetime.timezone.utc)
NUMBERS = {key: int(text) for key, text in TEXTS.items() if text.isdigit()}
VALUES = {**TEXTS, **NUMBERS, "duration": 12.5, "first_seen": SEEN}


def blocks(section, language):
    text = DOCUMENT.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def message(section):
    (block,) = blocks(section, "hex")
    return bytes.fromhex(block)


def rules():
    """{rule: its right side, a map's as {key: type}}"""
    text = re.sub(r";.*", "", CDDL)
    found = {}
    for name, right in re.findall(r"^([\w-]+) = (\{.*?\}|.*?)$", text, re.DOTALL | re.MULTILINE):
        if "\n" in right:
            right = dict(re.findall(r"(\w+): ([^,]+),", right))
        found[name] = right.strip() if isinstance(right, str) else right
    return found


def head(data, at):
    """(major type, argument, position behind) of a head that must be the shortest."""
    major, size = data[at] >> 5, data[at] & 31
    if size < 24:
        return major, size, at + 1
    width = 1 << (size - 24)
    argument = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    assert major == 7 or argument >= {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[width]
    return major, argument, at + 1 + width


def item(data, at):
    """(CDDL type, value, position behind), of the types that the rules use."""
    first = data[at]
    major, argument, behind = head(data, at)
    if major == 0:
        return "uint", argument, behind
    if major == 3:
        return "tstr", data[behind : behind + argument].decode(), behind + argument
    if major == 6:
        kind, value, end = item(data, behind)
        return f"#6.{argument}({kind})", value, end
    if first == 0xFB:
        return "float64", struct.unpack(">d", data[at + 1 : at + 9])[0], behind
    assert first == 0xF6
    return "null", None, behind


def entries(data):
    """[(key, CDDL type)] of a map, which must be all there is."""
    major, count, at = head(data, 0)
    assert major == 5
    found = []
    for _ in range(count):
        kind, key, at = item(data, at)
        assert kind == "tstr"
        kind, _, at = item(data, at)
        found.append((key, kind))
    assert at == len(data)
    return found


def allowed(choice, known):
    """All types that `number / null` allows, by the names the rules give."""
    types = set()
    for name in choice.split(" / "):
        types |= allowed(known[name], known) if name in known else {name}
    return types


def test_texts_are_byte_for_byte_those_of_pythons_package():
    assert message("cbor") == cbor.dumps(TEXTS)
    assert list(cbor.loads(message("cbor")).items()) == list(TEXTS.items())


def test_typed_values_are_what_a_reader_needs():
    row = cbor2.loads(message("cbor-typed"))
    assert row == VALUES
    assert list(row) == list(VALUES)
    assert isinstance(row["duration"], float)


def test_json_has_the_same_values():
    (block,) = blocks("json", "json")
    row = json.loads(block)
    assert list(row) == list(VALUES)
    assert datetime.datetime.fromisoformat(row["first_seen"].replace("Z", "+00:00")) == SEEN
    assert {**row, "first_seen": SEEN} == VALUES


@pytest.mark.parametrize("section", ["cbor", "cbor-typed"])
def test_the_code_for_readers_runs(section):
    (code,) = blocks(section, "python")
    names = {"message": message(section)}
    exec(code, names)
    shown = re.search(r"# (.*?)…", code)[1]
    assert repr(names["row"]).startswith(shown.rstrip(", "))


@pytest.mark.parametrize("section, rule", [("cbor", "text"), ("cbor-typed", "typed")])
def test_messages_keep_to_the_cddl(section, rule):
    known = rules()
    default = known[f"default-{rule}-record"]
    found = entries(message(section))
    assert [key for key, _ in found] == list(default)
    general = re.fullmatch(r"\{ \+ column => (\w+) \}", known[f"{rule}-record"])[1]
    for key, kind in found:
        assert kind in allowed(default[key], known)
        assert kind in allowed(general, known)


def test_the_check_against_the_cddl_sees_differences():
    known = rules()
    assert allowed("time / null", known) == {"#6.1(float64)", "null"}
    assert "int" not in allowed("value", known)
    with pytest.raises(AssertionError):
        entries(bytes.fromhex("a1616118 17".replace(" ", "")))  # 23 in a head that is too long
    with pytest.raises(AssertionError):
        entries(bytes.fromhex("a16161f500"))
