"""Staff make, change and revoke the keys of machines."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from ecommerce.application.identity.role_rules import refuse_more_than_held
from ecommerce.application.identity.staff_ports import ApiKeys, Authority
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.faults import Faults
from ecommerce.application.shared.records import LONGEST_NAME, Desk, keyed_ids
from ecommerce.application.shared.tokens import Tokens, token_hash
from ecommerce.domain.identity.api_key import SHOWN, ApiKey, KeyRevoked, key_of
from ecommerce.domain.identity.roles import known_permissions
from ecommerce.domain.shared.kernel import InvalidValue, StaleVersion
from ecommerce.domain.shared.lines import one_line

PERMISSION = "api-keys:write"
_PURPOSE = "api-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    name: str
    scopes: Collection[str]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What is UNSET stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    expires_at: datetime | None | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class MadeKey:
    """`secret` is the key itself: told once, and kept nowhere."""

    key: ApiKey
    secret: str = field(repr=False)


class ApiKeyEditor:
    """A key may do what its scopes say and nothing else, whatever becomes of its maker's roles.

    Raises `Forbidden` for whoever lacks the permission or a scope of the key, `InvalidValue`, `NotFound`,
    `StaleVersion`.
    """

    def __init__(self, desk: Desk, keys: ApiKeys, authority: Authority, tokens: Tokens) -> None:
        self._desk = desk
        self._keys = keys
        self._authority = authority
        self._tokens = tokens

    async def make(self, wish: KeyWish, actor: Actor) -> MadeKey:
        actor.require(PERMISSION)
        desk, request = self._desk, self._desk.call.idempotency_key
        faults = Faults()
        name = faults.note(one_line, wish.name, LONGEST_NAME, "/name")
        scopes = faults.note(known_permissions, wish.scopes, "/scopes")
        faults.note(self._check_expiry, wish.expires_at)
        faults.settle()
        refuse_more_than_held(actor, scopes)
        async with desk.uow.begin():
            ids = [desk.ids.new()] if request is None else keyed_ids(request, desk.clock.now())
            if desk.uow.resumed and (made := await self._keys.among(ids)) is not None:
                return MadeKey(made, self._secret(made.id))
            secret = self._secret(ids[0])
            key = ApiKey(
                id=ids[0],
                name=name,
                prefix=secret[:SHOWN],
                scopes=scopes,
                version=1,
                created_by=actor.label,
                created_at=desk.clock.now(),
                expires_at=wish.expires_at,
            )
            key = await self._keys.add(key, token_hash(secret))
            await desk.audit.record(actor, "identity.api_key_created", _target(key.id), None, _plain(key))
        return MadeKey(key, secret)

    async def change(self, key_id: UUID, version: int | None, change: KeyChange, actor: Actor) -> ApiKey:
        """Raises `KeyRevoked` as well."""
        actor.require(PERMISSION)
        name = change.name
        if not isinstance(name, msgspec.UnsetType):
            name = one_line(name, LONGEST_NAME, "/name")
        async with self._desk.uow.begin():
            before = await self._held(key_id, version)
            if self._desk.uow.resumed:
                return before
            if before.revoked_at is not None:
                raise KeyRevoked("this key was revoked; make another")
            expires_at = change.expires_at
            if isinstance(expires_at, msgspec.UnsetType):
                expires_at = before.expires_at
            elif expires_at != before.expires_at:
                self._check_expiry(expires_at)
                # More time for a key is as good as another one.
                refuse_more_than_held(actor, before.scopes)
            wanted = before.name if isinstance(name, msgspec.UnsetType) else name
            if (wanted, expires_at) == (before.name, before.expires_at):
                return before
            after = await self._keys.change(key_id, wanted, expires_at)
            await self._desk.audit.record(
                actor, "identity.api_key_changed", _target(key_id), _plain(before), _plain(after)
            )
        self._authority.changed()
        return after

    async def revoke(self, key_id: UUID, version: int | None, actor: Actor) -> None:
        """Refused everywhere within a second. Once more changes nothing."""
        actor.require(PERMISSION)
        async with self._desk.uow.begin():
            before = await self._held(key_id, version)
            if self._desk.uow.resumed or before.revoked_at is not None:
                return
            await self._keys.revoke(key_id)
            await self._desk.audit.record(
                actor, "identity.api_key_revoked", _target(key_id), _plain(before), None
            )
        self._authority.changed()

    async def _held(self, key_id: UUID, version: int | None) -> ApiKey:
        held = await self._keys.lock(key_id)
        if not self._desk.uow.resumed and version not in (None, held.version):
            raise StaleVersion("this was changed since you read it; read it again")
        return held

    def _check_expiry(self, expires_at: datetime | None) -> None:
        if expires_at is not None and expires_at <= self._desk.clock.now():
            raise InvalidValue("must be in the future", "/expires_at")

    def _secret(self, key_id: UUID) -> str:
        """By chance; or, where the call may be repeated, the same one each time: nobody else can tell it."""
        request = self._desk.call.idempotency_key
        if request is None:
            chance = self._tokens.fresh()
        else:
            chance = self._tokens.derived(_PURPOSE, key_id.bytes + request.scope)
        return key_of(hashlib.sha256(chance.encode()).digest())


def _target(key_id: UUID) -> str:
    return f"api_key:{key_id}"


def _plain(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat().replace("+00:00", "Z"),
    }
