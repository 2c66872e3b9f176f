"""Access tokens are signed with a new key from now on."""

import msgspec

from ecommerce.application.audit.contracts import AuditLog
from ecommerce.application.identity.ports import KeyMaker, KeyRotation
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.ports import UnitOfWork


class Rotation(msgspec.Struct, frozen=True):
    """The ids of the key that was retired, if there was one, and of its successor."""

    retired: str | None
    active: str


class RotateKeysHandler:
    def __init__(self, uow: UnitOfWork, maker: KeyMaker, keys: KeyRotation, audit: AuditLog) -> None:
        self._uow = uow
        self._maker = maker
        self._keys = keys
        self._audit = audit

    async def __call__(self, actor: Actor) -> Rotation:
        """Nobody is signed out: what the old key signed is still verified. Raises `Forbidden`."""
        actor.require("operations:write")
        key = self._maker.make()
        async with self._uow.begin():
            retired = await self._keys.replace(key)
            before = None if retired is None else {"kid": retired}
            await self._audit.record(
                actor, "identity.signing_key_rotated", "signing-key", before, {"kid": key.kid}
            )
        return Rotation(retired, key.kid)
