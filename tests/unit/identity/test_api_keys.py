"""The form of keys, and who gets in with one."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.identity import MemoryAccounts
from ecommerce.adapters.memory.staff import MemoryApiKeys, MemoryAuthority, MemoryRoleBook
from ecommerce.adapters.memory.unit_of_work import MemoryOutbox, MemoryUnitOfWork
from ecommerce.adapters.redis.rate_limit import LocalLimiter
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.identity.authenticate_keys import KeyAuthenticator
from ecommerce.application.identity.edit_api_keys import ApiKeyEditor, KeyChange, KeyWish
from ecommerce.application.shared.actor import Actor, StepUpRequired
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.idempotency import IdempotencyKey
from ecommerce.application.shared.rate_limiting import Rate, RateLimited
from ecommerce.application.shared.records import Desk
from ecommerce.domain.identity.api_key import KeyRevoked, is_key, key_of
from ecommerce.domain.shared.kernel import Forbidden, InvalidValue, NotFound, StaleVersion, Unauthenticated

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CALL = Call(client_address="192.0.2.1")
SYSTEM = Actor.system("test")
WISH = KeyWish(name="ERP", scopes=["stock:read", "stock:write"])


@dataclass
class At:
    time: datetime = NOON

    def now(self) -> datetime:
        return self.time


@dataclass
class World:
    clock: At = field(default_factory=At)
    call: Call = field(default_factory=Call)
    guesses: int = 3

    def __post_init__(self) -> None:
        self.uow, self.audit = MemoryUnitOfWork(), MemoryAuditLog()
        self.keys = MemoryApiKeys(self.clock.now)
        book = MemoryRoleBook(MemoryAccounts(MemoryOutbox(self.uow)))
        self.authority = MemoryAuthority(book, self.keys)
        desk = Desk(self.uow, self.audit, Uuid7Ids(), self.clock, self.call)
        self.editor = ApiKeyEditor(desk, self.keys, self.authority, SecretTokens("k" * 32))
        self.enter = KeyAuthenticator(self.authority, LocalLimiter(), Rate("api_key", self.guesses))


def editor_with(*permissions: str) -> Actor:
    return Actor(label="staff:x", permissions=frozenset({"api-keys:write", *permissions}))


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, bytes(range(32))])
def test_a_key_is_known_by_its_form_and_its_checksum(secret: bytes) -> None:
    key = key_of(secret)
    assert is_key(key)
    assert (len(key), key[:3]) == (52, "sk_")
    swapped = key[:-1] + ("0" if key[-1] != "0" else "1")
    for wrong in (swapped, key[:-1], key + "0", key + "\n", key.replace("sk_", "pk_"), "sk_", "sk_test_kit"):
        assert not is_key(wrong), wrong


async def test_a_key_may_do_what_its_scopes_say() -> None:
    world = World()
    made = await world.editor.make(WISH, SYSTEM)
    actor = await world.enter(made.secret, CALL)
    assert actor == Actor(
        label=f"key:{made.key.id}",
        key_id=made.key.id,
        permissions=frozenset({"stock:read", "stock:write"}),
    )
    actor.require("stock:write")
    with pytest.raises(Forbidden):
        actor.require("orders:read")
    with pytest.raises(Unauthenticated):
        actor.require_account()
    with pytest.raises(Forbidden) as refused:
        actor.require_fresh(NOON)
    assert not isinstance(refused.value, StepUpRequired)


async def test_the_key_itself_is_kept_nowhere() -> None:
    world = World()
    made = await world.editor.make(WISH, SYSTEM)
    assert made.secret.startswith(made.key.prefix)
    assert len(made.key.prefix) == 11
    kept = f"{world.keys} {world.audit.entries} {made}"
    assert made.secret not in kept
    assert made.secret[11:] not in kept


async def test_revoked_and_over_keys_are_refused() -> None:
    world = World()
    revoked = await world.editor.make(WISH, SYSTEM)
    over = await world.editor.make(
        KeyWish(name="Soon over", scopes=["stock:read"], expires_at=NOON + timedelta(minutes=1)), SYSTEM
    )
    await world.enter(over.secret, CALL)
    await world.editor.revoke(revoked.key.id, 1, SYSTEM)
    world.clock.time = NOON + timedelta(minutes=1)
    for made in (revoked, over):
        with pytest.raises(Unauthenticated):
            await world.enter(made.secret, CALL)
    with pytest.raises(KeyRevoked):
        await world.editor.change(revoked.key.id, None, KeyChange(name="Again"), SYSTEM)
    await world.editor.revoke(revoked.key.id, None, SYSTEM)
    actions = [entry[1].rpartition("_")[2] for entry in world.audit.entries]
    assert actions == ["created", "created", "revoked"]


async def test_unknown_keys_are_counted_before_they_are_looked_for_and_known_ones_are_not() -> None:
    world = World()
    good = (await world.editor.make(WISH, SYSTEM)).secret
    await world.enter(good, CALL)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await world.enter(key_of(secrets.token_bytes(32)), CALL)
    looked = world.authority.looked_for
    with pytest.raises(RateLimited):
        await world.enter(key_of(secrets.token_bytes(32)), CALL)
    with pytest.raises(Unauthenticated):
        await world.enter("sk_mistyped", CALL)
    assert world.authority.looked_for == looked == 3
    for _ in range(10):
        await world.enter(good, CALL)


async def test_nobody_makes_a_key_that_may_do_more_than_they() -> None:
    world = World()
    with pytest.raises(Forbidden, match="stock:write"):
        await world.editor.make(WISH, editor_with("stock:read"))
    made = await world.editor.make(WISH, editor_with("stock:read", "stock:write"))
    assert made.key.created_by == "staff:x"
    # Giving it more time would be as good; giving it a name or an end is not.
    later = KeyChange(expires_at=NOON + timedelta(days=1))
    with pytest.raises(Forbidden):
        await world.editor.change(made.key.id, 1, later, editor_with())
    await world.editor.change(made.key.id, 1, KeyChange(name="Till"), editor_with())
    await world.editor.revoke(made.key.id, 2, editor_with())
    with pytest.raises(Unauthenticated):
        await world.editor.make(WISH, Actor())


async def test_all_that_is_wrong_with_a_key_is_told_at_once() -> None:
    wish = KeyWish(name=" ", scopes=["stock:read", "stok:write"], expires_at=NOON)
    with pytest.raises(InvalidValue) as refused:
        await World().editor.make(wish, SYSTEM)
    assert {fault.pointer for fault in refused.value.faults} == {"/name", "/scopes", "/expires_at"}  # type: ignore[attr-defined]
    assert "stok:write" in str(refused.value)


async def test_a_key_is_changed_by_version() -> None:
    world = World()
    made = await world.editor.make(WISH, SYSTEM)
    changed = await world.editor.change(made.key.id, 1, KeyChange(name="Till"), SYSTEM)
    assert (changed.name, changed.version) == ("Till", 2)
    assert (await world.editor.change(made.key.id, 2, KeyChange(name="Till"), SYSTEM)).version == 2
    with pytest.raises(StaleVersion):
        await world.editor.change(made.key.id, 1, KeyChange(name="Other"), SYSTEM)
    with pytest.raises(StaleVersion):
        await world.editor.revoke(made.key.id, 1, SYSTEM)
    with pytest.raises(NotFound):
        await world.editor.revoke(Uuid7Ids().new(), 1, SYSTEM)


async def test_a_call_that_is_resumed_tells_the_same_key() -> None:
    request = IdempotencyKey(b"s" * 32, b"b" * 32)
    world = World(call=Call(idempotency_key=request))
    first = await world.editor.make(WISH, SYSTEM)
    world.uow.resumed = True
    again = await world.editor.make(WISH, SYSTEM)
    assert (again.key.id, again.secret) == (first.key.id, first.secret)
    assert len(world.keys.keys) == 1
    other = World(call=Call(idempotency_key=IdempotencyKey(b"t" * 32, b"b" * 32)))
    assert (await other.editor.make(WISH, SYSTEM)).secret != first.secret
