"""NetFlow v5, NetFlow v9 (RFC 3954) and IPFIX (RFC 7011) datagrams from support.traffic's flows.

Each class is one exporter: it counts its own sequence numbers, so use one object for each address
that sends. datagrams(flows) gives UDP payloads that fit into `size` bytes."""

import struct
import time

from support.traffic import narrow

SIZE = 1400
_V4, _V6, _OPTIONS = 256, 257, 258  # template ids
_DAY = 86400


class _Exporter:
    def __init__(self, sampling=0, size=SIZE, clock=time.time):
        self.sampling = sampling  # every how manieth packet the router looked at; 0: says nothing
        self.size = size
        self.sequence = 0
        self._clock = clock
        self._boot = int(clock() - _DAY) * 1000

    def _uptime(self, at):
        return (at - self._boot) & 0xFFFFFFFF


class NetflowV5(_Exporter):
    """IPv4 only, AS numbers of two bytes: larger ones become AS_TRANS, as traffic.narrow() does."""

    _HEADER = struct.Struct("!HHIIIIBBH")
    _RECORD = struct.Struct("!4s4s4sHHIIIIHHxBBBHHBBxx")

    def datagrams(self, flows):
        flows = list(flows)
        most = min(30, (self.size - self._HEADER.size) // self._RECORD.size)
        for first in range(0, len(flows), most):
            yield self._datagram(flows[first : first + most])

    def _datagram(self, flows):
        now = int(self._clock() * 1000)
        sampling = 0x4000 | self.sampling if self.sampling else 0
        header = self._HEADER.pack(
            5, len(flows), self._uptime(now), now // 1000, now % 1000 * 1_000_000,
            self.sequence & 0xFFFFFFFF, 0, 0, sampling,
        )  # fmt: skip
        self.sequence += len(flows)
        return header + b"".join(map(self._record, flows))

    def _record(self, flow):
        if flow.version != 4:
            raise ValueError("NetFlow v5 knows IPv4 only")
        flow = narrow(flow)
        return self._RECORD.pack(
            flow.src.packed, flow.dst.packed, flow.next_hop.packed, flow.in_if, flow.out_if,
            flow.packets, flow.bytes, self._uptime(flow.start), self._uptime(flow.end),
            flow.src_port, flow.dst_port, flow.tcp_flags, flow.proto, flow.tos,
            flow.src_as, flow.dst_as, flow.src_mask, flow.dst_mask,
        )  # fmt: skip


def _number(name):
    return lambda flow, size: getattr(flow, name).to_bytes(size, "big")


def _address(name):
    return lambda flow, size: getattr(flow, name).packed


# Name: information element for IPv4 and for IPv6, its size (None: that of the address), its value.
_ELEMENTS = {
    "src_addr": (8, 27, None, _address("src")),
    "dst_addr": (12, 28, None, _address("dst")),
    "next_hop": (15, 62, None, _address("next_hop")),
    "in_if": (10, 10, 4, _number("in_if")),
    "out_if": (14, 14, 4, _number("out_if")),
    "packets": (2, 2, 8, _number("packets")),
    "bytes": (1, 1, 8, _number("bytes")),
    "src_port": (7, 7, 2, _number("src_port")),
    "dst_port": (11, 11, 2, _number("dst_port")),
    "proto": (4, 4, 1, _number("proto")),
    "tos": (5, 5, 1, _number("tos")),
    "tcp_flags": (6, 6, 1, _number("tcp_flags")),
    "src_as": (16, 16, 4, _number("src_as")),
    "dst_as": (17, 17, 4, _number("dst_as")),
    "src_mask": (9, 29, 1, _number("src_mask")),
    "dst_mask": (13, 30, 1, _number("dst_mask")),
}


class _Templated(_Exporter):
    """What v9 and IPFIX have in common. Templates come first, and again every `repeat` datagrams.
    `leave_out` names elements that the exporter does not send, as ("src_as", "dst_as")."""

    _TIMES = {}
    _HEADER_SIZE = 0
    _TEMPLATE_SET = 0

    def __init__(self, domain=0, leave_out=(), repeat=20, **settings):
        super().__init__(**settings)
        self.domain = domain
        self._repeat = repeat
        self._until_templates = 0
        elements = {**_ELEMENTS, **self._TIMES}
        self._plans = {
            version: [
                (element[version == 6], element[2] or (16 if version == 6 else 4), element[3])
                for name, element in elements.items()
                if name not in leave_out
            ]
            for version in (4, 6)
        }
        self._sizes = {v: sum(size for _, size, _ in plan) for v, plan in self._plans.items()}

    def datagrams(self, flows):
        sets, records, counts = self._begin()
        for flow in flows:
            new_set = not records or records[0] != flow.version
            need = self._sizes[flow.version] + (8 if new_set else 4)  # the padding counts, too
            if counts["bytes"] + need > self.size and counts["flows"]:
                yield self._end(sets, records, counts)
                sets, records, counts = self._begin()
                new_set = True
            if new_set:
                self._close(sets, records, counts)
                records[:] = [flow.version]
                counts["bytes"] += 4
            records.append(self._record(flow))
            counts["bytes"] += self._sizes[flow.version]
            counts["flows"] += 1
        if counts["flows"]:
            yield self._end(sets, records, counts)

    def _begin(self):
        sets, counts = [], {"bytes": self._HEADER_SIZE, "flows": 0, "others": 0}
        if self._until_templates == 0:
            self._until_templates = self._repeat
            sets, counts["others"] = self._templates()
            counts["bytes"] += sum(map(len, sets))
        self._until_templates -= 1
        return sets, [], counts

    @staticmethod
    def _close(sets, records, counts):
        """A set of the records so far; records[0] is the IP version they are of."""
        if records:
            whole = _set(_V4 if records[0] == 4 else _V6, b"".join(records[1:]))
            counts["bytes"] += len(whole) - 4 - sum(map(len, records[1:]))
            sets.append(whole)
        records.clear()

    def _end(self, sets, records, counts):
        self._close(sets, records, counts)
        return self._header(sum(map(len, sets)), counts["flows"], counts["others"]) + b"".join(sets)

    def _record(self, flow):
        return b"".join(value(flow, size) for _, size, value in self._plans[flow.version])

    def _templates(self):
        """(sets, number of records in them)"""
        body = b""
        for template, version in ((_V4, 4), (_V6, 6)):
            plan = self._plans[version]
            body += struct.pack("!HH", template, len(plan))
            body += b"".join(struct.pack("!HH", element, size) for element, size, _ in plan)
        sets, count = [_set(self._TEMPLATE_SET, body)], 2
        if self.sampling:
            sets += self._sampling_options()
            count += 2
        return sets, count


def _set(number, body):
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", number, 4 + len(body)) + body


class NetflowV9(_Templated):
    """Sampling is told by options of the scope System, as routers do."""

    _HEADER_SIZE = 20
    _TEMPLATE_SET = 0

    def __init__(self, **settings):
        self._TIMES = {
            "start": (22, 22, 4, lambda flow, size: self._switched(flow.start)),
            "end": (21, 21, 4, lambda flow, size: self._switched(flow.end)),
        }
        super().__init__(**settings)

    def _switched(self, at):
        return self._uptime(at).to_bytes(4, "big")

    def _header(self, _, flows, others):
        now = int(self._clock() * 1000)
        header = struct.pack(
            "!HHIIII", 9, flows + others, self._uptime(now), now // 1000,
            self.sequence & 0xFFFFFFFF, self.domain,
        )  # fmt: skip
        self.sequence += 1  # v9 counts datagrams
        return header

    def _sampling_options(self):
        layout = struct.pack("!HHHHHHHHH", _OPTIONS, 4, 8, 1, 4, 34, 4, 35, 1)
        return [_set(1, layout), _set(_OPTIONS, struct.pack("!IIB", 0, self.sampling, 1))]


class Ipfix(_Templated):
    """Sampling is told by options of the scope observationDomainId."""

    _HEADER_SIZE = 16
    _TEMPLATE_SET = 2
    _TIMES = {"start": (152, 152, 8, _number("start")), "end": (153, 153, 8, _number("end"))}

    def _header(self, body, flows, others):
        header = struct.pack(
            "!HHIII", 10, self._HEADER_SIZE + body, int(self._clock()),
            self.sequence & 0xFFFFFFFF, self.domain,
        )  # fmt: skip
        # IPFIX counts data records, the options' among them, but not templates.
        self.sequence += flows + (1 if others > 2 else 0)
        return header

    def _sampling_options(self):
        layout = struct.pack("!HHHHHHHHH", _OPTIONS, 3, 1, 149, 4, 34, 4, 35, 1)
        return [_set(3, layout), _set(_OPTIONS, struct.pack("!IIB", self.domain, self.sampling, 1))]
