"""The whole chain on this machine, to look at: made-up routers send NetFlow to nfacctd, which writes
flow records to Kafka; weir reads them and Prometheus scrapes weir. Runs until Ctrl-C, then nothing of
it is left.

usage: run_chain.py [FLAG…]      further flags of `weir export`
"""

import contextlib
import shutil
import signal
import socket
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

from servers.kafka import Kafka
from servers.pmacct import Pmacct
from servers.process import ROOT, free_port, wait_until
from servers.prometheus import Prometheus
from servers.weir import Weir
from servers.weir import run as run_weir
from support.feed import ROUTERS, Router, run
from support.traffic import OWN, as_names

TOPIC = "pmacct.acct"
FLOWS = 200  # a second
STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}  # SIGHUP: the terminal is gone
GRAPHS = (
    ("received", "flow_receive_bytes_total", "source_as_name"),
    ("sent", "flow_transmit_bytes_total", "destination_as_name"),
)


def usual(port):
    """The port that people expect, or another one where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return port
        except OSError:
            return free_port()


def prometheus_config(weir):
    """The one of the deployment, at the pace of a demonstration."""
    text = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    rules = ROOT / "deploy/prometheus/weir.rules.yml"
    for old, new in (
        ("weir.rules.yml", str(rules)),
        ("weir:9590", f"127.0.0.1:{weir.port}"),
        ("scrape_interval: 15s", "scrape_interval: 2s"),
        ("scrape_timeout: 10s", "scrape_timeout: 2s"),
        ("evaluation_interval: 15s", "evaluation_interval: 5s"),
    ):
        assert old in text, f"{old} is not in the deployment's prometheus.yml"
        text = text.replace(old, new)
    return text


def graph(prometheus):
    """A page of Prometheus with both directions drawn."""
    parameters = {}
    for n, (_, metric, label) in enumerate(GRAPHS):
        parameters |= {
            f"g{n}.expr": f"topk(10, sum by ({label}) (rate({metric}[30s])) * 8)",
            f"g{n}.tab": "0", f"g{n}.stacked": "1", f"g{n}.range_input": "5m",
        }  # fmt: skip
    return f"{prometheus.url}/graph?{urllib.parse.urlencode(parameters)}"


def say(text):
    print(text, file=sys.stderr, flush=True)


class Chain(contextlib.ExitStack):
    """Everything in the order of the data; what was started last is stopped first."""

    def __init__(self, folder, flags):
        super().__init__()
        self.folder = folder
        self.flags = flags
        self.parts = []
        self.stop_sending = threading.Event()

    def add(self, text, part):
        say(text)
        self.parts.append(part)
        self.push(part)  # before it starts, which Ctrl-C may interrupt
        return part.start()

    def start(self):
        kafka = self.add("starting Kafka", Kafka(self.folder))
        kafka.create_topic(TOPIC, 3)
        names = self.folder / "asn.txt"
        names.write_text(as_names())
        self.weir = self.add("starting weir", Weir(
            "export", "--brokers", kafka.brokers, "--topic", TOPIC, "--asn", OWN,
            "--as-names", names, *self.flags, folder=self.folder, port=usual(9590),
        ))  # fmt: skip
        self.weir.wait_ready()
        nfacctd = self.add("starting nfacctd", Pmacct.deployed(
            "nfacctd.conf", kafka, TOPIC, self.folder,
        ))  # fmt: skip
        self.prometheus = self.add("starting Prometheus", Prometheus(
            self.folder, config=prometheus_config(self.weir), port=usual(9090),
        ))  # fmt: skip
        routers = [Router(name, "v9", nfacctd.port) for name in ROUTERS]
        sender = threading.Thread(target=run, args=(routers, FLOWS, self.stop_sending))
        sender.start()
        self.callback(sender.join)
        self.callback(self.stop_sending.set)
        say("waiting for the first records")
        wait_until(lambda: self.ended() or self.counted(), 60, "records counted by weir")

    def counted(self):
        return self.weir.metrics().value("flow_receive_bytes_total") > 0

    def ended(self):
        """The first part that is not running, None while all are."""
        return next((part for part in self.parts if not part.running), None)


def wait_for_end(chain):
    """Until a signal, or until a part ends by itself, which is returned."""
    while not (ended := chain.ended()):
        if signal.sigtimedwait(STOPS, 0.5):
            return None
    return ended


def main(flags):
    # Taken by sigtimedwait alone once everything runs; until then they interrupt as Ctrl-C does.
    for number in STOPS:
        signal.signal(number, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-chain-"))
    try:
        # Wrong flags are told before anything is started.
        words = ("check", "export", "--brokers", "127.0.0.1:1", "--topic", TOPIC, *flags)
        if (checked := run_weir(*words, folder=folder)).exit_status == 2:
            say(checked.err.rstrip())
            return 2
        with Chain(folder, flags) as chain:
            chain.start()
            print(
                f"\n  weir        {chain.weir.url}/\n  metrics     {chain.weir.url}/metrics"
                f"\n  Prometheus  {graph(chain.prometheus)}"
                f"\n  alerts      {chain.prometheus.url}/classic/alerts\n\nCtrl-C stops.\n",
                flush=True,
            )
            signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
            ended = wait_for_end(chain)
            if ended:
                say(f"{ended.name} ended with status {ended.exit_status}:\n{ended.err[-2000:]}")
                return 1
            say("stopping")
    except KeyboardInterrupt:
        say("stopped")
    except AssertionError as error:
        say(error)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
