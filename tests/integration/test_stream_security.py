"""`weir stream` where Kafka allows nothing that it was not told to: the least rights are enough, a
missing one is named, and with it given the stream goes on."""

import re

import pytest

from servers.kafka import Kafka, Listener
from support.stream import FakeNfdump, Streamer, window

PASSWORD = "hunter22"
ROWS = 20
ME = "User:weir"
_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule required"
LOGIN = ["-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=PLAIN", "-X",
         "sasl.username=weir", "-X", f"sasl.password={PASSWORD}"]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A broker whose listener LOGIN knows one user, and which allows only what it is told to."""
    listener = Listener("SASL_PLAINTEXT", {
        "sasl.enabled.mechanisms": "PLAIN",
        "plain.sasl.jaas.config": f'{_MODULE} user_weir="{PASSWORD}";',
    })  # fmt: skip
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    folder = tmp_path_factory.mktemp("guarded")
    with Kafka(folder, properties, listeners={"LOGIN": listener}) as broker:
        yield broker


def rights(name):
    """All that a stream with the topic and ledger of this name needs: (operation, name, kind)."""
    return [("WRITE", name, "TOPIC"), ("READ", name, "TOPIC"),
            ("WRITE", name, "TRANSACTIONAL_ID"), ("READ", name, "GROUP")]  # fmt: skip


@pytest.fixture
def stream(guarded, request, tmp_path):
    """A stream with three windows due and its messages; topic and ledger have one name, and the user
    has no rights."""
    name = guarded.create_topic(re.sub(r"\W+", "-", request.node.name))
    fake = FakeNfdump(tmp_path)
    address = guarded.addresses["LOGIN"]
    streamer = Streamer(address, name, tmp_path, fake.command, *LOGIN)
    streamer.last = window(4)
    return streamer, [message for ago in (3, 2, 1) for message in fake.lay(window(ago), ROWS)]


def values(guarded, streamer):
    return [record.value for record in guarded.consume(streamer.topic)]


def test_the_least_rights_are_enough(guarded, stream):
    streamer, expected = stream
    for right in rights(streamer.topic):
        guarded.allow(ME, *right)
    done = streamer.run("--ledger", streamer.topic)
    assert done.exit_status == 0, done.err
    assert values(guarded, streamer) == expected
    again = streamer.run("--ledger", streamer.topic)
    assert again.exit_status == 0, "it may read its ledger, too"
    assert values(guarded, streamer) == expected


@pytest.mark.parametrize("missing", range(4), ids=["write", "read", "transactional-id", "group"])
def test_a_missing_right_is_named_and_it_goes_on_with_it(guarded, stream, missing):
    streamer, expected = stream
    needed = rights(streamer.topic)
    left_out = needed.pop(missing)
    for right in needed:
        guarded.allow(ME, *right)
    process = streamer.start("--ledger", streamer.topic)
    operation, name, kind = left_out
    what = kind.lower().replace("_", " ")
    line = process.wait_for_text("level=warn .*access is refused .*")[0].splitlines()[0]
    assert re.search(f"{operation}.* on the {what} {name}", line), line
    assert re.search(f"{what} authorization failed", line, re.IGNORECASE), line
    assert values(guarded, streamer) == []
    guarded.allow(ME, *left_out)
    assert process.wait(60) == 0, process.err
    assert values(guarded, streamer) == expected


def test_without_transactions_writing_is_the_only_right_it_needs(guarded, stream):
    streamer, expected = stream
    process = streamer.start("--delivery", "at-least-once")
    line = process.wait_for_text("level=warn .*access is refused .*")[0].splitlines()[0]
    assert f"give this user WRITE on the topic {streamer.topic}" in line
    guarded.allow(ME, "WRITE", streamer.topic)
    assert process.wait(60) == 0, process.err
    assert values(guarded, streamer) == expected
    assert streamer.last == window(1)
