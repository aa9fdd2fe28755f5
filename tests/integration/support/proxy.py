"""A network between a broker and its clients that can be cut, stall and be slow."""

import socket
import struct
import threading
import time

from servers.kafka import Kafka, Listener
from servers.process import free_port

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset


class Proxy:
    """Forwards TCP connections to a loopback port `port` to another one, on threads of its own.

    cut: connections are reset, new ones too; stall: bytes are taken and not passed on; delay: seconds
    that each piece waits; mend: as in the beginning."""

    def __init__(self, port, target):
        self.port = port
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._cut = False
        self.delay = 0.0
        self._lock = threading.Lock()
        self._pairs = set()
        self._server = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        _reset((self._server,))
        self.cut()

    def cut(self):
        self._cut = True
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _reset(pair)
        self._open.set()  # who waits there is to find out

    def stall(self):
        self._open.clear()

    def mend(self):
        self._cut = False
        self.delay = 0.0
        self._open.set()

    def _accept(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                if self._cut:
                    _reset((client,))
                    continue
                broker = socket.create_connection(("127.0.0.1", self._target), 5)
                broker.settimeout(None)
            except OSError:
                _reset((client,))
                continue
            pair = (client, broker)
            with self._lock:
                self._pairs.add(pair)
            for ends in (pair, pair[::-1]):
                threading.Thread(target=self._pump, args=(pair, *ends), daemon=True).start()

    def _pump(self, pair, source, target):
        try:
            while data := source.recv(65536):
                self._open.wait()
                if self.delay:
                    time.sleep(self.delay)
                target.sendall(data)
        except OSError:
            pass
        with self._lock:
            self._pairs.discard(pair)
        _reset(pair)


def _reset(sockets):
    for each in sockets:
        try:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            each.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        except OSError:
            pass
        each.close()


class ProxiedKafka(Kafka):
    """A broker with a second way in, `far`, through a Proxy."""

    def __init__(self, folder, **settings):
        self._proxy_port = free_port()
        self.far = f"127.0.0.1:{self._proxy_port}"
        super().__init__(folder, listeners={"FAR": Listener("PLAINTEXT")}, **settings)
        self.proxy = Proxy(self._proxy_port, int(self.addresses["FAR"].rpartition(":")[2]))

    def _all_properties(self, extra):
        advertised = f"PLAINTEXT://{self.brokers},FAR://{self.far}"
        return super()._all_properties({"advertised.listeners": advertised, **extra})

    def __exit__(self, *_):
        self.proxy.close()
        super().__exit__()
