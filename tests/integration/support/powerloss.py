"""What a power loss leaves of a program's files: what was synced, and of the rest what chance has it."""

import os
import re
import shutil
from pathlib import Path

from servers.process import BUILD

_LIBRARY = BUILD / "tools" / "power_loss.so"
_SECTOR = 512
# What becomes of bytes that were written and not synced, and of names that were changed since their
# folder was synced. All of these happen: POSIX promises nothing of either.
BYTES = ("lost", "prefix", "torn", "kept")
NAMES = ("lost", "some", "kept")


class Disk:
    """A folder FOLDER/disk as it would be after a power loss. A program that is started with `env`
    has what it does there noted by tests/tools/power_loss.c. `fail` makes its disk fail."""

    def __init__(self, folder):
        self.path = Path(folder).resolve() / "disk"
        self._notes = self.path.with_name("disk-notes")
        self._fail = self.path.with_name("disk-fails")
        self.path.mkdir(parents=True)
        self.env = {
            "LD_PRELOAD": str(_LIBRARY),
            "POWER_LOSS_DISK": str(self.path),
            "POWER_LOSS_NOTES": str(self._notes),
            "POWER_LOSS_FAIL": str(self._fail),
        }
        self.sync()

    def fail(self, how):
        """From now on syncing fails ("sync") or writing ("full"), or nothing any more (None)."""
        if how is None:
            self._fail.unlink(missing_ok=True)
        else:
            self._fail.write_text(how)

    def lose_power(self, rng, how_bytes=None, how_names=None):
        """Takes away what chance, or one of BYTES and of NAMES, has it that a power loss would; nobody
        may be writing. Returns what it did, for people."""
        how_bytes, how_names = how_bytes or rng.choice(BYTES), how_names or rng.choice(NAMES)
        built = self.path.with_name("disk-after")
        shutil.rmtree(built, ignore_errors=True)
        self._build(self.path.stat().st_ino, built, how_bytes, how_names, rng)
        before = _listing(self.path)
        shutil.rmtree(self.path)
        built.rename(self.path)
        self.sync()
        return f"unsynced bytes {how_bytes}, names {how_names}: {before} -> {_listing(self.path)}"

    def sync(self):
        """All that is there is durable."""
        shutil.rmtree(self._notes, ignore_errors=True)
        for name in ("live", "durable", "names", "lost"):
            (self._notes / name).mkdir(parents=True)
        for folder, folders, files in os.walk(self.path):
            lines = []
            for kind, names in (("folder", folders), ("file", files)):
                for name in names:
                    path = Path(folder, name)
                    inode = path.stat().st_ino
                    lines.append(f"{inode} {kind} {name}\n")
                    if kind == "file":
                        os.link(path, self._notes / "live" / str(inode))
                        shutil.copyfile(path, self._notes / "durable" / str(inode))
            (self._notes / "names" / str(os.stat(folder).st_ino)).write_text("".join(lines))

    def _names(self, inode, how, rng):
        """[(inode, kind, name), …] that a folder has afterwards."""
        durable = self._notes / "names" / str(inode)
        after = self._notes / "names" / f"{inode}.after"
        lists = [durable.read_text() if durable.exists() else ""]
        if after.exists():
            lists += re.split(r"^\.\n", after.read_text(), flags=re.M)[:-1]
        chosen = {"lost": lists[0], "some": rng.choice(lists), "kept": lists[-1]}[how]
        return [line.split(" ", 2) for line in chosen.splitlines()]

    def _build(self, inode, into, how_bytes, how_names, rng):
        into.mkdir()
        for number, kind, name in self._names(inode, how_names, rng):
            if kind == "folder":
                self._build(number, into / name, how_bytes, how_names, rng)
            else:
                (into / name).write_bytes(self._bytes(number, how_bytes, rng))

    def _bytes(self, inode, how, rng):
        old, new = (
            path.read_bytes() if path.exists() else b""
            for path in (self._notes / which / str(inode) for which in ("durable", "live"))
        )
        if how == "lost" or old == new:
            return old
        return {"prefix": _prefix, "torn": _torn, "kept": lambda *_: new}[how](old, new, rng)


def _prefix(old, new, rng):
    """The new bytes up to somewhere behind the first that differs, then the old ones."""
    same = len(os.path.commonprefix((old, new)))
    end = rng.randint(same, len(new))
    return new[:end] + old[end:]


def _torn(old, new, rng):
    """As long as the new file is; each sector is new or old, or zeros where there was none."""
    old = old[: len(new)].ljust(len(new), b"\0")
    starts = range(0, len(new), _SECTOR)
    return b"".join(rng.choice((old, new))[at : at + _SECTOR] for at in starts)


def _listing(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return ", ".join(f"{path.name} {path.stat().st_size}" for path in files) or "nothing"
