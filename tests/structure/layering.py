"""Checks that the tree keeps its shape: who may include whom, one wrapper for each third-party
library, a test for each source file and a fuzz target for each decoder.

usage: layering.py ROOT      exit status 1 when a rule is broken
"""

import re
import sys
from pathlib import Path

PURE_STAGES = {"decode", "aggregate", "encode"}  # no input or output, time comes as an argument
IO_STAGES = {"source", "sink", "state", "enrich", "web"}
STAGES = PURE_STAGES | IO_STAGES

# Folder -> folders it may include, besides its own.
MAY_INCLUDE = {
    "base": set(),
    "io": {"base"},
    "flow": {"base"},
    **{stage: {"base", "flow"} for stage in PURE_STAGES},
    **{stage: {"base", "flow", "io"} for stage in IO_STAGES},
    "pipeline": {"base", "flow", "io"} | STAGES,
    "cli": {"base", "flow", "io", "pipeline"} | STAGES,
}

# How a third-party library's headers begin. Each is included by one file pair (X.hpp and X.cpp).
LIBRARIES = {
    "librdkafka/": "librdkafka",
    "microhttpd.h": "libmicrohttpd",
    "curl/": "libcurl",
    "simdjson.h": "simdjson",
    "isa-l/igzip": "ISA-L (igzip)",
    "isa-l/crc": "ISA-L (CRC)",
    "zlib.h": "zlib",
    "spdlog/": "spdlog",
    "CLI/": "CLI11",
    "boost/": "Boost",
    "yaml-cpp/": "yaml-cpp",
    "cbor.h": "libcbor",
    "protozero/": "protozero",
    "maxminddb.h": "libmaxminddb",
    "openssl/": "OpenSSL",
    "lz4": "lz4",
    "zstd": "zstd",
    "bzlib.h": "bzip2",
    "crypt.h": "libcrypt",
    "cctz/": "cctz",
}
EVERYWHERE = ("fmt/",)

SYSTEM = re.compile(
    r"(sys|netinet|arpa|net|linux)/[\w/]+\.h$"
    r"|(unistd|fcntl|poll|signal|spawn|netdb|pthread|sched|dirent|pwd|regex|syslog|endian|byteswap"
    r"|[a-z]+intrin|time|stdlib|string)\.h$"
)
STANDARD = re.compile(r"[a-z_0-9]+$")  # <vector>, <cstdint>: no extension, no folder
NOT_IN_PURE = {"fstream", "filesystem", "iostream", "thread", "cstdio"}
CLOCK = re.compile(r"\b\w*(?:clock|Clock)::now\s*\(")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
MAX_LINES = 400


def sources(root, *folders, kinds=(".cpp", ".hpp")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in kinds and path.is_file():
                yield path


def folder_of(relative):
    """weir/io/x.hpp is in io, cli/x.cpp in cli."""
    return relative.parts[0] if relative.parts[0] == "cli" else relative.parts[1]


def check_own_include(where, folder, target):
    parts = target.split("/")
    if parts[0] == "cli":
        wanted = "cli"
    elif parts[0] == "weir" and len(parts) >= 3:
        wanted = parts[1]
    else:
        return f'{where}: "{target}": includes are written "weir/folder/file.hpp"'
    if wanted not in MAY_INCLUDE:
        return f"{where}: includes {target}, of a folder that the rules do not know"
    if wanted != folder and wanted not in MAY_INCLUDE[folder]:
        return f"{where}: {folder} must not include {wanted} ({target})"
    return None


def library_of(header):
    for start, library in LIBRARIES.items():
        if header.startswith(start):
            return library
    return None


def check_includes(root):
    """Yields a line for each include that breaks a rule."""
    users = {}  # library -> {pair: first header seen}
    for path in sources(root, "weir", "cli"):
        relative = path.relative_to(root)
        folder = folder_of(relative)
        if folder not in MAY_INCLUDE:
            yield f"{relative}: the rules do not know the folder {folder}"
            continue
        text = path.read_text(encoding="utf-8")
        for bracket, header in INCLUDE.findall(text):
            library = library_of(header)
            if bracket == '"':
                problem = check_own_include(relative, folder, header)
                if problem:
                    yield problem
            elif library:
                users.setdefault(library, {}).setdefault(relative.with_suffix(""), header)
            elif SYSTEM.match(header) or STANDARD.match(header):
                if folder in PURE_STAGES and (header in NOT_IN_PURE or SYSTEM.match(header)):
                    yield f"{relative}: {folder} does no input or output, yet includes <{header}>"
            elif not header.startswith(EVERYWHERE):
                yield f"{relative}: <{header}> is unknown; add its library to {Path(__file__).name}"
        if folder in PURE_STAGES and CLOCK.search(text):
            yield f"{relative}: {folder} reads a clock; time has to come as an argument"
    for library, pairs in sorted(users.items()):
        if len(pairs) > 1:
            names = ", ".join(sorted(map(str, pairs)))
            yield f"{library} is included by more than one file pair: {names}"


def fuzz_names(stem):
    """Targets that cover decode/STEM.cpp: its own, or for a part of a decoder (json_split) the
    whole's (json)."""
    words = stem.split("_")
    return {"_".join(words[:count]) + "_fuzz.cpp" for count in range(1, len(words) + 1)}


def check_companions(root):
    """Yields a line for each source file without its test, and each decoder without its fuzz target."""
    targets = {path.name for path in sources(root, "fuzz")}
    for path in sources(root, "weir", kinds=(".cpp",)):
        relative = path.relative_to(root)
        test = Path("tests", *relative.parts[1:]).with_name(path.stem + "_test.cpp")
        if not (root / test).exists():
            yield f"{relative}: has no test {test}"
        if relative.parts[1] == "decode" and not targets & fuzz_names(path.stem):
            yield f"{relative}: has no fuzz target fuzz/{path.stem}_fuzz.cpp"


def problems(root):
    root = Path(root)
    return [*check_includes(root), *check_companions(root)]


def long_files(root):
    """Files over the size at which one should look whether they are two: a smell, not an error."""
    for path in sources(
        Path(root), "weir", "cli", "tests", "fuzz", "bench", kinds=(".cpp", ".hpp", ".py", ".sh")
    ):
        lines = path.read_text(encoding="utf-8", errors="replace").count("\n")
        if lines > MAX_LINES:
            yield f"{path.relative_to(root)}: {lines} lines, over {MAX_LINES}"


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else ".")
    if not any(sources(root, "weir")):
        print(f"{root}: no sources in weir/", file=sys.stderr)
        return 2
    for line in long_files(root):
        print("note:", line)
    found = problems(root)
    for line in found:
        print("error:", line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
