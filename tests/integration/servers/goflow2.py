"""goflow2, an unchanged release of it, with Kafka behind."""

import fcntl
import os
import shutil
import socket
import subprocess

from servers.process import CACHE, Process, free_port
from support.feed import Receiver

VERSION = "2.2.6"
_HOME = CACHE / f"goflow2-{VERSION}"
_PACKAGE = f"github.com/netsampler/goflow2/v2/cmd/goflow2@v{VERSION}"


class NotThere(Exception):
    """Why goflow2 cannot be had on this machine."""


def program():
    """Path of goflow2, built once by Go's own means. NotThere without a Go that can build it."""
    path = _HOME / "goflow2"
    if path.exists():
        return path
    go = shutil.which("go")
    if not go:
        raise NotThere("goflow2 is built by Go, and there is no `go` on the PATH")
    _HOME.mkdir(parents=True, exist_ok=True)
    with open(_HOME / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            done = subprocess.run(
                [go, "install", "-p", "2", _PACKAGE], env={**os.environ, "GOBIN": str(_HOME)},
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            if done.returncode:
                raise NotThere(f"go install {_PACKAGE} failed: {done.stderr.strip()[-300:]}")
    return path


class Goflow2(Process):
    """Takes NetFlow and IPFIX on `netflow_port`, sFlow on `sflow_port`, and sends one record to a
    message, as `json` or `bin` (protobuf). One worker, so that no data overtakes its template."""

    def __init__(self, kafka, topic, folder, name="goflow2", form="json"):
        self.netflow_port, self.sflow_port = (free_port(socket.SOCK_DGRAM) for _ in range(2))
        self.url = f"http://127.0.0.1:{free_port()}"
        listen = ",".join(
            f"{scheme}://127.0.0.1:{port}?count=1&workers=1&blocking=true"
            for scheme, port in (("netflow", self.netflow_port), ("sflow", self.sflow_port))
        )
        words = [
            program(), "-addr", self.url.removeprefix("http://"), "-listen", listen,
            "-format", form, "-transport", "kafka", "-transport.kafka.brokers", kafka.brokers,
            "-transport.kafka.topic", topic, "-transport.kafka.flushfreq", "100ms",
        ]  # fmt: skip
        super().__init__(name, words, folder)

    def start(self):
        super().start()
        self.wait_for_url(self.url + "/__health")
        ports = self.netflow_port, self.sflow_port
        self.wait_for(lambda: all(Receiver.of(port) for port in ports), what="listening")
        return self
