"""A small OpenID provider on this machine: discovery, authorize, token, keys and user-info, signing with RS256."""

import base64
import hashlib
import json
import secrets
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "alcaide", "not told to anybody"


@cache
def two_keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """Make the provider's key and a stranger's once: a pair takes a second."""
    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


class Provider(ThreadingHTTPServer):
    """Vouches for whoever `claims` describes; `spoil` changes the identity token before or after it is signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.key, self.other_key = two_keys()
        self.claims: dict[str, Any] = {}
        self.spoil: dict[str, Any] = {}
        self.header: dict[str, Any] = {"kid": "one"}
        self.sign_with: Any = self.key
        self.algorithm = "RS256"
        self.userinfo: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def token(self) -> str:
        now = int(time.time())
        body = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims, **self.spoil}
        return jwt.encode(body, self.sign_with, algorithm=self.algorithm, headers=self.header)


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts, house = urlsplit(self.path), self.server.address
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._say({
                "issuer": house, "authorization_endpoint": f"{house}/authorize", "token_endpoint": f"{house}/token",
                "userinfo_endpoint": f"{house}/userinfo", "jwks_uri": f"{house}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })  # fmt: skip
        elif parts.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self._say({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        elif parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer a-token":
            self._say({**self.server.claims, **self.server.userinfo})
        else:
            self._say({"error": "unknown"}, status=404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.server.codes.pop(given.get("code", ""), None)
        verifier = given.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        wanted = (CLIENT, SECRET, asked and asked["redirect_uri"], asked and asked.get("code_challenge"))
        if (
            asked is None
            or (given.get("client_id"), given.get("client_secret"), given["redirect_uri"], challenge) != wanted
        ):
            self._say({"error": "invalid_grant"}, status=400)
            return
        self._say({"access_token": "a-token", "token_type": "Bearer", "id_token": self.server.token()})

    def _say(self, what: dict[str, Any], *, status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Stay quiet."""
