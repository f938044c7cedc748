"""An identity provider, as far as a service sees one: a key set over HTTP, and tokens."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

PARTY = "https://app.my-company.com"
LIFETIME = 3600


class Issuer:
    """Answers from this process until it ends."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        keys = json.dumps({"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]})

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answers with the key set, whatever is asked."""
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self._url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()

    def settings(self) -> dict[str, str]:
        """Returns what a service has to be told of it; only in development it may be so near."""
        return {"ENV": "dev", "CLERK_FRONTEND_API_URL": self._url, "CLERK_AZP": PARTY}

    def public_key(self) -> str:
        """Returns what its tokens are verified with, as PEM."""
        key = self._key.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def token(self, subject: str) -> str:
        """Returns the token of a session that has just begun."""
        now = int(time.time())
        claims = {"iss": self._url, "azp": PARTY, "iat": now, "nbf": now, "exp": now + LIFETIME}
        headers = {"kid": "one"}
        return jwt.encode(claims | {"sub": subject}, self._key, "RS256", headers)
