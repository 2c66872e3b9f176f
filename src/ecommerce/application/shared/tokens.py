"""Secrets that guests hold: only their hashes are stored."""

import hashlib
from typing import Protocol


class Tokens(Protocol):
    def fresh(self) -> str:
        """256 unguessable bits, safe in URLs."""
        ...

    def derived(self, purpose: str, seed: bytes) -> str:
        """The same token for the same purpose and seed, unguessable without the store's secret key."""
        ...


def token_hash(token: str) -> bytes:
    """SHA-256: enough for 256 random bits, which nobody can try out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
