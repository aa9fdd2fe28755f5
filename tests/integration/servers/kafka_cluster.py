"""Several brokers of Apache Kafka that are one cluster."""

import json
import subprocess

from servers.kafka import Kafka
from servers.process import PATIENCE, free_port


class KafkaCluster:
    """Brokers 1, 2, …, each a JVM of its own; the first is the controller too, so let it live.
    Topics are on all of them, and a record is acknowledged when it is on a second one."""

    def __init__(self, folder, size=3):
        controller = f"127.0.0.1:{free_port()}"
        properties = {
            "default.replication.factor": str(size),
            "min.insync.replicas": "2",
            "offsets.topic.replication.factor": str(size),
            "transaction.state.log.replication.factor": str(size),
            "replica.fetch.wait.max.ms": "50",
        }
        self.nodes = {
            number: Kafka(folder, properties, name=f"kafka{number}", number=number,
                          controller=controller)
            for number in range(1, size + 1)
        }  # fmt: skip
        self.brokers = ",".join(node.brokers for node in self.nodes.values())

    def __enter__(self):
        for node in self.nodes.values():
            node.launch()
        for node in self.nodes.values():
            node.wait_for_answer()
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.kill()  # leaving one after the other in peace takes them most of a minute

    def leader(self, topic, partition):
        """The number of the broker that leads a partition, as the controller's broker sees it."""
        return self._described(topic, partition)["leader"]

    def in_sync(self, topic, partition):
        """The numbers of the brokers that have all of a partition."""
        return [each["id"] for each in self._described(topic, partition)["isrs"]]

    def _described(self, topic, partition):
        done = subprocess.run(
            ["kcat", "-b", self.nodes[1].brokers, "-L", "-J", "-t", topic],
            capture_output=True, timeout=30 * PATIENCE, check=True,
        )  # fmt: skip
        (found,) = json.loads(done.stdout)["topics"]
        known = [each for each in found["partitions"] if each["partition"] == partition]
        assert known, f"{topic} has no partition {partition} yet"
        return known[0]
