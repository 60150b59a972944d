"""A small OpenID Connect provider over HTTP on loopback, that also lies when it is told to."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "teplosvet", "client-secret"


@dataclass
class Provider:
    """What the provider says.

    Attributes:
        issuer: Its address.
        lies: Claims that the next tokens have instead of the right ones; None leaves one out.
        forged: Whether the next tokens are signed by somebody else.
    """

    issuer: str
    lies: dict[str, Any] = field(default_factory=dict)
    forged: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    other_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, question: dict[str, str]) -> str:
        """A code for a sign-in, as if the person had agreed."""
        code = sha256(json.dumps(question).encode()).hexdigest()
        self.asked[code] = question
        return code

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        """Tokens for a code; None if the code or its PKCE verifier is wrong (RFC 7636, section 4.6)."""
        question = self.asked.pop(form.get("code", ""), None)
        if question is None or form.get("client_secret") != SECRET:
            return None
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != question["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "person-1", "iat": now, "exp": now + 300}
        claims |= {"nonce": question["nonce"], "email": "Operator@City.example", "email_verified": True, **self.lies}
        said = {name: value for name, value in claims.items() if value is not None}
        key = self.other_key if self.forged else self.key
        return {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, said, key),
        }


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _say(self, answer: object, status: int = 200) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                self._say({"issuer": found.issuer, **{name: f"{found.issuer}/{end}" for name, end in ends.items()}})
            elif self.path == "/keys":
                self._say({"keys": [found.key.as_dict(private=False)]})
            else:
                self._say({}, 404)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = found.token({name: values[0] for name, values in parse_qs(text).items()})
            self._say(answer or {"error": "invalid_grant"}, 200 if answer else 400)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def question_of(location: str) -> dict[str, str]:
    """What the browser was sent to ask."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
