"""What integration tests share: one broker for all that do not need their own."""

import time

import pytest

pytest.register_assert_rewrite("servers", "support")  # so that their failures show values, too

from servers.kafka import Kafka  # noqa: E402
from servers.weir import Weir  # noqa: E402
from support.stream import FakeNfdump, Streamer, window  # noqa: E402


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """A running broker; use topics of your own name, and stop nothing."""
    # On a machine that is busy for a while it is not to be taken for dead.
    patient = {"broker.session.timeout.ms": "60000"}
    with Kafka(tmp_path_factory.mktemp("kafka"), patient) as broker:
        yield broker


@pytest.fixture(scope="module", autouse=True)
def far_from_midnight(request):
    """Windows of tests are days, none of which is to end meanwhile."""
    left = 86400 - time.time() % 86400
    if "stream" in request.module.__name__ and left < 240:
        time.sleep(left + 1)


@pytest.fixture
def topic(kafka, request):
    """A function that makes a topic of a name no other test has: topic(partitions, config)."""
    made = []

    def make(partitions=1, config=None):
        name = f"{request.node.name}-{len(made)}".replace("[", "-").replace("]", "")
        made.append(kafka.create_topic(name, partitions, config))
        return name

    return make


@pytest.fixture
def export(tmp_path):
    """A function that starts `weir export ARGS…`, without AS names unless ARGS say otherwise, in
    the test's own folder; what still runs at the end of the test is stopped."""
    started = []

    def start(*args, **settings):
        names = () if "--as-names" in args else ("--as-names", "none")
        name = f"weir{len(started)}"
        weir = Weir("export", *args, *names, folder=tmp_path, name=name, **settings)
        started.append(weir)
        return weir.start()

    yield start
    for weir in started:
        weir.stop()


@pytest.fixture
def fake(tmp_path):
    """A program in nfdump's place, whose output tests lay down."""
    return FakeNfdump(tmp_path)


@pytest.fixture
def stream(kafka, topic, fake, tmp_path):
    """A stream whose three last windows are due, of a command in nfdump's place."""
    streamer = Streamer(kafka.brokers, topic(), tmp_path, fake.command)
    streamer.last = window(4)
    return streamer


@pytest.fixture
def follow(fake, tmp_path):
    """A function that starts `weir stream --follow` of a command in nfdump's place."""
    started = []

    def start(kafka, topic, *words):
        weir = Weir("stream", "--follow", "--brokers", kafka.brokers, "--topic", topic, "--command",
                    fake.command, *words, folder=tmp_path)  # fmt: skip
        started.append(weir)
        return weir.start()

    yield start
    for weir in started:
        weir.stop()
