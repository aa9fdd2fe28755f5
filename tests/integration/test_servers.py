"""The helpers themselves: a test that trusts them must be able to."""

import signal

import pytest

from servers import metrics
from servers.kafka import Kafka
from servers.process import Process, free_port, wait_until
from servers.prometheus import Prometheus

AWKWARD = [b"plain", b"two\nlines\n", b"", None, bytes(range(256)), b"x" * 100_000]


def test_kafka_gives_back_the_bytes_it_was_sent(kafka, topic):
    name = topic(partitions=3)
    kafka.produce(name, AWKWARD, partition=2, key=b"k\n", timestamp=1_700_000_000_123)
    kafka.produce(name, ["on zero"], partition=0)
    records = kafka.consume(name)
    assert [record.partition for record in records] == [0] + [2] * len(AWKWARD)
    assert [record.value for record in records[1:]] == AWKWARD
    assert [record.offset for record in records[1:]] == list(range(len(AWKWARD)))
    assert {record.key for record in records[1:]} == {b"k\n"}
    assert {record.timestamp for record in records[1:]} == {1_700_000_000_123}
    assert (records[0].key, records[0].value) == (None, b"on zero")


def test_kafka_shows_a_transaction_only_when_it_is_committed(kafka, topic):
    name = topic()
    kafka.produce(name, ["kept"], transaction="t")
    kafka.produce(name, ["dropped"], transaction="t", commit=False)
    assert [record.value for record in kafka.consume(name)] == [b"kept"]
    everything = kafka.consume(name, committed_only=False)
    assert [record.value for record in everything] == [b"kept", b"dropped"]


def test_kafka_topics_grow_lose_records_and_go(kafka, topic):
    name = topic(config={"cleanup.policy": "delete"})
    kafka.produce(name, ["a", "b", "c"], partition=0)
    kafka.delete_records(name, 0, 2)
    assert kafka.offsets(name, 0) == (2, 3)
    assert [record.value for record in kafka.consume(name)] == [b"c"]
    kafka.add_partitions(name, 2)
    wait_until(lambda: kafka.offsets(name, 1) == (0, 0), what="the new partition")
    assert kafka.committed("nobody", name, 0) is None
    kafka.delete_topic(name)
    with pytest.raises(AssertionError, match="(?i)unknown"):
        kafka.offsets(name, 0)


def test_kafka_keeps_port_and_records_over_a_kill(tmp_path):
    with Kafka(tmp_path, properties={"num.partitions": "2"}) as broker:
        port = broker.port
        broker.create_topic("flows", 1)
        broker.produce("flows", ["before"])
        assert broker.kill() == -signal.SIGKILL
        broker.start()
        broker.pause()
        broker.cont()
        broker.produce("flows", ["after"])
        assert broker.port == port
        assert [record.value for record in broker.consume("flows")] == [b"before", b"after"]
    assert not broker.running


def test_prometheus_scrapes_and_answers(tmp_path):
    with Prometheus(tmp_path) as first:
        with Prometheus(tmp_path, [f"127.0.0.1:{first.port}"], name="second") as second:
            wait_until(lambda: second.query("up == 1"), what="a scrape")
            wait_until(lambda: [target["health"] for target in second.targets()] == ["up"])
            assert second.query("scalar(vector(7))") == [({}, 7.0)]


def test_a_process_that_ends_early_is_noticed_at_once(tmp_path):
    process = Process("early", ["sh", "-c", "echo why >&2; exit 3"], tmp_path).start()
    with pytest.raises(AssertionError, match="(?s)status 3.*why"):
        process.wait_for(lambda: False, timeout=60)


def test_no_port_is_given_twice_nor_to_a_client():
    ports = [free_port() for _ in range(250)]
    assert len(set(ports)) == len(ports)
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first_of_clients = int(file.read().split()[0])
    assert max(ports) < first_of_clients or first_of_clients <= 20_000


def test_waiting_ends():
    with pytest.raises(AssertionError, match="not within"):
        wait_until(lambda: False, timeout=0.1)


def test_metrics_are_read_exactly():
    found = metrics.parse(
        "# HELP a_total All \\n of it.\n# TYPE a_total counter\n"
        'a_total{x="1",y="q\\"\\\\\\n, }"} 18446744073709551615\na_total{x="2"} 1\n'
        "# TYPE b gauge\nb 1.5e3\nb{le=\"+Inf\"} +Inf\n"
    )
    assert found["a_total"][frozenset({("x", "1"), ("y", 'q"\\\n, }')})] == 2**64 - 1
    assert found.value("a_total") == 2**64
    assert found.value("a_total", x="2") == 1
    assert found.value("a_total", x="3") == 0
    assert found["b"][frozenset()] == 1500.0
    assert found.type == {"a_total": "counter", "b": "gauge"}


@pytest.mark.parametrize(
    "text",
    [
        "a 1\n",
        "# TYPE a counter\na 1",
        "# TYPE a counter\na 1\na 2\n",
        "# TYPE a counter\na one\n",
        "# TYPE a counter\na 0x1\n",
        "# TYPE a counter\na{x=1} 1\n",
        '# TYPE a counter\na{x="\\q"} 1\n',
        '# TYPE a counter\na{x="1",x="2"} 1\n',
        '# TYPE a counter\na{x="1"y="2"} 1\n',
        "# TYPE a counter\n# TYPE a counter\n",
        "# TYPE a counter\n# TYPE b counter\na 1\nb 1\na{x=\"1\"} 1\n",
        "#TYPE a counter\n",
    ],
)
def test_metrics_that_break_the_format_are_refused(text):
    with pytest.raises(ValueError):
        metrics.parse(text)
