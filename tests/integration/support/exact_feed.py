"""A producer whose records are known: the same ones for the same seed, at a steady rate."""

import random
import subprocess
import threading
import time
from collections import Counter

from servers.kafka import Kafka
from servers.process import BUILD, PATIENCE
from support.exact_judge import OWN

_RECORD = (
    b'{"event_type": "purge", "label": "%s", "as_src": %d, "as_dst": %d, "ip_proto": "tcp",'
    b' "packets": %d, "bytes": %d, "writer_id": "default_kafka/4242"}'
)
_LABELS = (b"bdr1", b"bdr2", b"bdr3")
_FIRST_RARE = 100_000  # AS numbers from here on are seen a few times only
_ODD = (
    b'{"event_type": "purge_init", "writer_id": "default_kafka/4242"}',
    b'{"event_type": "purge", "as_src": 64500, "as_dst": 1}',
    b'{"event_type": "purge", "as_src": 1, "as_dst": 2, "bytes": 700}',
    b'{"event_type": "purge", "as_src": 4294967296, "as_dst": 64500, "bytes": 1}',
    b'{"event_type": "purge", "as_src": 1, "as_dst": 64500, "bytes": true}',
    b"rubbish",
    b"5",
)


class Records:
    """An endless source of messages: most of one record, some of several; most records count for one
    of `pairs` AS numbers, some for one that was never seen before, a few are odd."""

    def __init__(self, seed, pairs=400, rare=0.02, odd=0.02):
        self._rng = random.Random(seed)
        self._pairs = pairs
        self._rare = rare
        self._odd = odd
        self._next_rare = _FIRST_RARE

    def _record(self):
        rng = self._rng
        chance = rng.random()
        if chance < self._odd:
            return rng.choice(_ODD)
        if chance < self._odd + self._rare:
            self._next_rare += 1
            other = self._next_rare
        elif chance < self._odd + 2 * self._rare:
            # One of those seen not long ago once more.
            other = max(_FIRST_RARE, self._next_rare - int(rng.paretovariate(0.5)))
        else:
            other = 1 + int(self._pairs * rng.random() ** 2)
        ends = (other, OWN[0]) if rng.random() < 0.6 else (OWN[1], other)
        size = int(rng.paretovariate(0.8) * 40) % 10**7 + 1
        return _RECORD % (_LABELS[other % 3], *ends, 1 + size // 1500, size)

    def message(self):
        """(bytes, how many records)"""
        count = 1 if self._rng.random() < 0.8 else self._rng.randrange(2, 6)
        return b"\n".join([self._record() for _ in range(count)]), count


class Feed:
    """Sends Records to a topic from a thread of its own, through librdkafka's idempotent producer, so
    that each partition has exactly `sent[partition]`, in this order, once all is acknowledged.

    The broker may be away for a while. With `pause` it sends nothing until `resume`; `finish` waits
    until everything has been acknowledged."""

    def __init__(self, kafka, topic, partitions=3, seed=1, rate=5000, **records):
        self.topic = topic
        self.rate = rate  # records a second
        self.sent = {partition: [] for partition in range(partitions)}
        self._rng = random.Random(seed)
        self._records = Records(seed, **records)
        self._running = threading.Event()
        self._sending = threading.Lock()  # of the thread, for as long as it hands over something
        self._over = False
        self._child = subprocess.Popen(
            [BUILD / "tools" / "kafka_produce", kafka.brokers, topic], stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self.resume()

    def __exit__(self, *_):
        self.kill()

    @property
    def count(self):
        """Messages by (topic, partition), as text."""
        return Counter({(self.topic, str(n)): len(each) for n, each in self.sent.items()})

    def resume(self):
        self._running.set()
        return self

    def pause(self):
        """Returns when nothing more is handed to the producer."""
        self._running.clear()
        with self._sending:
            return self

    def send(self, records):
        """Hands over so many records at once, while paused."""
        while records > 0:
            records -= self._send_some(min(records, 500))

    def finish(self):
        """Ends it when all is acknowledged."""
        if self._child.poll() is None or self._thread.is_alive():
            self._end()
            self._child.stdin.close()
            why = self._child.stderr.read().decode(errors="replace")
            assert self._child.wait(60 * PATIENCE) == 0, f"the producer failed: {why}"
        return self

    def kill(self):
        self._child.kill()
        self._child.wait(10 * PATIENCE)
        self._end()

    def _end(self):
        self._over = True
        self._running.set()
        self._thread.join()

    def _run(self):
        begin, made = time.monotonic(), 0
        while not self._over:
            if not self._running.is_set():
                self._running.wait()
                begin, made = time.monotonic(), 0
                continue
            due = int((time.monotonic() - begin) * self.rate) - made
            if due > 0:
                try:
                    with self._sending:
                        if self._running.is_set():
                            made += self._send_some(min(due, 500))
                except OSError:  # the producer is gone; finish() tells
                    return
            else:
                time.sleep(0.02)

    def _send_some(self, records):
        frames, made = [], 0
        while made < records:
            value, count = self._records.message()
            partition = self._rng.randrange(len(self.sent))
            frames.append(Kafka.frame(value, partition))
            self.sent[partition].append(value)
            made += count
        self._child.stdin.write(b"".join(frames))
        self._child.stdin.flush()
        return made
