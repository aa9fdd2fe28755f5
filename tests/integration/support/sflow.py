"""sFlow version 5 datagrams (sflow.org, "sFlow Version 5") from support.packets' packets."""

import struct
import time
from dataclasses import replace
from ipaddress import ip_address

from support.packets import ETHERNET, headers

SIZE = 1400
_HEADER_BYTES = 128  # of each sampled packet, as agents send by default
_FCS = 4


def framed(flow):
    """The flow with the bytes that sFlow counts: whole frames, Ethernet's header and checksum too."""
    return replace(flow, bytes=flow.bytes + flow.packets * (ETHERNET + _FCS))


def _address(address):
    return struct.pack("!I", 1 if address.version == 4 else 2) + address.packed


def _record(number, body):
    body += bytes(-len(body) % 4)
    return struct.pack("!II", number, len(body)) + body


class Sflow:
    """One agent. Each packet given to datagrams() is a sample, one of `rate` that went by.

    A flow sample has the packet's first bytes, masks and next hop (extended router), and the AS
    numbers (extended gateway). An AS path ends in the flow's destination AS; it is empty where that
    is `home`, the agent's own AS, for routers have no path to themselves."""

    def __init__(self, agent, home, rate=1, sub_agent=0, size=SIZE, clock=time.time):
        self.agent = ip_address(agent)
        self.home = home
        self.rate = rate
        self.size = size
        self.sequence = 0
        self._samples = 0
        self._sub_agent = sub_agent
        self._clock = clock
        self._boot = clock() - 86400

    def datagrams(self, packets):
        """UDP payloads that fit into `size` bytes."""
        samples, used = [], 28
        for packet in packets:
            sample = self._sample(packet)
            if samples and used + len(sample) > self.size:
                yield self._datagram(samples)
                samples, used = [], 28
            samples.append(sample)
            used += len(sample)
        if samples:
            yield self._datagram(samples)

    def _datagram(self, samples):
        self.sequence += 1
        uptime = int((self._clock() - self._boot) * 1000) & 0xFFFFFFFF
        head = struct.pack("!I", 5) + _address(self.agent)
        head += struct.pack("!IIII", self._sub_agent, self.sequence, uptime, len(samples))
        return head + b"".join(samples)

    def _sample(self, packet):
        flow = packet.flow
        self._samples += 1
        records = (self._raw(packet), self._router(flow), self._gateway(flow))
        head = struct.pack(
            "!IIIIIIII", self._samples, flow.in_if, self.rate,
            self._samples * self.rate & 0xFFFFFFFF, 0, flow.in_if, flow.out_if, len(records),
        )  # fmt: skip
        return _record(1, head + b"".join(records))

    @staticmethod
    def _raw(packet):
        frame = ETHERNET + packet.length
        start = headers(packet)
        start += bytes(max(0, min(_HEADER_BYTES, frame) - len(start)))
        head = struct.pack("!IIII", 1, frame + _FCS, _FCS, len(start))
        return _record(1, head + start)

    @staticmethod
    def _router(flow):
        masks = struct.pack("!II", flow.src_mask, flow.dst_mask)
        return _record(1002, _address(flow.next_hop) + masks)

    def _gateway(self, flow):
        path = [] if flow.dst_as in (0, self.home) else [flow.dst_as]
        peer = 0 if flow.src_as == self.home else flow.src_as
        body = _address(flow.next_hop) + struct.pack("!III", self.home, flow.src_as, peer)
        body += struct.pack("!I", 1 if path else 0)
        if path:
            body += struct.pack(f"!II{len(path)}I", 2, len(path), *path)  # 2: an AS_SEQUENCE
        body += struct.pack("!II", 0, 100)  # no communities, local preference
        return _record(1003, body)
