#!/usr/bin/env python3
"""Makes the MaxMind DB files beside it, of documentation addresses (RFC 5737, RFC 3849) and private
AS numbers (RFC 5398). They come from an implementation of the format that is not weir's own.

usage:
    python3 -m venv venv && venv/bin/pip install mmdb_writer==0.2.7 && venv/bin/python make_mmdb.py
"""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

HERE = Path(__file__).parent


def place(code, registered=None):
    """As country and city databases lay it out."""
    entry = {"continent": {"code": "EU"}, "traits": {"is_anycast": False}}
    if code:
        entry["country"] = {"iso_code": code, "names": {"en": f"Country {code}"}}
    if registered:
        entry["registered_country"] = {"iso_code": registered}
    return entry


def organisation(number, name):
    return {"autonomous_system_number": number, "autonomous_system_organization": name}


def flat(number, name, code):
    """All in one, as texts."""
    return {"asn": f"AS{number}", "as_name": name, "country": f"Country {code}", "country_code": code}


def write(name, ip_version, entries):
    writer = MMDBWriter(
        ip_version=ip_version,
        database_type=f"weir-test-{name}",
        languages=["en"],
        description="Made for tests",
        ipv4_compatible=ip_version == 6,
        int_type="u32",
    )
    for networks, entry in entries:
        writer.insert_network(IPSet(networks), entry)
    writer.to_db_file(str(HERE / f"{name}.mmdb"))


write(
    "country",
    6,
    [
        (["192.0.2.0/25", "2001:db8:1::/48"], place("DE")),
        (["192.0.2.128/26"], place("CZ", "DE")),
        (["198.51.100.0/24", "2001:db8:2::/48"], place(None, "AU")),
        (["203.0.113.0/24"], place(None)),
    ],
)
write(
    "asn",
    6,
    [
        (["192.0.2.0/24", "2001:db8:1::/48"], organisation(64496, "Example One, Inc.")),
        (["198.51.100.0/25"], organisation(64497, "Příklad dvě")),
        (["198.51.100.128/25", "2001:db8:2:8000::/49"], organisation(65551, "EXAMPLE-THREE")),
    ],
)
write("flat", 4, [(["192.0.2.0/24"], flat(64500, "Flat Example", "JP"))])
