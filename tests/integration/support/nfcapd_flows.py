"""NetFlow v9 (RFC 3954) with elements that few exporters send, and what nfdump prints of a file."""

import bz2
import struct
import subprocess
import time
from collections import Counter
from ipaddress import ip_address

NFDUMP = "/usr/bin/nfdump"

# Name: information element and its size; names of one element end in 6 for its IPv6 twin.
ELEMENTS = {
    "bytes": (1, 8), "packets": (2, 8), "proto": (4, 1), "tos": (5, 1), "tcp_flags": (6, 1),
    "src_port": (7, 2), "src_addr": (8, 4), "dst_port": (11, 2), "dst_addr": (12, 4),
    "src_as": (16, 4), "dst_as": (17, 4), "bgp_next_hop": (18, 4), "out_bytes": (23, 8),
    "out_packets": (24, 8), "src_addr6": (27, 16), "dst_addr6": (28, 16), "dst_tos": (55, 1),
    "src_mac": (56, 6), "out_dst_mac": (57, 6), "src_vlan": (58, 2), "dst_vlan": (59, 2),
    "direction": (61, 1), "bgp_next_hop6": (63, 16), "mpls1": (70, 3), "mpls2": (71, 3),
    "mpls3": (72, 3), "forwarding_status": (89, 1), "dst_peer_as": (128, 4),
    "src_peer_as": (129, 4), "connection_id": (148, 4), "event_time": (323, 8),
    "nat_src_addr": (225, 4), "nat_dst_addr": (226, 4), "nat_src_port": (227, 2),
    "nat_dst_port": (228, 2), "nat_event": (230, 1), "fw_event": (233, 1),
    "user_name": (40000, 20),
}  # fmt: skip


def _bytes(name, value):
    size = ELEMENTS[name][1]
    if isinstance(value, str):
        return value.encode().ljust(size, b"\0")
    return value.packed if hasattr(value, "packed") else value.to_bytes(size, "big")


def _set(number, body):
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", number, 4 + len(body)) + body


def datagrams(records, domain=77):
    """One datagram for each record, a dict of ELEMENTS, with its own template in front of it."""
    for number, record in enumerate(records):
        template = 300 + number
        layout = struct.pack("!HH", template, len(record))
        layout += b"".join(struct.pack("!HH", *ELEMENTS[name]) for name in record)
        sets = _set(0, layout)
        sets += _set(template, b"".join(_bytes(*item) for item in record.items()))
        uptime = 3_600_000
        yield struct.pack("!HHIIII", 9, 2, uptime, int(time.time()), number, domain) + sets


def rare_records():
    """Flows of MPLS, VLANs, MAC addresses, both directions, a firewall's and a translator's."""
    v4 = {"src_addr": ip_address("192.0.2.7"), "dst_addr": ip_address("198.51.100.9")}
    v6 = {"src_addr6": ip_address("2001:db8::7"), "dst_addr6": ip_address("2001:db8:1::9")}
    base = {"bytes": 12_345, "packets": 17, "proto": 17, "src_port": 5353, "dst_port": 53}
    return [
        {**v4, **base, "mpls1": 1000 << 4, "mpls2": 2000 << 4, "mpls3": 3000 << 4 | 1},
        {**v6, **base, "mpls1": 77 << 4 | 1, "bgp_next_hop6": ip_address("2001:db8::fe")},
        {**v4, **base, "src_vlan": 100, "dst_vlan": 200, "src_mac": 0x020000000001,
         "out_dst_mac": 0x020000000002},
        {**v4, **base, "out_bytes": 99_999, "out_packets": 33, "direction": 1, "dst_tos": 8},
        {**v6, **base, "out_bytes": 7, "out_packets": 1},
        {**v4, **base, "src_as": 64496, "dst_as": 64511, "src_peer_as": 64500,
         "dst_peer_as": 65550, "bgp_next_hop": ip_address("203.0.113.1"),
         "forwarding_status": 64},
        {**v4, "proto": 6, "src_port": 1024, "dst_port": 443, "event_time": 1_700_000_000_123,
         "nat_src_addr": ip_address("203.0.113.7"), "nat_dst_addr": ip_address("203.0.113.8"),
         "nat_src_port": 40_000, "nat_dst_port": 443, "nat_event": 1},
        {**v4, "proto": 6, "src_port": 1025, "dst_port": 443, "event_time": 1_700_000_000_456,
         "connection_id": 4711, "fw_event": 2, "nat_src_addr": ip_address("203.0.113.7"),
         "nat_dst_addr": ip_address("198.51.100.9"), "nat_src_port": 40_001,
         "nat_dst_port": 443, "user_name": "alice"},
    ]  # fmt: skip


