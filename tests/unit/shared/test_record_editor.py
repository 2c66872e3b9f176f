"""Changing records, whatever door it comes through."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.shared.actor import Actor
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.idempotency import IdempotencyKey
from ecommerce.application.shared.records import Definition, Desk, RecordEditor, keyed_ids
from ecommerce.domain.shared.ids import UserId
from ecommerce.domain.shared.kernel import Forbidden, NotFound, StaleVersion, Unauthenticated

pytestmark = pytest.mark.anyio
KEY = IdempotencyKey(b"s" * 32, b"b" * 32)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = Actor.system("test")


class Rule(Definition, frozen=True, kw_only=True):
    size: int = 0


class RuleEditor(RecordEditor[Rule]):
    permission = "rules:write"
    topic = "rules.rule"


@dataclass
class At:
    time: datetime = NOON

    def now(self) -> datetime:
        return self.time


@dataclass
class Desks:
    uow: MemoryUnitOfWork = field(default_factory=MemoryUnitOfWork)
    audit: MemoryAuditLog = field(default_factory=MemoryAuditLog)
    clock: At = field(default_factory=At)

    def __post_init__(self) -> None:
        self.records = MemoryRecords[Rule](self.uow)

    def editor(self, key: IdempotencyKey | None = None) -> RuleEditor:
        desk = Desk(self.uow, self.audit, Uuid7Ids(), self.clock, Call(idempotency_key=key))
        return RuleEditor(desk, self.records)


async def test_nobody_without_the_permission_changes_anything() -> None:
    desks = Desks()
    made = await desks.editor().create(Rule(name="A"), ROOT)
    clerk = Actor(label="staff:x", account_id=UserId(UUID(int=1)), permissions=frozenset({"rules:read"}))

    for actor, refusal in ((clerk, Forbidden), (Actor(), Unauthenticated)):
        with pytest.raises(refusal):
            await desks.editor().create(Rule(name="B"), actor)
        with pytest.raises(refusal):
            await desks.editor().replace(made.id, None, Rule(name="B"), actor)
        with pytest.raises(refusal):
            await desks.editor().remove(made.id, None, actor)
    assert desks.records.kept == {made.id: made}
    assert len(desks.audit.entries) == 1


async def test_what_it_is_already_is_no_change() -> None:
    desks = Desks()
    made = await desks.editor().create(Rule(name="A", size=1), ROOT)

    assert await desks.editor().replace(made.id, 1, Rule(name=" A ", size=1), ROOT) == made
    assert len(desks.audit.entries) == 1


async def test_absent_comes_before_stale() -> None:
    desks = Desks()
    made = await desks.editor().create(Rule(name="A"), ROOT)

    with pytest.raises(StaleVersion):
        await desks.editor().replace(made.id, 7, Rule(name="B"), ROOT)
    with pytest.raises(NotFound):
        await desks.editor().replace(UUID(int=0), 7, Rule(name="B"), ROOT)


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=23)])
async def test_after_a_crash_the_same_key_finds_what_it_has_made(later: timedelta) -> None:
    desks = Desks()
    made = await desks.editor(KEY).create(Rule(name="A"), ROOT)
    desks.uow.resumed = True
    desks.clock.time += later

    assert await desks.editor(KEY).create(Rule(name="A"), ROOT) == made
    assert len(desks.records.kept) == len(desks.audit.entries) == 1


async def test_after_a_crash_nothing_is_replaced_or_removed_twice() -> None:
    desks = Desks()
    made = await desks.editor().create(Rule(name="A"), ROOT)
    changed = await desks.editor(KEY).replace(made.id, 1, Rule(name="B"), ROOT)
    desks.uow.resumed = True

    assert await desks.editor(KEY).replace(made.id, 1, Rule(name="B"), ROOT) == changed
    await desks.editor(KEY).remove(made.id, 1, ROOT)
    assert desks.records.kept == {made.id: changed}


def test_ids_of_a_key_are_uuids_of_version_7_of_its_day() -> None:
    today, yesterday = keyed_ids(KEY, NOON)

    assert {each.version for each in (today, yesterday)} == {7}
    assert {each.variant for each in (today, yesterday)} == {RFC_4122}
    assert datetime.fromtimestamp((today.int >> 80) / 1000, UTC) == NOON.replace(hour=0)
    assert keyed_ids(KEY, NOON + timedelta(days=1))[1] == today
    other = IdempotencyKey(b"t" * 32, b"b" * 32)
    assert not set(keyed_ids(other, NOON)) & {today, yesterday}
