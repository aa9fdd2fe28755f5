"""An operator's made-up traffic: flows between one own AS and its neighbours, the same ones in every
run with the same seed, and what they add up to. Nothing here knows how flows are sent.

All numbers and addresses are those that documents and laboratories may use: AS numbers of RFC 5398
and RFC 6996, networks of RFC 5737, RFC 2544 and RFC 3849."""

import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

OWN = 64500
AS_TRANS = 23456  # RFC 6793: what fields of two bytes show of an AS number that needs four
RECEIVE, TRANSMIT = "receive", "transmit"
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58


@dataclass(frozen=True)
class Network:
    """An autonomous system; its routes, and the router through which it is reached."""

    number: int
    name: str
    country: str
    v4: IPv4Network
    v6: IPv6Network
    router: str
    interface: int  # of that router

    def address(self, version, host):
        return (self.v4 if version == 4 else self.v6)[host]


def _neighbours():
    names = (
        (64496, "NORDTRANSIT", "SE"), (64497, "PACIFIC-BACKBONE", "US"), (64511, "VIDEOSTREAM", "US"),
        (65550, "SEARCHWORKS", "IE"), (64498, "SOCIALGRID", "US"), (65538, "CLOUDHARBOUR", "NL"),
        (64499, "RHINE-IX-PEERS", "DE"), (65536, "GAMEDELIVERY", "US"), (64501, "CITYFIBRE-NET", "GB"),
        (64502, "UNIVERSITY-LAN", "CH"), (65539, "MOBILKOM", "AT"), (64503, "EDGECACHE", "FR"),
        (64504, "BALTIC-HOSTING", "LT"), (65540, "MAILYARD", "DK"), (64505, "ALPENNETZ", "CH"),
        (64506, "STATE-OFFICES", "DE"), (65541, "DNSROOTS", "US"), (64507, "SMALLTOWN-ISP", "PL"),
        (64508, "LAB-NETWORK", "FI"), (65551, "ISLAND-TELECOM", "IS"),
    )  # fmt: skip
    return tuple(
        Network(
            number, name, country,
            IPv4Network(f"198.18.{n + 1}.0/24"), IPv6Network(f"2001:db8:{n + 1:x}::/48"),
            ("bdr1", "bdr2", "bdr3")[n % 3], 100 + n,
        )
        for n, (number, name, country) in enumerate(names)
    )  # fmt: skip


NEIGHBOURS = _neighbours()
HOME = Network(
    OWN, "EXAMPLE-NET", "DE", IPv4Network("203.0.113.0/24"), IPv6Network("2001:db8::/48"), "", 1
)


def as_names():
    """The names in the form of cidr-report's asn.txt, as `--as-names` reads it."""
    return "".join(f"{n.number} {n.name}, {n.country}\n" for n in (HOME, *NEIGHBOURS))


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction of a conversation, as the router saw it. Times are Unix time in ms."""

    src: IPv4Address | IPv6Address
    dst: IPv4Address | IPv6Address
    src_port: int
    dst_port: int
    proto: int
    src_as: int
    dst_as: int
    packets: int
    bytes: int  # of IP packets, headers and all
    start: int
    end: int
    router: str
    in_if: int
    out_if: int
    src_mask: int
    dst_mask: int
    next_hop: IPv4Address | IPv6Address
    tcp_flags: int = 0
    tos: int = 0

    @property
    def version(self):
        return self.src.version


def narrow(flow):
    """The flow as exports with AS numbers of two bytes can tell it."""
    src_as, dst_as = (AS_TRANS if n > 0xFFFF else n for n in (flow.src_as, flow.dst_as))
    return replace(flow, src_as=src_as, dst_as=dst_as)


def direction(src_as, dst_as, own=(OWN,)):
    """RECEIVE or TRANSMIT, None for what passes by."""
    return TRANSMIT if src_as in own else RECEIVE if dst_as in own else None


def truth(flows, label=lambda flow: flow.router, own=(OWN,)):
    """What must come out: {(direction, src_as, dst_as, label): bytes}; totals can be added up.
    `label` is a text, or a function of the flow."""
    totals = Counter()
    for flow in flows:
        way = direction(flow.src_as, flow.dst_as, own)
        if way:
            name = label(flow) if callable(label) else label
            totals[way, flow.src_as, flow.dst_as, name] += flow.bytes
    return totals


class Traffic:
    """An endless source of flows.

    Neighbours' shares fall as in Zipf's law, and flows' sizes are heavy-tailed: most are a few
    packets, a few are most of the bytes. `v6` and `transit` are shares of flows: of IPv6, and of
    those between two neighbours, which concern the own AS not. No flow has more packets than
    `largest`. `clock` tells Unix time in seconds."""

    def __init__(self, seed=1, v6=0.25, transit=0.02, largest=5000, clock=time.time,
                 neighbours=NEIGHBOURS):  # fmt: skip
        self._rng = random.Random(seed)
        self._v6 = v6
        self._transit = transit
        self._largest = largest
        self._clock = clock
        self._neighbours = neighbours
        shares = (1 / (rank + 1) for rank in range(len(neighbours)))
        self._shares = list(itertools.accumulate(shares))

    def flows(self, count):
        """The next `count` flows, as a list; they have ended within the last minute."""
        return [self._flow() for _ in range(count)]

    def _neighbour(self):
        return self._rng.choices(self._neighbours, cum_weights=self._shares)[0]

    def _flow(self):
        rng = self._rng
        other = self._neighbour()
        if rng.random() < self._transit:
            ends = [other, self._neighbour()]
        elif rng.random() < 0.6:
            ends = [other, HOME]
        else:
            ends = [HOME, other]
        return self._between(*ends, 6 if rng.random() < self._v6 else 4)

    def _between(self, source, target, version):
        rng = self._rng
        proto = rng.choices((TCP, UDP, ICMP if version == 4 else ICMPV6), (80, 18, 2))[0]
        ports = [rng.randrange(32768, 61000), rng.choice((443, 443, 443, 80, 53, 25, 8080, 123))]
        if source is not HOME:  # clients are here, servers are there
            ports.reverse()
        if proto in (ICMP, ICMPV6):
            ports = [0, 0]
        packets = min(int(rng.paretovariate(0.9)), self._largest)
        # Content comes in, requests and acknowledgements go out.
        size = rng.randrange(600, 1499) if target is HOME else rng.randrange(64, 700)
        end = int(self._clock() * 1000) - rng.randrange(0, 30_000)
        outside = target if source is HOME else source
        return Flow(
            src=source.address(version, rng.randrange(1, 250)),
            dst=target.address(version, rng.randrange(1, 250)),
            src_port=ports[0], dst_port=ports[1], proto=proto,
            src_as=source.number, dst_as=target.number,
            packets=packets, bytes=packets * size + rng.randrange(packets),
            start=end - rng.randrange(min(packets * 10, 30_000) + 1), end=end,
            router=outside.router, in_if=source.interface, out_if=target.interface,
            src_mask=24 if version == 4 else 48, dst_mask=24 if version == 4 else 48,
            next_hop=target.address(version, 254),
            tcp_flags=rng.choice((0x1B, 0x1B, 0x18, 0x02, 0x12)) if proto == TCP else 0,
            tos=rng.choice((0, 0, 0, 0x28, 0xB8)),
        )  # fmt: skip
