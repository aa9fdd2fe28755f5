"""nfcapd, Debian's collector of nfdump: NetFlow in, nfcapd files out."""

import re
import shutil
import socket
import time
from pathlib import Path

from servers.process import Process, free_port
from support.feed import Receiver, Router

NFCAPD = "/usr/bin/nfcapd"
_NAME = re.compile(r"nfcapd\.(\d{12})")


class Nfcapd(Process):
    """Listens on a free port and writes FOLDER/NAME-data/nfcapd.YYYYmmddHHMM, whose clock is that of
    `timezone`. A file is there when its `interval` (seconds, from 60) is over, or at `stop`."""

    def __init__(self, folder, name="nfcapd", interval=300, timezone="UTC", words=()):
        self.port = free_port(socket.SOCK_DGRAM)
        self.data = Path(folder) / f"{name}-data"
        command = [NFCAPD, "-w", self.data, "-b", "127.0.0.1", "-p", self.port, "-t", interval,
                   "-I", name, *words]  # fmt: skip
        super().__init__(name, command, folder, {"TZ": timezone})

    def start(self):
        """Files of a day are whole: they do not begin right before midnight."""
        left = 86400 - time.time() % 86400
        if left < 60:
            time.sleep(left + 1)
        self.data.mkdir(exist_ok=True)
        super().start()
        self.wait_for(lambda: Receiver.of(self.port), what="listening")
        return self

    def files(self):
        """The finished files, oldest first."""
        return sorted(path for path in self.data.iterdir() if _NAME.fullmatch(path.name))


def capture(folder, name, flows, form="v9"):
    """One finished file of what nfcapd made of flows, which one router sent in this form of NetFlow.
    A window may be ending meanwhile, so the file's own name means nothing."""
    collector = Nfcapd(folder, name, interval=86400)
    with collector, Router("bdr1", form, collector.port) as router:
        router.send(flows)
        collector.wait_for(lambda: Receiver.of(collector.port).waiting == 0, what="taking it all")
    (path,) = [path for path in collector.files() if path.stat().st_size > 1000]
    return path


def lay(path, root, window):
    """Puts a copy of a file where `nfcapd -S 1 -w ROOT` has that of a window, YYYYmmddHHMM."""
    place = Path(root) / window[:4] / window[4:6] / window[6:8] / f"nfcapd.{window}"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, place)
    return place