def printed(path, tokens, *words):
    """What nfdump prints of a file's flows, as tuples of texts. Columns like %ipkt are plain."""
    layout = "fmt:" + ",".join(tokens)
    command = [NFDUMP, "-r", path, "-q", "-N", "-6", "-o", layout, *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (tuple(word.strip() for word in line.split(",")) for line in run.stdout.splitlines())
    return [row for row in rows if len(row) == len(tokens)]


def sums(path, tokens):
    """{key: (flows, packets, bytes, packets and bytes of both directions)} by these columns."""
    totals = Counter()
    for row in printed(path, (*tokens, "%fl", "%ipkt", "%ibyt", "%opkt", "%obyt")):
        *key, flows, packets, in_bytes, out_packets, out_bytes = row
        counts = [int(word) for word in (flows, packets, in_bytes, out_packets, out_bytes)]
        counts[3:] = counts[1] + counts[3], counts[2] + counts[4]
        for column, count in enumerate(counts):
            totals[tuple(key), column] += count
    keys = {key for key, _ in totals}
    return {key: tuple(totals[key, column] for column in range(5)) for key in keys}


def layout1(flows, compression=0):
    """An nfcapd file as nfdump 1.6 wrote it, of support.traffic's flows: extension maps for IPv4 and
    IPv6, each with interfaces, AS numbers, masks, next hop, out counters and the router."""
    records = [
        struct.pack("<HHHH8H", 2, 24, 0, 44, 5, 7, 8, 9, 15, 17, 23, 0),
        struct.pack("<HHHH8H", 2, 24, 1, 56, 5, 7, 8, 10, 15, 17, 23, 0),
    ]
    for flow in flows:
        six = flow.version == 6
        fixed = struct.pack(
            "<HHHHIIBBBBHHHH", 1 | 2 | 4 if six else 2 | 4, six, flow.start % 1000,
            flow.end % 1000, flow.start // 1000, flow.end // 1000, 0, flow.tcp_flags,
            flow.proto, flow.tos, flow.src_port, flow.dst_port, 0, 0,
        )  # fmt: skip
        rest = _host(flow.src) + _host(flow.dst) + struct.pack("<QQ", flow.packets, flow.bytes)
        rest += struct.pack("<IIII", flow.in_if, flow.out_if, flow.src_as, flow.dst_as)
        rest += struct.pack("<BBBB", 0, 0, flow.src_mask, flow.dst_mask) + _host(flow.next_hop)
        rest += struct.pack("<QQI", 3, 1000, int(ip_address("127.0.0.9")))
        records.append(struct.pack("<HH", 10, 4 + len(fixed + rest)) + fixed + rest)
    body = b"".join(records)
    if compression:
        body = bz2.compress(body)
    header = struct.pack("<HHII128s", 0xA50C, 1, compression, 1, b"made up") + bytes(136)
    return header + struct.pack("<IIHH", len(records), len(body), 2, 0) + body


def _host(address):
    """As numbers in this machine's order: one of 32 bits or two of 64."""
    packed = address.packed
    return packed[::-1] if len(packed) == 4 else packed[7::-1] + packed[:7:-1]
