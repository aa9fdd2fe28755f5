"""Routers that send all the time, nfacctd, Kafka, weir, Prometheus; one of them is restarted, and the
rest goes on by itself. nfacctd logs in to Kafka here, as deploy/pmacct shows it."""

import json
import shutil
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from servers.certificates import Authority
from servers.kafka import Kafka, Listener
from servers.pmacct import Pmacct
from servers.process import wait_until
from servers.prometheus import Prometheus
from servers.weir import Weir
from support.feed import ROUTERS, Router, run
from support.messages import sound
from support.traffic import OWN, Traffic
from support.truth import METRICS, Truth

TOPIC = "flows"


@dataclass
class Chain:
    kafka: Kafka
    pmacct: Pmacct
    weir: Weir
    prometheus: Prometheus
    seen: dict = field(default_factory=dict)  # series and values of the last check

    def records(self):
        return self.weir.metrics().value("weir_records_counted_total")

    def goes_on(self):
        """Flows that are sent now come out at the other end."""
        first = self.records()

        def more():
            shown = self.prometheus.query("sum(weir_records_counted_total)")
            return shown and shown[0][1] > first + 50

        wait_until(more, 30, "new records in Prometheus")

    def check(self):
        """What weir shows is what stands on the topic up to the offsets that it shows beside it, to
        the byte, and no series is less than it was."""
        metrics = self.weir.metrics()
        ends = {
            int(dict(labels)["partition"]): value
            for labels, value in metrics["weir_consumer_offset"].items()
        }
        truth = Truth([OWN])
        for record in self.kafka.consume(TOPIC):
            if record.offset < ends[record.partition]:
                lines = record.value.splitlines()  # of kafka_multi_values
                truth.add(sound(*lines), TOPIC, record.partition)
        truth.check(metrics)
        shown = {(name, key): value for name in METRICS for key, value in metrics[name].items()}
        assert all(shown[key] >= value for key, value in self.seen.items())
        self.seen = shown
        return sum(shown.values())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


def listeners(authority):
    """Those that kafka-plain.conf and kafka-certificate.conf of deploy/pmacct log in to."""
    store = authority.key_store("kafka")
    tls = {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(store)}
    jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    return {
        "PASSWORD": Listener("SASL_SSL", {
            **tls,
            "sasl.enabled.mechanisms": "PLAIN",
            "plain.sasl.jaas.config": f'{jaas} user_pmacct="change-me";',
        }),
        "CERTIFICATE": Listener("SSL", {
            **tls,
            "ssl.client.auth": "required",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(authority.certificate),
        }),
    }  # fmt: skip


def nfacctd(kafka, topic, folder, authority, file, listener, name):
    login = file, int(kafka.addresses[listener].rpartition(":")[2])
    pmacct = Pmacct.deployed("nfacctd.conf", kafka, topic, folder, login=login, name=name)
    shutil.copy(authority.certificate, pmacct.etc / "ca.pem")
    for path in authority.issue(name):
        shutil.copy(path, pmacct.etc / f"pmacct{path.suffix}")
    return pmacct


@pytest.fixture(scope="module")
def kafka(authority, tmp_path_factory):
    with Kafka(tmp_path_factory.mktemp("kafka"), listeners=listeners(authority)) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def chain(kafka, authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    stop = threading.Event()
    with ExitStack() as stack:
        kafka.create_topic(TOPIC, partitions=2)
        pmacct = stack.enter_context(
            nfacctd(kafka, TOPIC, folder, authority, "kafka-plain.conf", "PASSWORD", "nfacctd")
        )
        weir = stack.enter_context(
            Weir("export", "--brokers", kafka.brokers, "--topic", TOPIC, "--asn", OWN,
                 "--as-names", "none", "--start", "earliest", folder=folder)
        )  # fmt: skip
        target = f"127.0.0.1:{weir.port}"
        prometheus = stack.enter_context(Prometheus(folder, [target], interval="500ms"))
        routers = [stack.enter_context(Router(name, "v9", pmacct.port, repeat=1)) for name in ROUTERS]
        sending = threading.Thread(target=run, args=(routers, 1000, stop, Traffic(seed=8)))
        sending.start()
        stack.callback(sending.join)
        stack.callback(stop.set)
        weir.wait_ready()
        chain = Chain(kafka, pmacct, weir, prometheus)
        chain.goes_on()
        chain.check()
        yield chain


def ready(weir):
    return weir.get("/-/ready")[0] == 200


def restart_pmacct(chain):
    assert chain.pmacct.stop() == 0
    chain.pmacct.start()


def restart_kafka(chain):
    chain.kafka.stop()
    chain.weir.wait_for(lambda: not ready(chain.weir), what="saying that Kafka is away")
    chain.kafka.start()


def restart_prometheus(chain):
    assert chain.prometheus.stop() == 0
    chain.prometheus.start()


@pytest.mark.parametrize("restart", (restart_pmacct, restart_kafka, restart_prometheus))
def test_the_chain_goes_on_after_a_restart_of_one(restart, chain):
    pid = chain.weir.pid
    total = chain.check()
    restart(chain)
    chain.weir.wait_ready()
    chain.goes_on()
    assert chain.check() > total
    assert chain.weir.pid == pid and chain.weir.running
    # Of all that Prometheus has ever scraped of a series, no value is below the one before.
    for name in METRICS:
        assert chain.prometheus.query(f"max(resets({name}[1h]))") == [({}, 0.0)]
    wait_until(lambda: chain.prometheus.query("weir_records_unaccounted == 0"))


def test_pmacct_logs_in_by_a_certificate(kafka, authority, tmp_path):
    kafka.create_topic("certificate")
    file = "kafka-certificate.conf"
    with nfacctd(kafka, "certificate", tmp_path, authority, file, "CERTIFICATE", "nfacctd") as pmacct:
        with Router("bdr1", "v5", pmacct.port) as router:
            sent = router.send(Traffic(seed=9, transit=0).flows(500))
        pmacct.drain()
        assert pmacct.stop() == 0
    lines = [line for record in kafka.consume("certificate") for line in record.value.splitlines()]
    assert sum(json.loads(line)["bytes"] for line in lines) == sum(sent.values()) > 0
