"""The program under test."""

import http.client
import os

from servers import metrics
from servers.process import BUILD, PATIENCE, Process, free_port, http_get, wait_until

PROGRAM = os.environ.get("WEIR", str(BUILD / "weir"))


class Weir(Process):
    """`weir COMMAND ARGS…` in its own folder (which is its working directory, so also where its
    state is by default). Commands that serve HTTP get a free port, the same over restarts.

        with Weir("export", "--brokers", kafka.brokers, "--topic", "flows", folder=tmp_path) as weir:
            weir.wait_ready()
            weir.wait_metrics(lambda m: m.value("weir_records_total") == 3)
    """

    def __init__(self, command, *args, folder, web=True, port=None, name="weir", env=None,
                 **process):  # fmt: skip
        self.port = (port or free_port()) if web else None
        self.url = f"http://127.0.0.1:{self.port}"
        words = [PROGRAM, command, *args]
        if web:
            words += ["--web.listen-address", f"127.0.0.1:{self.port}"]
        super().__init__(name, words, folder, env, **process)

    def get(self, path, **headers):
        """(status, headers, body) of a GET; header names with _ for -."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return http_get(self.url + path, headers=names)

    def reload(self):
        """(status, text) of a reload that is asked for by HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30 * PATIENCE)
        connection.request("POST", "/-/reload")
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def wait_ready(self, timeout=30.0):
        self.wait_for_url(self.url + "/-/ready", timeout=timeout)
        return self

    def metrics(self):
        """One scrape, read strictly. Whatever the test is about, all records are accounted for."""
        status, _, body = self.get("/metrics")
        assert status == 200, f"/metrics answered {status}: {body[:200]!r}"
        parsed = metrics.parse(body.decode())
        assert parsed.value("weir_records_unaccounted") == 0, body.decode()
        return parsed

    def wait_metrics(self, check, timeout=30.0, what="the metrics"):
        """Scrapes until check(metrics) is true, and returns those metrics."""
        seen = []

        def checked():
            seen[:] = [self.metrics()]
            return check(seen[0])

        self.wait_for(checked, timeout, what)
        return seen[0]


def run(*args, folder, timeout=60.0, env=None):
    """Runs `weir ARGS…` to its end; the Process has .exit_status, .out and .err."""
    process = Process("weir-run", [PROGRAM, *args], folder, env)
    for path in (process.out_path, process.err_path):
        path.unlink(missing_ok=True)
    process.start()
    try:
        wait_until(lambda: not process.running, timeout, "weir " + " ".join(map(str, args)))
    finally:
        process.stop()
    return process
