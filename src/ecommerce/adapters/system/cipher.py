"""AES-256-GCM with a key per purpose, derived from the one secret of the settings."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_VERSION = b"\x01"


class AesCipher:
    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._ciphers: dict[str, AESGCM] = {}

    def _cipher(self, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            key = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)
            self._ciphers[purpose] = AESGCM(key)
        return self._ciphers[purpose]

    def encrypt(self, plain: bytes, purpose: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher(purpose).encrypt(nonce, plain, purpose.encode())

    def decrypt(self, secret: bytes, purpose: str) -> bytes:
        if secret[:1] != _VERSION:
            raise ValueError("made by a version of the cipher that is not known here")
        nonce, sealed = secret[1 : 1 + _NONCE], secret[1 + _NONCE :]
        try:
            return self._cipher(purpose).decrypt(nonce, sealed, purpose.encode())
        except InvalidTag:
            raise ValueError("not decipherable: damaged, or made with another key or purpose") from None
