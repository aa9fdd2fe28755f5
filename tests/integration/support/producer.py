"""Sending to a broker that may be away for a while."""

import subprocess

from servers.kafka import Kafka
from servers.process import BUILD, PATIENCE


class Producer:
    """Sends while the broker may be away; everything is delivered once by the end."""

    def __init__(self, kafka, topic):
        self._topic = topic
        self._child = subprocess.Popen(
            [BUILD / "tools" / "kafka_produce", kafka.brokers, topic], stdin=subprocess.PIPE
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.kill()
        self._child.wait(10 * PATIENCE)

    def send(self, messages, truth, partition=0):
        for message in messages:
            self._child.stdin.write(Kafka.frame(message.value, partition))
            truth.add(message, self._topic, partition)
        self._child.stdin.flush()

    def finish(self):
        self._child.stdin.close()
        assert self._child.wait(60 * PATIENCE) == 0
