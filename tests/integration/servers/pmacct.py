"""Debian's pmacct: nfacctd, sfacctd and pmacctd with Kafka behind, in the foreground, no root.

    flows = Pmacct.deployed("nfacctd.conf", kafka, "flows", tmp_path)
    with flows:
        Router("bdr1", "v9", flows.port).send(Traffic().flows(1000))
"""

import fcntl
import os
import re
import signal
import socket
import termios
import time
from array import array
from pathlib import Path

from servers.process import ROOT, Process, free_port, wait_until
from support.feed import ROUTERS, Receiver
from support.packets import pcap

CONFIGURATIONS = ROOT / "deploy" / "pmacct"
# In the order of ROUTERS, the addresses that routers.map has for them.
_DOCUMENTED = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
_END = re.compile(r"Purging cache - END \(PID: \d+, QN: (\d+)/(\d+)")


def substitute(text, changes):
    """Replaces whole lines, each of which must be there exactly once: {old line: new line}."""
    lines = text.split("\n")
    for old, new in changes.items():
        assert lines.count(old) == 1, f"{lines.count(old)} lines are {old!r}"
        lines[lines.index(old)] = new
    return "\n".join(lines)


class Pmacct(Process):
    """One daemon with a configuration's text. nfacctd and sfacctd listen on `port`; pmacctd reads
    packets from a pipe, `pipe`, that send_packets() writes to.

    Started means that flows sent now are counted: what comes earlier pmacct drops in silence.
    stop() ends it as its users should, by SIGINT: it then sends what it has not purged yet. (SIGTERM
    it takes only when the next datagram comes.)"""

    def __init__(self, daemon, text, folder, port=None, name=None):
        self.port = port
        name = name or daemon
        folder = Path(folder)
        self.pipe = folder / f"{name}.pipe"
        self.etc = folder / f"{name}-etc"
        self.config = folder / f"{name}.conf"
        self._writer = None
        super().__init__(name, [f"/usr/sbin/{daemon}", "-f", self.config], folder)
        self.config.write_text(text)

    @classmethod
    def deployed(cls, file, kafka, topic, folder, refresh=1, login=None, name=None):
        """With a configuration of deploy/pmacct, of which nothing is changed but the address and
        port to listen on (pmacctd: a pipe in place of the interface), the broker, the topic, the
        refresh time and the folder /etc/pmacct. In routers.map loopback addresses stand for the
        documented ones.

        `login` is the name of a kafka_config_file in deploy/pmacct in place of kafka.conf, and the
        broker's port for it; the keys that it names go to the folder `etc`."""
        daemon = re.match(r"\w+", file)[0]
        name = name or file.removesuffix(".conf")
        folder = Path(folder)
        port = None if daemon == "pmacctd" else free_port(socket.SOCK_DGRAM)
        logins, broker = login or ("kafka.conf", kafka.port)
        path = "kafka_config_file[weir]: /etc/pmacct/"
        text = (CONFIGURATIONS / file).read_text()
        text = substitute(text, {
            "kafka_broker_host[weir]: kafka1.example.net": "kafka_broker_host[weir]: 127.0.0.1",
            "kafka_broker_port[weir]: 9092": f"kafka_broker_port[weir]: {broker}",
            "kafka_topic[weir]: pmacct.acct": f"kafka_topic[weir]: {topic}",
            "kafka_refresh_time[weir]: 15": f"kafka_refresh_time[weir]: {refresh}",
            f"{path}kafka.conf": f"{path}{logins}",
            **cls._source(daemon, port, folder / f"{name}.pipe"),
        })  # fmt: skip
        pmacct = cls(daemon, "", folder, port, name)
        pmacct.etc.mkdir(parents=True, exist_ok=True)
        pmacct.config.write_text(text.replace(": /etc/pmacct/", f": {pmacct.etc}/"))
        for other in CONFIGURATIONS.iterdir():
            (pmacct.etc / other.name).write_text(_on_loopback(other, pmacct.etc))
        return pmacct

    @staticmethod
    def _source(daemon, port, pipe):
        if daemon == "pmacctd":
            return {"pcap_interface: eth0": f"pcap_savefile: {pipe}"}
        usual = {"nfacctd": 2055, "sfacctd": 6343}[daemon]
        return {
            f"{daemon}_ip: 0.0.0.0": f"{daemon}_ip: 127.0.0.1",
            f"{daemon}_port: {usual}": f"{daemon}_port: {port}",
        }

    def start(self):
        seen = len(self.err) if self.err_path.exists() else 0
        if self.port is None:
            self.pipe.unlink(missing_ok=True)
            os.mkfifo(self.pipe)
        super().start()
        if self.port is None:
            # Not waiting for a reader, which may have ended.
            pipe = self.wait_for(lambda: os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
            os.set_blocking(pipe, True)
            self._writer = open(pipe, "wb", buffering=0)
            self._writer.write(pcap([]))
        # Last of all the plugin says this; before that it loses what the core hands it.
        self.wait_for(lambda: "setting object handlers" in self.err[seen:], what="the plugin ready")
        if self.port:
            self.wait_for(lambda: "waiting for" in self.err[seen:], what="listening")
        return self

    def send_packets(self, packets):
        """Writes support.packets' packets to pmacctd, thirty or so at a time, and waits until it
        has read them: its plugin misses some of what is read from a file at full speed."""
        data = pcap(packets)[24:]  # the file's header it has
        for first in range(0, len(data), 2048):
            self._writer.write(data[first : first + 2048])
            wait_until(self._has_read, 20, f"{self.name} reading packets", every=0.002)

    def _has_read(self):
        waiting = array("i", [0])
        time.sleep(0.002)  # an empty pipe is not yet a counted packet
        fcntl.ioctl(self._writer, termios.FIONREAD, waiting)
        return waiting[0] == 0

    def purged(self):
        """(records sent, records that were to be sent) in all purges that have ended; sent is what
        librdkafka has taken, so also what it could not deliver then."""
        ends = [(int(sent), int(due)) for sent, due in _END.findall(self.err)]
        return sum(sent for sent, _ in ends), sum(due for _, due in ends)

    def drain(self):
        """Waits until all that was sent has been read: what is still in the socket when it stops
        would be lost, and what its core has not handed to its plugin."""
        if self.port:
            self.wait_for(lambda: Receiver.of(self.port).waiting == 0, what="reading its socket")
        wait_until(self._sleeps, what=f"{self.name} having done its work")

    def _sleeps(self):
        """For a while it has been waiting for something, and not for a CPU."""
        for _ in range(6):
            states = [path.read_text().rpartition(")")[2].split()[0] for path in self._stats()]
            if set(states) != {"S"}:
                return False
            time.sleep(0.05)
        return True

    def _stats(self):
        """/proc/…/stat of the core and its plugins."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [Path(f"/proc/{pid}/stat") for pid in (self.pid, *children)]

    def stop(self, number=signal.SIGINT, timeout=20.0):
        status = super().stop(number, timeout)
        if self._writer:
            self._writer.close()  # not before: at the end of a file pmacctd sends some packets again
            self._writer = None
        # The last writers of all may go on for a moment without their parent.
        if number == signal.SIGINT and status is not None:
            wait_until(lambda: self.err.count("START (PID") == self.err.count("END (PID"), timeout)
        return status


def _on_loopback(file, etc):
    text = file.read_text().replace(", /etc/pmacct/", f", {etc}/")
    if file.name == "routers.map":
        for documented, address in zip(_DOCUMENTED, ROUTERS.values(), strict=True):
            text = text.replace(f"ip={documented}\n", f"ip={address}\n")
    return text
