"""Debian's Prometheus on a loopback port."""

import json
import urllib.parse

from servers.process import Process, free_port, http_get

_CONFIG = """\
global:
  scrape_interval: {interval}
  scrape_timeout: {interval}
scrape_configs:
  - job_name: weir
    static_configs:
      - targets: {targets}
"""


class Prometheus(Process):
    """Scrapes targets ("127.0.0.1:9590", …) every interval, or does what a whole config text says.

    with Prometheus(folder=tmp_path, targets=[f"127.0.0.1:{weir.port}"]) as prometheus:
        prometheus.query("sum(flow_receive_bytes_total)")
    """

    def __init__(self, folder, targets=(), interval="1s", config=None, port=None,
                 name="prometheus"):  # fmt: skip
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            name,
            [
                "/usr/bin/prometheus",
                f"--config.file={folder}/{name}.yml",
                f"--storage.tsdb.path={folder}/{name}-data",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            folder,
        )
        text = config or _CONFIG.format(interval=interval, targets=json.dumps(list(targets)))
        (self.folder / f"{name}.yml").write_text(text)

    def start(self):
        super().start()
        self.wait_for_url(self.url + "/-/ready")
        return self

    def api(self, path, **parameters):
        """The data of an API answer; AssertionError when Prometheus says it is an error."""
        query = urllib.parse.urlencode(parameters)
        _, _, body = http_get(f"{self.url}/api/v1/{path}?{query}")
        answer = json.loads(body)
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, promql):
        """An instant query: [(labels as a dict, value as a number), …]; a scalar has no labels."""
        data = self.api("query", query=promql)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(row["metric"], float(row["value"][1])) for row in data["result"]]

    def targets(self):
        """[{'health': 'up', 'lastError': …}, …]"""
        return self.api("targets")["activeTargets"]
