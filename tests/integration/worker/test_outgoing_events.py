"""The reading side of the outbox: who holds an event, and for how long."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.outbox_relay import PgOutboxCare, PgOutgoingEvents
from ecommerce.adapters.postgres.retention import CART_SWEEPS, SESSION_SWEEPS, SWEEPS, PgRetention

pytestmark = pytest.mark.anyio
INSERT = """
INSERT INTO outbox (kind, aggregate, aggregate_id, payload)
SELECT 'LampLit', 'lamp', gen_random_uuid(), '{}' FROM generate_series(1, $1) RETURNING id
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=8))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def events(database: Database) -> PgOutgoingEvents:
    return PgOutgoingEvents(database)


async def some(database: Database, count: int = 1) -> list[int]:
    return [row["id"] for row in await database.fetch(INSERT, count)]


async def test_relays_that_look_at_once_share_what_is_due(
    database: Database, events: PgOutgoingEvents
) -> None:
    ids = await some(database, 300)
    claimed: list[int] = []
    for _ in range(20):
        found = await asyncio.gather(*(events.claim(2, 60) for _ in range(8)))
        claimed += [event.id for part in found for event in part]
    assert len(claimed) == len(set(claimed))
    rest = await events.claim(300, 60)
    assert sorted([*claimed, *(event.id for event in rest)]) == ids
    assert await events.claim(100, 60) == []


async def test_a_claim_that_led_to_nothing_comes_up_again(
    database: Database, events: PgOutgoingEvents
) -> None:
    await some(database)
    assert len(await events.claim(10, 0.2)) == 1
    assert await events.claim(10, 0.2) == []
    await asyncio.sleep(0.25)
    assert len(await events.claim(10, 0.2)) == 1
    assert await database.fetch_row("SELECT FROM outbox WHERE attempts > 0") is None


async def test_of_many_who_begin_at_once_one_gets_the_event(
    database: Database, events: PgOutgoingEvents
) -> None:
    (event_id,) = await some(database)
    begun = await asyncio.gather(*(events.begin(event_id, 60) for _ in range(8)))
    assert len([event for event in begun if event is not None]) == 1


async def test_an_attempt_whose_lease_ended_can_change_nothing(
    database: Database, events: PgOutgoingEvents
) -> None:
    (event_id,) = await some(database)
    first = await events.begin(event_id, 0)
    second = await events.begin(event_id, 60)
    assert first is not None
    assert second is not None
    assert not await events.progress(first, {"a"}, 60)
    await events.finish(first, {"a"})
    await events.park(first, set(), "late")
    await events.postpone(first, set(), "late", 0)
    await events.give_back(first, set())
    assert await events.begin(event_id, 60) is None
    assert await events.progress(second, {"a"}, 60)
    await events.finish(second, {"a", "b"})
    row = await database.fetch_row("SELECT handled, done_at, last_error FROM outbox")
    assert row is not None
    assert (row["handled"], row["last_error"]) == (["a", "b"], None)
    assert row["done_at"] is not None


async def test_attempts_that_ended_without_a_word_are_counted_until_one_speaks(
    database: Database, events: PgOutgoingEvents
) -> None:
    (event_id,) = await some(database)
    deaths = []
    for _ in range(3):
        event = await events.begin(event_id, 0)
        assert event is not None
        deaths.append(event.deaths)
    assert event is not None
    await events.postpone(event, set(), "no", 0)
    spoken = await events.begin(event_id, 0)
    assert spoken is not None
    assert [*deaths, spoken.deaths] == [0, 1, 2, 0]


async def test_what_was_given_back_is_due_at_once_and_counts_no_attempt(
    database: Database, events: PgOutgoingEvents
) -> None:
    (event_id,) = await some(database)
    event = await events.begin(event_id, 60)
    assert event is not None
    await events.give_back(event, {"a"})
    (due,) = await events.claim(10, 60)
    again = await events.begin(due.id, 60)
    assert again is not None
    assert (again.attempt, again.handled) == (1, frozenset({"a"}))


async def test_an_event_that_keeps_failing_falls_behind_the_others(
    database: Database, events: PgOutgoingEvents
) -> None:
    old, new = await some(database, 2)
    event = await events.begin(old, 60)
    assert event is not None
    await events.postpone(event, set(), "no", 0)
    assert [due.id for due in await events.claim(1, 60)] == [new]
    assert [due.id for due in await events.claim(1, 60)] == [old]


async def test_parked_events_wait_for_a_replay(database: Database, events: PgOutgoingEvents) -> None:
    first, second = await some(database, 2)
    care = PgOutboxCare(database)
    for event_id in (first, second):
        event = await events.begin(event_id, 60)
        assert event is not None
        await events.park(event, {"a"}, "x" * 5_000)
    assert await events.claim(10, 60) == []
    standing = await care.standing()
    assert (standing.waiting, standing.parked, standing.oldest_waiting_seconds) == (0, 2, None)
    assert {len(parked.last_error or "") for parked in await care.parked()} == {2_000}
    assert await care.replay([first, 10**9]) == [first]
    assert [due.id for due in await events.claim(10, 60)] == [first]
    assert await care.replay() == [second]


async def test_only_what_has_served_long_enough_is_forgotten(database: Database) -> None:
    await database.execute(
        """
        INSERT INTO outbox (kind, aggregate, aggregate_id, payload, occurred_at, done_at, parked_at)
        SELECT 'LampLit', 'lamp', gen_random_uuid(), '{}', now() - age,
               CASE WHEN done THEN now() - age END, CASE WHEN NOT done THEN now() - age END
        FROM (VALUES (interval '31 days', true), ('31 days', false), ('29 days', true)) AS v (age, done)
        """
    )
    await database.execute(
        """
        INSERT INTO webhook_inbox (provider, event_id, kind, payload, received_at, handled_at)
        VALUES ('stripe', 'a', 'k', '{}', now() - interval '31 days', now()),
               ('stripe', 'b', 'k', '{}', now() - interval '31 days', NULL),
               ('stripe', 'c', 'k', '{}', now(), now())
        """
    )
    await database.execute(
        """
        INSERT INTO idempotency_key (scope, body, holder, claimed_at)
        VALUES ('a', 'b', 1, now() - interval '25 hours'), ('b', 'b', 1, now())
        """
    )
    retention = PgRetention(database, cart_days=30)
    none = dict.fromkeys((*SWEEPS, *SESSION_SWEEPS, *CART_SWEEPS), 0)
    assert await retention.sweep() == {**none, "outbox": 1, "webhook_inbox": 1, "idempotency_key": 1}
    assert await retention.sweep() == none
