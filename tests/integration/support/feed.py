"""Sends datagrams to a collector on this machine, no faster than it takes them.

As a program it is a source for demonstrations:

    python3 -m support.feed --port 2055 --format v9 --rate 500
"""

import argparse
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace

from servers.process import PATIENCE
from support.netflow import Ipfix, NetflowV5, NetflowV9
from support.packets import packets
from support.sflow import Sflow, framed
from support.traffic import OWN, Traffic, narrow, truth

# Loopback addresses stand for the routers' own: all of 127.0.0.0/8 is this machine.
ROUTERS = {"bdr1": "127.0.0.11", "bdr2": "127.0.0.12", "bdr3": "127.0.0.13"}
_PROC = {4: "/proc/net/udp", 6: "/proc/net/udp6"}
_ROOM = 64 * 1024  # bytes left waiting in the receiver's buffer, a third of the kernel's default


@dataclass(frozen=True)
class Receiver:
    """What the kernel says of the UDP sockets bound to a port."""

    waiting: int  # bytes
    drops: int  # datagrams

    @staticmethod
    def of(port):
        """None where nobody listens."""
        waiting, drops, found = 0, 0, False
        for path in _PROC.values():
            with open(path) as table:
                for line in table.readlines()[1:]:
                    words = line.split()
                    if int(words[1].rsplit(":", 1)[1], 16) == port:
                        found = True
                        waiting += int(words[4].split(":")[1], 16)
                        drops += int(words[-1])
        return Receiver(waiting, drops) if found else None


class Sender:
    """A UDP socket that sends from one address to one loopback port."""

    def __init__(self, port, source="127.0.0.1", host="127.0.0.1"):
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self._socket.connect((host, port))
        self.sent = 0  # datagrams

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, datagrams, timeout=30.0 * PATIENCE):
        """Sends them all and returns how many; waits where the receiver does not keep up.
        TimeoutError when it takes nothing for `timeout` seconds."""
        count = 0
        for datagram in datagrams:
            if count % 8 == 0:
                self._wait_for_room(timeout)
            self._send(datagram)
            count += 1
        self.sent += count
        return count

    def _send(self, datagram):
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            self._socket.send(datagram)  # that error was of the datagram before

    def _wait_for_room(self, timeout):
        deadline = time.monotonic() + timeout
        while (receiver := Receiver.of(self.port)) and receiver.waiting > _ROOM:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the receiver on port {self.port} takes nothing")
            time.sleep(0.002)


class Router:
    """One exporter: its name, its address, how it writes what it saw, and what it has sent.

    `form` is v5, v9, ipfix or sflow; sampling N means it looks at one packet in N, so that what it
    sends stands for N times as much (what `sent` adds up). Further settings are those of the
    classes in support.netflow and support.sflow."""

    def __init__(self, name, form, port, source=None, sampling=0, **settings):
        self.name = name
        self.form = form
        self.sent = Counter()  # as traffic.truth()
        self._scale = sampling or 1
        source = source or ROUTERS[name]
        self._sender = Sender(port, source)
        if form == "sflow":
            self._writer = Sflow(source, OWN, rate=self._scale, **settings)
        else:
            kinds = {"v5": NetflowV5, "v9": NetflowV9, "ipfix": Ipfix}
            self._writer = kinds[form](sampling=sampling, **settings)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._sender.close()

    def send(self, flows, change=lambda flow: flow):
        """Sends flows, whatever router they name, and returns the truth of them (as traffic.truth())
        with this router's name. v5 leaves IPv6 out. `change` makes of a flow what is sent of it,
        where that is to differ from what is true."""
        flows = [replace(flow, router=self.name) for flow in flows]
        if self.form == "v5":
            flows = [narrow(flow) for flow in flows if flow.version == 4]
        sent = map(change, flows)
        self._sender.send(self._writer.datagrams(packets(sent) if self.form == "sflow" else sent))
        if self.form == "sflow":
            flows = map(framed, flows)
        totals = Counter({key: n * self._scale for key, n in truth(flows).items()})
        self.sent += totals
        return totals


def run(routers, rate, stop, traffic=None):
    """Sends `rate` flows a second, each from the router that saw it, until the event `stop` is
    set; routers that are not there are sent nothing. Returns the truth of it all."""
    traffic = traffic or Traffic(seed=time.time_ns())
    by_name = {router.name: router for router in routers}
    begin, made = time.monotonic(), 0
    while not stop.wait(0.1):
        due = int((time.monotonic() - begin) * rate) - made
        flows = traffic.flows(min(due, rate))
        made += due
        for name, router in by_name.items():
            router.send([flow for flow in flows if flow.router == name])
    totals = Counter()
    for router in routers:
        totals += router.sent
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True, help="of the collector, on 127.0.0.1")
    parser.add_argument("--format", default="v9", choices=("v5", "v9", "ipfix", "sflow"))
    parser.add_argument("--rate", type=int, default=200, help="flows a second")
    args = parser.parse_args()
    routers = [Router(name, args.format, args.port) for name in ROUTERS]
    stop = threading.Event()
    try:
        run(routers, args.rate, stop)
    except KeyboardInterrupt:
        stop.set()


if __name__ == "__main__":
    main()
