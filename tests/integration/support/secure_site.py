"""A secured broker with all that docs/kafka-security.md says of it, as an operator would lay it out."""

import re
import shutil

from servers.certificates import Authority, encrypt_key
from servers.process import ROOT
from servers.secure_kafka import SecureKafka
from servers.tokens import TokenServer
from support.messages import OWN, numbered

DOCUMENT = (ROOT / "docs" / "kafka-security.md").read_text()
PASSWORD = "hunter22-Zz+&%"
LIFETIME = 20  # seconds that a token is good for; less is too little on a busy machine


def blocks(heading, language):
    """The code blocks of one section of the document."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)
    return re.findall(rf"^```{language}\n(.*?)^```", section[1], re.DOTALL | re.MULTILINE)


class Site:
    """A broker, a token server, and the files in /etc/weir of the document."""

    def __init__(self, folder):
        self.folder = folder
        self.etc = folder / "etc"
        self.etc.mkdir()
        self.tokens = TokenServer(folder, "weir", PASSWORD, "weir", LIFETIME)
        self.kafka = SecureKafka(folder, {"weir": PASSWORD}, self.tokens)
        authority = self.kafka.authority
        shutil.copy(authority.certificate, self.etc / "ca.pem")
        certificate, key = authority.issue("weir")
        shutil.copy(certificate, self.etc / "weir.pem")
        shutil.copy(encrypt_key(key, PASSWORD), self.etc / "weir.key")
        certificate, key = Authority(folder / "stranger", "stranger").issue("weir")
        shutil.copy(certificate, self.etc / "stranger.pem")
        shutil.copy(key, self.etc / "stranger.key")
        self._files = 0

    def filled(self, text):
        """A text of the document with our places and passwords."""
        text = text.replace("https://login.example.net/oauth2/token", self.tokens.url)
        return text.replace("/etc/weir/", f"{self.etc}/").replace("change-me", PASSWORD)

    def topic(self, name, *rights):
        """A topic with rights of (principal, operation); without any, those of the document."""
        self.kafka.create_topic(name)
        for principal, operation in rights or documented_rights():
            self.kafka.allow(principal, operation, name)
        return name

    def properties(self, way, **changes):
        """The document's file for this way to log in; a change to None leaves a line out."""
        lines = self.filled(blocks(way, "properties")[0]).splitlines()
        settings = dict(line.split("=", 1) for line in lines)
        settings |= {name.replace("_", "."): value for name, value in changes.items()}
        self._files += 1
        path = self.etc / f"kafka-{self._files}.properties"
        kept = {name: value for name, value in settings.items() if value is not None}
        path.write_text("# A comment\n" + "".join(f"{k} = {v}\n" for k, v in kept.items()))
        return ["-X", f"@{path}"]

    def arguments(self, listener, topic):
        address = self.kafka.addresses.get(listener, self.kafka.brokers)
        return ["--brokers", address, "--topic", topic, "--start", "earliest",
                "--state-dir", "none", "--asn", ",".join(map(str, OWN))]  # fmt: skip

    def send(self, topic, truth, count=50):
        messages = numbered(count, first=sum(truth.messages.values()))
        self.kafka.produce(topic, [message.value for message in messages], 0)
        for message in messages:
            truth.add(message, topic)


def documented_rights():
    lines = [line for part in ("Rights", "Client certificates") for line in blocks(part, "sh")]
    found = [re.search(r"--allow-principal (\S+) --operation (\S+)", line) for line in lines]
    return [(match[1], match[2].upper()) for match in found]
