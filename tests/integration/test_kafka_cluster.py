"""Three brokers: the one that leads a partition dies, and another takes its place."""

import pytest

from servers.kafka_cluster import KafkaCluster
from servers.process import wait_until
from support.messages import OWN, numbered
from support.producer import Producer
from support.truth import Truth


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with KafkaCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def test_a_partitions_leader_that_dies_costs_nothing(cluster, export):
    nodes = cluster.nodes
    # A topic is made where a leader will be that may die; broker 1 is the controller, too.
    nodes[1].create_topic("failover", 6)
    victim = nodes[2]
    wait_until(lambda: all(cluster.leader("failover", each) > 0 for each in range(6)), what="leaders")
    led = [each for each in range(6) if cluster.leader("failover", each) == victim.number]
    assert led, "broker 2 leads no partition"
    truth = Truth(OWN)
    weir = export("--brokers", cluster.brokers, "--topic", "failover", "--asn", ",".join(map(str, OWN)))
    weir.wait_ready()
    sent = 0

    def send(producer, count=100):
        nonlocal sent
        for partition in range(6):
            producer.send(numbered(count, first=sent), truth, partition)
            sent += count

    with Producer(cluster, "failover") as producer:
        send(producer)
        weir.wait_metrics(lambda m: m.value("weir_messages_total") >= sent)
        send(producer, 500)
        victim.kill()
        send(producer)
        wait_until(
            lambda: all(cluster.leader("failover", each) not in (-1, 2) for each in led),
            what="new leaders",
        )
        send(producer)
        producer.finish()
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") >= sent, timeout=60)
    truth.check(metrics)
    weir.wait_ready()
    victim.start()  # comes back as a follower, and catches up
    wait_until(lambda: len(cluster.in_sync("failover", led[0])) == 3, what="all replicas in sync")
    with Producer(cluster, "failover") as producer:
        send(producer)
        producer.finish()
    truth.check(weir.wait_metrics(lambda m: m.value("weir_messages_total") >= sent))
    weir.wait_metrics(lambda m: m.value("weir_consumer_lag") == 0 and m.value("weir_ready") == 1)
