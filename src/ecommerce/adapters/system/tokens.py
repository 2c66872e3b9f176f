"""Random tokens, and tokens made from the store's secret key."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


class SecretTokens:
    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def fresh(self) -> str:
        return secrets.token_urlsafe(32)

    def derived(self, purpose: str, seed: bytes) -> str:
        digest = hmac.digest(self._key, purpose.encode() + b"\0" + seed, hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
