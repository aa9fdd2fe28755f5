"""Child processes that cannot outlive the tests, and waiting that ends."""

import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("WEIR_BUILD", ROOT / "build" / "release"))
CACHE = Path(
    os.environ.get("WEIR_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weir"
)

# Deadlines are written down for an idle machine; a busy one gets so many times as long.
PATIENCE = 6

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class _Ports:
    """Ports to listen on that nobody else is given, in blocks. They lie below those that the kernel
    gives to clients: one that goes on connecting to a server that is being started again would sooner
    or later be given that very port."""

    _SIZE = 100

    def __init__(self):
        with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
            first_of_clients = int(file.read().split()[0])
        end = first_of_clients if first_of_clients > 20_000 else 60_000
        self._blocks = list(range(10_000, end - self._SIZE, self._SIZE))
        random.Random(os.urandom(8)).shuffle(self._blocks)
        self._locks = []  # of the blocks that are this process', for as long as it lives
        self._free = []

    def take(self):
        if not self._free:
            begin = self._blocks.pop()
            lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                lock.bind(f"\0weir-test-ports-{begin}")
            except OSError:  # another process'
                lock.close()
                return self.take()
            self._locks.append(lock)
            self._free = list(range(begin, begin + self._SIZE))
        return self._free.pop()


_ports = _Ports()


def free_port(kind=socket.SOCK_STREAM):
    """A loopback port that nothing listens on, never the same twice in all test runs at a time."""
    while True:
        port = _ports.take()
        try:
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port


def wait_until(check, timeout=30.0, what="the condition", every=0.05):
    """Calls check() until it returns something true, and returns that. AssertionError after
    timeout * PATIENCE seconds; an AssertionError or OSError of check() itself counts as 'not yet'."""
    deadline = time.monotonic() + timeout * PATIENCE
    last = None
    while True:
        try:
            last = check()
            if last:
                return last
        except (AssertionError, OSError) as error:
            last = error
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what}: not within {timeout * PATIENCE} s; last: {last!r}")
        time.sleep(every)


def http_get(url, timeout=10.0 * PATIENCE, headers=None):
    """(status, headers, body) of a GET; a status of 400 and above is no exception."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """One child process. Its output goes to FOLDER/NAME.out and .err, appended over restarts.

    The kernel kills it when the thread that started it ends, so start it from the main thread."""

    def __init__(self, name, command, folder, env=None, stdin=subprocess.DEVNULL):
        self.name = name
        self.command = [str(word) for word in command]
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.out_path = self.folder / f"{name}.out"
        self.err_path = self.folder / f"{name}.err"
        self.env = env
        self._stdin = stdin  # as subprocess.Popen takes it
        self._child = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        assert not self.running, f"{self.name} is already running"
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self._child = subprocess.Popen(
                self.command,
                stdin=self._stdin,
                stdout=out,
                stderr=err,
                cwd=self.folder,
                env={**os.environ, **(self.env or {})},
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C reaches only us, who stop it in its turn
            )
        return self

    @property
    def pid(self):
        return self._child.pid

    @property
    def stdin(self):
        """The writing end, where it was started with stdin=subprocess.PIPE."""
        return self._child.stdin

    @property
    def running(self):
        return self._child is not None and self._child.poll() is None

    @property
    def exit_status(self):
        """None while running, minus the signal's number when a signal ended it."""
        return self._child.poll()

    @property
    def out(self):
        return self.out_path.read_text(errors="replace")

    @property
    def err(self):
        return self.err_path.read_text(errors="replace")

    def send_signal(self, number):
        if self.running:
            self._child.send_signal(number)

    def pause(self):
        self.send_signal(signal.SIGSTOP)

    def cont(self):
        self.send_signal(signal.SIGCONT)

    def stop(self, number=signal.SIGTERM, timeout=20.0):
        """Ends it and returns its exit status; kills it after timeout * PATIENCE seconds."""
        if self._child is None:
            return None
        self.cont()  # a stopped process would not take the signal
        self.send_signal(number)
        try:
            return self._child.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self):
        """SIGKILL; returns the exit status, -9."""
        self.send_signal(signal.SIGKILL)
        return self._child.wait(10 * PATIENCE)

    def wait(self, timeout=30.0):
        """Waits for it to end by itself and returns the exit status."""
        return self._child.wait(timeout * PATIENCE)

    def wait_for(self, check, timeout=30.0, what="ready"):
        """As wait_until, but fails at once when the process ends, and shows its last lines."""

        def still_running_and_done():
            if not self.running:
                raise RuntimeError(f"ended with status {self.exit_status}")
            return check()

        try:
            return wait_until(still_running_and_done, timeout, what)
        except (AssertionError, RuntimeError) as error:
            tail = "\n".join((self.out + self.err).splitlines()[-30:])
            raise AssertionError(f"{self.name}: {error}\n{tail}") from error

    def wait_for_port(self, port, timeout=30.0):
        def connects():
            with socket.create_connection(("127.0.0.1", port), 1.0):
                return True

        self.wait_for(connects, timeout, f"listening on port {port}")

    def wait_for_url(self, url, status=200, timeout=30.0):
        self.wait_for(lambda: http_get(url)[0] == status, timeout, f"{url} answering {status}")

    def wait_for_text(self, pattern, timeout=30.0):
        """Waits until its output has a match of the pattern, and returns the match."""
        return self.wait_for(
            lambda: re.search(pattern, self.out + self.err), timeout, f"writing {pattern!r}"
        )
