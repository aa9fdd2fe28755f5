"""What integration tests share: one broker for all that do not need their own."""

import pytest

pytest.register_assert_rewrite("servers", "support")  # so that their failures show values, too

from servers.kafka import Kafka  # noqa: E402
from servers.weir import Weir  # noqa: E402
from support.stream import FakeNfdump, Streamer, window  # noqa: E402


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """A running broker; use topics of your own name, and stop nothing."""
    with Kafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


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
