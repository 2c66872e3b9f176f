"""Ed25519 keys: made, encrypted for the store, and kept at hand by this process."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm

from ecommerce.application.identity.ports import KeyMaker, SigningKey, SigningKeys
from ecommerce.application.shared.ports import Cipher

ALGORITHM = "EdDSA"
PURPOSE = "signing-key"
# How soon this process signs with a key that another has made the active one.
_STALE = 60.0
# The most often the store is asked for key ids that nobody has heard of.
_PAUSE = 0.2


class Ed25519KeyMaker:
    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def make(self) -> SigningKey:
        private, kid = Ed25519PrivateKey.generate(), secrets.token_hex(8)
        jwk: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(private.public_key()))
        return SigningKey(
            kid=kid,
            algorithm=ALGORITHM,
            private_key=self._cipher.encrypt(private.private_bytes_raw(), PURPOSE),
            public_jwk={"kty": jwk["kty"], "crv": jwk["crv"], "x": jwk["x"], "kid": kid}
            | {"alg": ALGORITHM, "use": "sig"},
        )


@dataclass(frozen=True, slots=True)
class _Ring:
    """Everything known at one moment."""

    signing: tuple[str, Ed25519PrivateKey] | None = None
    verifying: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)
    jwks: tuple[dict[str, Any], ...] = ()
    loaded_at: float = float("-inf")


class KeyRing:
    """The store's keys in memory. An unknown key id is looked for in the store, and nowhere else."""

    def __init__(self, store: SigningKeys, maker: KeyMaker, cipher: Cipher) -> None:
        self._store = store
        self._maker = maker
        self._cipher = cipher
        self._ring = _Ring()
        self._loading = asyncio.Lock()

    async def signing(self) -> tuple[str, Ed25519PrivateKey]:
        """The active key and its id; made now if there has never been one."""
        if self._ring.signing is None or self._ring.loaded_at < monotonic() - _STALE:
            await self._load_after(monotonic() - _STALE)
        if self._ring.signing is None:
            await self._store.install(self._maker.make())
            await self._load_after(monotonic())
        if self._ring.signing is None:
            raise RuntimeError("there is no signing key, although one was just installed")
        return self._ring.signing

    async def verifying(self, kid: str) -> Ed25519PublicKey | None:
        if kid not in self._ring.verifying:
            await self._load_after(monotonic())
        return self._ring.verifying.get(kid)

    async def jwks(self) -> list[dict[str, Any]]:
        await self.signing()
        return list(self._ring.jwks)

    async def _load_after(self, moment: float) -> None:
        """Have what the store holds, as it was after that moment. Who waits shares one look at it."""
        async with self._loading:
            if self._ring.loaded_at >= moment:
                return
            # Forged key ids must not make a query each; an honest one waits rather than being refused.
            pause = self._ring.loaded_at + _PAUSE - monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            asked_at = monotonic()
            self._ring = self._read(await self._store.load(), asked_at)

    def _read(self, keys: list[SigningKey], asked_at: float) -> _Ring:
        signing = None
        verifying: dict[str, Ed25519PublicKey] = {}
        for key in keys:
            public = OKPAlgorithm.from_jwk(key.public_jwk)
            if key.algorithm != ALGORITHM or not isinstance(public, Ed25519PublicKey):
                continue
            verifying[key.kid] = public
            if not key.retired:
                plain = self._cipher.decrypt(key.private_key, PURPOSE)
                signing = (key.kid, Ed25519PrivateKey.from_private_bytes(plain))
        return _Ring(signing, verifying, tuple(key.public_jwk for key in keys), asked_at)
