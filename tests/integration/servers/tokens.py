"""Tokens for OAUTHBEARER: a server that hands them out for a client's id and secret, and the key
that a broker checks them with."""

import base64
import http.server
import json
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

from servers.process import PATIENCE


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer:
    """OpenID Connect's client credentials grant on loopback, in a thread of this process. Tokens
    are signed with RS256 by openssl and good for `lifetime` seconds; `granted` counts them."""

    def __init__(self, folder, client, secret, subject, lifetime=3600, audience="kafka"):
        self._folder = Path(folder)
        self._key = self._folder / "tokens.key"
        self._client, self.secret, self._subject = client, secret, subject
        self._audience = audience
        self.lifetime = lifetime
        self.granted = 0
        self.jwks = self._folder / "jwks.json"
        self._openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                      "-out", self._key)  # fmt: skip
        modulus = self._openssl("rsa", "-in", self._key, "-noout", "-modulus").decode()
        number = bytes.fromhex(modulus.strip().partition("=")[2])
        key = {"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": _text(number),
               "e": "AQAB"}  # fmt: skip
        self.jwks.write_text(json.dumps({"keys": [key]}))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _handler(outer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(size).decode())
                known = base64.b64encode(f"{outer._client}:{outer.secret}".encode()).decode()
                if self.headers.get("Authorization") != f"Basic {known}":
                    self._answer(401, {"error": "invalid_client"})
                elif form.get("grant_type") != ["client_credentials"]:
                    self._answer(400, {"error": "unsupported_grant_type"})
                else:
                    outer.granted += 1
                    self._answer(200, {"access_token": outer._token(), "token_type": "Bearer",
                                       "expires_in": outer.lifetime})  # fmt: skip

            def _answer(self, status, content):
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def _token(self):
        now = int(time.time())
        claims = {"iss": "weir-tests", "sub": self._subject, "aud": self._audience,
                  "iat": now, "exp": now + self.lifetime}  # fmt: skip
        parts = ({"alg": "RS256", "typ": "JWT", "kid": "1"}, claims)
        signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
        signature = self._openssl("dgst", "-sha256", "-sign", self._key, data=signed.encode())
        return f"{signed}.{_text(signature)}"

    @staticmethod
    def _openssl(*words, data=None):
        done = subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True,
                              timeout=30 * PATIENCE)  # fmt: skip
        assert done.returncode == 0, f"openssl {words}: {done.stderr.decode()}"
        return done.stdout
