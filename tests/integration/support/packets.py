"""Ethernet packets of support.traffic's flows, and pcap files of them.

Only headers are made: a file says of each packet how long it was and holds its first bytes, as a
capture with a small snaplen does."""

import struct
from dataclasses import dataclass

from support.traffic import ICMP, ICMPV6, TCP, UDP, Flow

ETHERNET = 14
_MACS = bytes.fromhex("02005e000101" "02005e000202")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a flow; `length` is that of the IP packet, header and all; `time` in ms."""

    flow: Flow
    length: int
    time: int


def packets(flows):
    """Every packet of the flows, flow by flow; a flow's lengths add up to its bytes."""
    for flow in flows:
        length, longer = divmod(flow.bytes, flow.packets)
        step = (flow.end - flow.start) / max(flow.packets - 1, 1)
        for n in range(flow.packets):
            yield Packet(flow, length + (n < longer), int(flow.start + n * step))


def headers(packet):
    """Ethernet, IP and TCP, UDP or ICMP headers of a packet, without what they carry."""
    flow = packet.flow
    if flow.version == 4:
        return _MACS + b"\x08\x00" + _ipv4(flow, packet.length) + _transport(packet, 20)
    return _MACS + b"\x86\xdd" + _ipv6(flow, packet.length) + _transport(packet, 40)


def _ipv4(flow, length):
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, flow.tos, length, 0, 0x4000, 60, flow.proto, 0,
        flow.src.packed, flow.dst.packed,
    )  # fmt: skip
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return header[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[12:]


def _ipv6(flow, length):
    return struct.pack(
        "!IHBB16s16s", 6 << 28 | flow.tos << 20, length - 40, flow.proto, 60,
        flow.src.packed, flow.dst.packed,
    )  # fmt: skip


def _transport(packet, above):
    flow = packet.flow
    ports = struct.pack("!HH", flow.src_port, flow.dst_port)
    if flow.proto == TCP:
        return ports + struct.pack("!IIBBHHH", 0, 0, 0x50, flow.tcp_flags, 0xFFFF, 0, 0)
    if flow.proto == UDP:
        return ports + struct.pack("!HH", packet.length - above, 0)
    assert flow.proto in (ICMP, ICMPV6)
    return struct.pack("!BBHI", 8 if flow.proto == ICMP else 128, 0, 0, 0)


def pcap(all_packets):
    """The bytes of a capture file of the packets, in the order of time."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 128, 1)]
    for packet in sorted(all_packets, key=lambda packet: packet.time):
        data = headers(packet)
        seconds, millis = divmod(packet.time, 1000)
        sizes = len(data), ETHERNET + packet.length
        parts.append(struct.pack("<IIII", seconds, millis * 1000, *sizes) + data)
    return b"".join(parts)
