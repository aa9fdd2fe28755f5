"""Refused records as they lie in the topic they were sent to, and those that should be there."""

import subprocess
from dataclasses import dataclass, field

from servers.process import PATIENCE
from support.truth import Refused, judge


@dataclass(frozen=True)
class Letter:
    """One record of a dead-letter topic. `size` is None unless it was cut."""

    value: bytes
    reason: str
    topic: str
    partition: str
    offset: int
    index: int
    size: int | None = None
    headers: tuple = field(default=(), compare=False)

    @property
    def place(self):
        return self.topic, self.partition, self.offset, self.index


def read_letters(kafka, topic):
    """All records of a dead-letter topic."""
    done = subprocess.run(
        ["kcat", "-C", "-q", "-e", "-b", kafka.brokers, "-t", topic, "-o", "beginning",
         "-X", "fetch.wait.max.ms=10", "-f", "%S %K %h\n%s\n"],
        capture_output=True, timeout=60 * PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, f"kcat: {done.stderr.decode(errors='replace')}"
    return list(_letters(done.stdout))


def _letters(output):
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        size, key_size, headers = output[position:end].decode().split(" ")
        assert int(size) >= 0 and int(key_size) == -1, "a value and no key"
        position = end + 1 + int(size)
        assert output[position : position + 1] == b"\n", "kcat's output is not as expected"
        said = dict(header.split("=", 1) for header in headers.split(","))
        yield Letter(
            output[end + 1 : position], said["weir-reason"], said["weir-topic"],
            said["weir-partition"], int(said["weir-offset"]), int(said["weir-index"]),
            int(said["weir-size"]) if "weir-size" in said else None, tuple(sorted(said)),
        )  # fmt: skip
        position += 1


def expected_letters(messages, topic, partition=0, offset=0):
    """What of these messages has to be refused, as letters, if they lie at these offsets."""
    letters = []
    for n, message in enumerate(messages):
        for index, (record, reason) in enumerate(message.records):
            if reason is None:
                try:
                    judge(record)
                    continue
                except Refused as refused:
                    reason = str(refused)
            letters.append(Letter(record or b"", reason, topic, str(partition), offset + n, index))
    return letters
