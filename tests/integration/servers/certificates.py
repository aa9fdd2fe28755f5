"""A certificate authority of our own, made by openssl when it is needed."""

import subprocess
from pathlib import Path

from servers.process import PATIENCE

_HOSTS = "IP:127.0.0.1,DNS:localhost"


class Authority:
    """Signs certificates; FOLDER/NAME.pem is the authority's own, which clients are to trust."""

    def __init__(self, folder, name="ca"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._key = self.folder / f"{name}.key"
        self.certificate = self.folder / f"{name}.pem"
        _openssl(
            "req", "-x509", *_new_key(self._key), "-days", "2", "-subj", f"/CN={name}",
            "-out", self.certificate,
        )  # fmt: skip

    def issue(self, name, subject=None, hosts=_HOSTS, expired=False):
        """Makes FOLDER/NAME.pem, and its key without a password in FOLDER/NAME.key; returns both
        paths. `hosts` as openssl writes subjectAltName; expired: it was good until yesterday."""
        key, request, signed = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        _openssl("req", *_new_key(key), "-subj", subject or f"/CN={name}", "-out", request)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"[v3]\nsubjectAltName={hosts}\n")
        ca = self.folder / f"{self._name}-database"
        ca.with_suffix(".txt").touch()
        ca.with_suffix(".cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\n"
            f"database={ca.with_suffix('.txt')}\nnew_certs_dir={self.folder}\n"
            "rand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n"
            "[any]\ncommonName=supplied\n"
        )
        start, end = ("20200101000000Z", "20200102000000Z") if expired else (None, None)
        dates = ["-startdate", start, "-enddate", end] if expired else ["-days", "2"]
        _openssl(
            "ca", "-batch", "-notext", "-config", ca.with_suffix(".cnf"), "-cert",
            self.certificate, "-keyfile", self._key, "-in", request, "-out", signed,
            "-extfile", extensions, "-extensions", "v3", *dates,
        )  # fmt: skip
        return signed, key

    def key_store(self, name, **settings):
        """A certificate with its key in one file, as Kafka reads PEM key stores."""
        certificate, key = self.issue(name, **settings)
        store = self.folder / f"{name}-store.pem"
        store.write_text(key.read_text() + certificate.read_text())
        return store


def encrypt_key(key, password):
    """The same private key behind a password; returns the path of the new file."""
    encrypted = key.with_suffix(".encrypted.key")
    _openssl("pkcs8", "-topk8", "-in", key, "-out", encrypted, "-passout", f"pass:{password}")
    return encrypted


def _new_key(path):
    """Elliptic curves, because RSA keys take a tenth of a second each."""
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path)


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                          timeout=30 * PATIENCE)  # fmt: skip
    assert done.returncode == 0, f"openssl {words}: {done.stderr}"
