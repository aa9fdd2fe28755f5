"""Apache Kafka: one JVM that is controller and broker, and what tests do to it."""

import base64
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from servers.process import BUILD, CACHE, PATIENCE, Process, free_port

VERSION = "4.1.1"  # as in kafka-pom.xml
# In full: where Maven cannot reach its repository, the short name's error says nothing of that.
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8"
_HERE = Path(__file__).resolve().parent
_HOME = CACHE / f"kafka-{VERSION}"
_CLUSTER_ID = "d2VpcndlaXJ3ZWlyd2Vpcg"
_JAVA = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable",
         f"-Dlog4j2.configurationFile={_HERE / 'kafka-log4j2.properties'}"]  # fmt: skip

_DEFAULTS = {
    "controller.listener.names": "CONTROLLER",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "broker.session.timeout.ms": "3000",  # so long a killed broker's successor is not let in
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "2",
}


@dataclass(frozen=True)
class Record:
    """A record as read back: key and value None where Kafka has null; timestamp in ms."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def fetch_jars():
    """Kafka's jars, fetched once through Maven as it is configured here."""
    jars = _HOME / "jars"
    _HOME.mkdir(parents=True, exist_ok=True)
    with open(_HOME / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.exists():
            partial = _HOME / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            pom = shutil.copy(_HERE / "kafka-pom.xml", _HOME / "pom.xml")
            subprocess.run(
                ["/usr/bin/mvn", "-B", "-q", "-f", pom, f"{_PLUGIN}:copy-dependencies",
                 f"-DoutputDirectory={partial}", "-DincludeScope=runtime"],
                check=True, timeout=600, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            partial.rename(jars)
    return sorted(jars.glob("*.jar"))


@dataclass(frozen=True)
class Listener:
    """One more way in: `protocol` as SASL_SSL, and properties without `listener.name.NAME.`."""

    protocol: str
    properties: dict = field(default_factory=dict)


class Kafka(Process):
    """A fresh broker on free ports. `properties` are added to the broker's; `scram` is
    {user: password} of SCRAM-SHA-256 users that exist from the start; `listeners` is
    {name: Listener} besides the plain one of `brokers`; `java` are flags of the virtual machine.
    `number` and `controller` (host:port) are for a cluster, whose broker 1 is the controller.

    Stop, kill and start again keep ports and data. pause() and cont() freeze it and let it go on."""

    def __init__(self, folder, properties=None, scram=None, name="kafka", listeners=None, java=(),
                 number=1, controller=None):  # fmt: skip
        self.port = free_port()
        self.brokers = f"127.0.0.1:{self.port}"
        self.listeners = listeners or {}
        self.addresses = {each: f"127.0.0.1:{free_port()}" for each in self.listeners}
        self.number = number
        self._controller = controller or f"127.0.0.1:{free_port()}"
        self._java = [*_JAVA, *java]
        self.data = Path(folder) / f"{name}-data"
        self._scram = scram or {}
        self._config = Path(folder) / f"{name}.properties"
        self._properties = self._all_properties(properties or {})
        self._archive = _HOME / "classes.jsa"
        self._new_archive = None
        super().__init__(name, [], folder, {"CLASSPATH": ":".join(map(str, fetch_jars()))})

    def _all_properties(self, extra):
        listeners = {"PLAINTEXT": self.brokers}
        if self.number == 1:
            listeners["CONTROLLER"] = self._controller
        protocols = {"CONTROLLER": "PLAINTEXT"}
        protocols |= {each: each for each in ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")}
        settings = {}
        for name, listener in self.listeners.items():
            listeners[name] = self.addresses[name]
            protocols[name] = listener.protocol
            for key, value in listener.properties.items():
                settings[f"listener.name.{name.lower()}.{key}"] = value
        return {
            **_DEFAULTS,
            "process.roles": "broker,controller" if self.number == 1 else "broker",
            "node.id": str(self.number),
            "controller.quorum.voters": f"1@{self._controller}",
            "listeners": ",".join(f"{each}://{at}" for each, at in listeners.items()),
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "log.dirs": str(self.data),
            **settings,
            **extra,
        }

    def start(self, timeout=60.0):
        return self.launch().wait_for_answer(timeout)

    def launch(self):
        """Starts it without waiting until it answers."""
        lines = [f"{key}={value}\n" for key, value in self._properties.items()]
        self._config.write_text("".join(lines))
        if not self.data.exists():
            self._format()
        self.command = [*self._java, *self._archive_flags(), "kafka.Kafka", str(self._config)]
        return super().start()

    def wait_for_answer(self, timeout=60.0):
        self.wait_for(self._answers, timeout, "answering")
        return self

    def _answers(self):
        """It is one of the brokers that it names: until its controller has let it in, it is not, and
        cannot keep anything."""
        with socket.create_connection(("127.0.0.1", self.port), 1.0):
            pass  # kcat would wait for it to listen
        done = subprocess.run(["kcat", "-b", self.brokers, "-L", "-m", "10"], capture_output=True,
                              text=True)  # fmt: skip
        return f"broker {self.number} at " in done.stdout

    def _format(self):
        """Formatting takes a second of Java, so what it makes is kept where it is always the same."""
        kept = _HOME / "formatted"
        if kept.exists() and not self._scram:
            shutil.copytree(kept, self.data)
            self._make_own_identity()
            return
        words = [*_JAVA, "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", self._config]
        for user, password in self._scram.items():
            words += ["--add-scram", f"SCRAM-SHA-256=[name={user},password={password}]"]
        subprocess.run(words, check=True, timeout=60 * PATIENCE, stdout=subprocess.DEVNULL,
                       env={**os.environ, **self.env})  # fmt: skip
        if not self._scram and self.number == 1:
            partial = _HOME / f"formatted-{os.getpid()}"
            shutil.copytree(self.data, partial, dirs_exist_ok=True)
            try:
                partial.rename(kept)
            except OSError:  # another run was first
                shutil.rmtree(partial)

    def _make_own_identity(self):
        """A copy of the formatted folder must not be taken for another broker's of its cluster."""
        path = self.data / "meta.properties"
        directory = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:22]
        values = {"node.id": self.number, "directory.id": directory}
        lines = [line.partition("=") for line in path.read_text().splitlines()]
        path.write_text("".join(f"{key}{is_}{values.get(key, old)}\n" for key, is_, old in lines))

    def _archive_flags(self):
        """The first broker leaves its loaded classes behind, which saves later ones a second."""
        if self._archive.exists():
            return [f"-XX:SharedArchiveFile={self._archive}"]
        self._new_archive = self._archive.with_suffix(f".{os.getpid()}.{self.port}")
        return [f"-XX:ArchiveClassesAtExit={self._new_archive}"]

    def stop(self, *args, **kwargs):
        status = super().stop(*args, **kwargs)
        if self._new_archive and self._new_archive.exists():
            if status in (0, 143, -15):
                self._new_archive.rename(self._archive)
            else:
                self._new_archive.unlink()
        self._new_archive = None
        return status

    def restart(self):
        self.stop()
        return self.start()

    # Administration, by a small program of ours: Kafka's own tools take seconds of Java each.

    def _admin(self, *words):
        done = subprocess.run(
            [BUILD / "tools" / "kafka_admin", self.brokers, *map(str, words)],
            capture_output=True, text=True, timeout=60 * PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, f"kafka_admin {words}: {done.stderr}"
        return done.stdout

    def create_topic(self, name, partitions=1, config=None):
        settings = [f"{key}={value}" for key, value in (config or {}).items()]
        self._admin("create-topic", name, partitions, *settings)
        return name

    def add_partitions(self, name, total):
        self._admin("add-partitions", name, total)

    def delete_topic(self, name):
        self._admin("delete-topic", name)

    def topic_id(self, name):
        return self._admin("topic-id", name).strip()

    def recreate_topic(self, name, partitions=1):
        """Deletes a topic and makes it again at once."""
        self._admin("recreate-topic", name, partitions)

    def delete_records(self, name, partition, before):
        """Deletes the records of offsets below `before`, as retention does."""
        self._admin("delete-records", name, partition, before)

    def allow(self, principal, operation, name, kind="TOPIC"):
        """Gives a user such as User:weir a right: READ, DESCRIBE, … on a topic, or on another kind of
        resource: GROUP, TRANSACTIONAL_ID."""
        self._admin("allow", principal, operation, name, kind)

    def disallow(self, principal, operation, name, kind="TOPIC"):
        """Takes away what `allow` gave."""
        self._admin("disallow", principal, operation, name, kind)

    def set_password(self, user, password, mechanism="SCRAM-SHA-256"):
        """Makes a SCRAM user, or changes the password of one."""
        self._admin("set-password", user, mechanism, password)

    def offsets(self, name, partition):
        """(first offset, next offset)"""
        low, high = self._admin("offsets", name, partition).split()
        return int(low), int(high)

    def committed(self, group, topic, partition):
        """(offset, metadata) a consumer group has committed; None where it has not."""
        offset, _, metadata = self._admin("committed", group, topic, partition).partition(" ")
        return None if int(offset) < 0 else (int(offset), metadata.removesuffix("\n"))

    def delete_offsets(self, group, topic, partition=0):
        """Forgets what a consumer group has committed, as its expiry does."""
        self._admin("delete-offsets", group, topic, partition)

    # Records

    def produce(self, topic, values, partition=-1, key=None, timestamp=0, transaction=None,
                commit=True):  # fmt: skip
        """Sends values (str, bytes or None) in order and waits until all are acknowledged.

        partition -1 leaves it to the key; timestamp in ms, 0 is now, or a list of one for each
        value. With `transaction`, a transactional id, all go in one transaction, which is committed
        or aborted."""
        words = [BUILD / "tools" / "kafka_produce", self.brokers, topic]
        if transaction:
            words += [transaction, "commit" if commit else "abort"]
        values = list(values)
        stamps = timestamp if isinstance(timestamp, list) else [timestamp] * len(values)
        parts = [
            _frame(partition, stamp, key, value)
            for stamp, value in zip(stamps, values, strict=True)
        ]
        done = subprocess.run(words, input=b"".join(parts), capture_output=True,
                              timeout=60 * PATIENCE)  # fmt: skip
        assert done.returncode == 0, f"kafka_produce: {done.stderr.decode(errors='replace')}"

    @staticmethod
    def frame(value, partition=-1, key=None, timestamp=0):
        """One record as tests/tools/kafka_produce reads it."""
        return _frame(partition, timestamp, key, value)

    def consume(self, topic, committed_only=True):
        """All records of a topic, ordered by partition and offset, read by kcat."""
        level = "read_committed" if committed_only else "read_uncommitted"
        done = subprocess.run(
            ["kcat", "-C", "-q", "-e", "-b", self.brokers, "-t", topic, "-o", "beginning",
             "-X", f"isolation.level={level}", "-X", "fetch.wait.max.ms=10", "-f", "%p %o %T %K %S\n%k%s\n"],
            capture_output=True, timeout=60 * PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, f"kcat: {done.stderr.decode(errors='replace')}"
        return sorted(_records(done.stdout), key=lambda record: (record.partition, record.offset))


def _bytes(text):
    return text.encode() if isinstance(text, str) else text


def _frame(partition, timestamp, key, value):
    """One record as kafka_produce reads it; the length -1 stands for null."""
    key, value = _bytes(key), _bytes(value)
    sizes = [-1 if part is None else len(part) for part in (key, value)]
    return struct.pack("<iqii", partition, timestamp, *sizes) + (key or b"") + (value or b"")


def _records(output):
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        partition, offset, timestamp, *sizes = map(int, output[position:end].split())
        position = end + 1
        parts = []
        for size in sizes:
            parts.append(None if size < 0 else output[position : position + max(size, 0)])
            position += max(size, 0)
        assert output[position : position + 1] == b"\n", "kcat's output is not as expected"
        position += 1
        yield Record(partition, offset, timestamp, *parts)
