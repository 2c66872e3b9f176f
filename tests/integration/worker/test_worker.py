"""The worker against real servers: everything is delivered, whatever goes away meanwhile."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from dishka import AsyncContainer

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.entrypoints.bootstrap.settings import Settings
from ecommerce.entrypoints.worker.schedule import Scheduled
from tests.conftest import free_port
from tests.factories.workers import (
    SUBSCRIPTIONS,
    Shop,
    environment,
    eventually,
    flush,
    open_shop,
    running_worker,
    settings,
    worker_process,
)

pytestmark = pytest.mark.anyio
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
async def wanted(database_url: str, valkey_server: EmbeddedValkey) -> Settings:
    await flush(valkey_server.url)
    return settings(database_url, valkey_server.url, WORKER_LEASE_SECONDS="2")


@pytest.fixture
async def shop(wanted: Settings) -> AsyncIterator[Shop]:
    async with open_shop(wanted) as opened:
        yield opened


async def test_two_workers_share_the_events_and_each_subscriber_hears_each_once(
    wanted: Settings, shop: Shop
) -> None:
    async with running_worker(wanted), running_worker(wanted):
        for _ in range(20):
            await shop.light("", times=5)
        await eventually(shop.all_done)
    assert await shop.runs("shine") == await shop.runs("watch") == 100
    assert await shop.value("SELECT max(attempts) FROM outbox") == 1


async def test_events_written_while_no_worker_ran_are_delivered_later(wanted: Settings, shop: Shop) -> None:
    await shop.light("", times=700)
    async with running_worker(wanted):
        await eventually(shop.all_done, within=30)
    assert await shop.runs() == 700


async def test_a_lost_ring_costs_a_poll(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        await shop.light("")
        await eventually(shop.all_done)
        await shop.connection.execute(
            "INSERT INTO outbox (kind, aggregate, aggregate_id, payload)"
            " VALUES ('LampLit', 'lamp', gen_random_uuid(), '{\"how\": \"\"}')"
        )
        assert await eventually(shop.all_done) < 2


async def test_the_bell_is_heard_again_after_its_connection_was_ended(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        await shop.light("")
        await eventually(shop.all_done)
        await shop.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
        )
        await shop.light("")
        await eventually(shop.all_done)
        await asyncio.sleep(1.5)
        await shop.light("")
        assert await eventually(shop.all_done) < 0.9
    assert await shop.runs() == 3


async def test_a_poison_event_is_parked_and_the_rest_flows(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        await shop.light("bug", "never", "", "")
        await eventually(shop.all_done)
    rows = await shop.connection.fetch("SELECT * FROM outbox ORDER BY id")
    assert [row["parked_at"] is not None for row in rows] == [True, True, False, False]
    assert [row["attempts"] for row in rows] == [3, 1, 1, 1]  # a rule that said no is not asked again
    assert "ZeroDivisionError: the lamp is broken" in rows[0]["last_error"]
    # The other subscriber was told once, in spite of the failures beside it.
    assert await shop.runs("watch") == 4
    assert [row["handled"] for row in rows[:2]] == [["watch"], ["watch"]]


async def test_what_is_only_away_is_tried_beyond_the_limit_of_attempts(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        await shop.light("away")
        await eventually(lambda: _more_runs_than(shop, 5))
    assert await shop.value("SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL") == 0


async def test_without_redis_everything_is_delivered_all_the_same(
    wanted: Settings, shop: Shop, database_url: str
) -> None:
    async with running_worker(settings(database_url, NOWHERE)):
        await shop.light("", times=150)
        await eventually(shop.all_done)
    assert await shop.runs() == 150


async def test_a_flushed_redis_forgets_nothing(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        for _ in range(10):
            await shop.light("", "slow:0.05", times=5)
            await flush(wanted.redis_url)
        await eventually(shop.all_done, within=20)
    assert await shop.effects() == 100


async def test_redis_may_stop_and_come_back(database_url: str, tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path, port=free_port(), password="secret")
    wanted = settings(database_url, server.url, WORKER_LEASE_SECONDS="2")
    async with open_shop(wanted) as shop:
        server.start()
        try:
            async with running_worker(wanted):
                await shop.light("", times=10)
                await eventually(shop.all_done)
                server.stop()
                await shop.light("", times=10)
                await eventually(shop.all_done)
                server.start()
                await asyncio.sleep(2.5)
                await shop.light("", times=10)
                await eventually(shop.all_done)
        finally:
            server.stop()
        assert await shop.effects() == 30


async def test_a_redis_that_hangs_delays_but_does_not_stop_delivery(
    wanted: Settings, shop: Shop, valkey_server: EmbeddedValkey
) -> None:
    assert valkey_server.process is not None
    async with running_worker(wanted):
        await shop.light("")
        await eventually(shop.all_done)
        os.kill(valkey_server.process.pid, signal.SIGSTOP)
        try:
            await shop.light("", times=20)
            await eventually(shop.all_done)
        finally:
            os.kill(valkey_server.process.pid, signal.SIGCONT)
    assert await shop.effects() == 21


async def test_a_worker_killed_after_the_effect_is_made_up_for_by_another(
    wanted: Settings, shop: Shop, tmp_path: Path
) -> None:
    go_on = tmp_path / "go-on"
    env = {
        **environment(wanted.database.url, wanted.redis_url, WORKER_LEASE_SECONDS="2"),
        "GO_ON": str(go_on),
    }
    async with worker_process(env, tmp_path) as first:
        await shop.light("hang-after-effect")
        await eventually(lambda: _effects_are(shop, 1))
        first.kill()
        await first.wait()
    go_on.touch()
    async with worker_process(env, tmp_path):
        await eventually(shop.all_done, within=20)
    assert await shop.effects() == 1
    assert await shop.runs() == 2
    assert await shop.runs("watch") == 1


async def test_an_event_that_ends_its_workers_is_parked(wanted: Settings, shop: Shop) -> None:
    await shop.light("")
    await shop.connection.execute("UPDATE outbox SET deaths = 4, attempts = 5, running_until = now()")
    async with running_worker(wanted):
        await eventually(shop.all_done)
    assert await shop.runs() == 0
    assert await shop.value("SELECT count(*) FROM outbox WHERE last_error LIKE '5 workers died%'") == 1


async def test_workers_as_processes_share_a_backlog_while_some_are_killed(
    wanted: Settings, shop: Shop, tmp_path: Path
) -> None:
    env = {
        **environment(wanted.database.url, wanted.redis_url, WORKER_LEASE_SECONDS="2"),
        "GO_ON": str(tmp_path),
    }
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(worker_process(env, tmp_path))
        await stack.enter_async_context(worker_process(env, tmp_path))
        await shop.light("", "slow:0.02", times=150)
        await eventually(lambda: _effects_are_at_least(shop, 50))
        first.kill()
        await eventually(shop.all_done, within=30)
        assert await shop.value("SELECT count(DISTINCT pid) FROM trace") == 2
    assert await shop.effects() == 300


async def test_sigterm_lets_running_work_end_and_hands_back_what_does_not(
    wanted: Settings, shop: Shop, tmp_path: Path
) -> None:
    env = environment(
        wanted.database.url, wanted.redis_url, WORKER_LEASE_SECONDS="60", WORKER_GRACE_SECONDS="2"
    )
    async with worker_process(env, tmp_path) as process:
        await shop.light("slow:0.7", "slow:50")
        await eventually(lambda: _more_runs_than(shop, 1))
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await shop.effects() == 1
    row = await shop.connection.fetchrow("SELECT * FROM outbox WHERE done_at IS NULL")
    assert row is not None
    assert (row["attempts"], row["running_until"]) == (0, None)
    assert await shop.value("SELECT count(*) FROM outbox WHERE done_at IS NULL AND due_at <= now()") == 1


async def test_an_idle_worker_ends_at_once(wanted: Settings, shop: Shop, tmp_path: Path) -> None:
    async with worker_process(
        environment(wanted.database.url, wanted.redis_url, WORKER_GRACE_SECONDS="30"), tmp_path
    ) as process:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 8) == 0  # far below the grace it has


async def test_a_schedule_runs_once_over_two_workers(wanted: Settings) -> None:
    calls: list[AsyncContainer] = []

    async def tick(container: AsyncContainer) -> None:
        calls.append(container)

    schedule = [Scheduled("* * * * * */2", tick)]
    async with running_worker(wanted, schedule=schedule), running_worker(wanted, schedule=schedule):
        await asyncio.sleep(6.5)
    assert 2 <= len(calls) <= 4


async def test_events_nobody_subscribed_to_are_done_with(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted, SUBSCRIPTIONS[:0]):
        await shop.light("bug", times=5)
        await eventually(shop.all_done)
    assert await shop.value("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL") == 5


async def test_the_command_line_shows_and_replays_what_was_parked(wanted: Settings, shop: Shop) -> None:
    async with running_worker(wanted):
        await shop.light("never", "never", "")
        await eventually(shop.all_done)
    env = {**os.environ, **environment(wanted.database.url, wanted.redis_url)}
    told = json.loads(_ecommerce(env, "outbox", "status", "--json").stdout)
    assert (told["parked"], told["waiting"], told["done_last_day"]) == (2, 0, 1)
    first = min(event["id"] for event in told["parked_events"])
    assert "2" in _ecommerce(env, "outbox", "status").stdout
    assert json.loads(_ecommerce(env, "outbox", "replay", str(first), "--json").stdout) == {
        "replayed": [first],
        "not_parked": [],
    }
    assert _ecommerce(env, "outbox", "replay", str(first)).returncode == 1
    assert _ecommerce(env, "outbox", "replay").returncode == 2
    assert _ecommerce(env, "outbox", "replay", "--all").returncode == 0
    assert await shop.value("SELECT count(*) FROM outbox WHERE parked_at IS NULL AND done_at IS NULL") == 2


def _ecommerce(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecommerce", *arguments], env=env, capture_output=True, text=True, check=False
    )


async def _more_runs_than(shop: Shop, count: int) -> bool:
    return await shop.runs() > count


async def _effects_are(shop: Shop, count: int) -> bool:
    return await shop.effects() == count


async def _effects_are_at_least(shop: Shop, count: int) -> bool:
    return await shop.effects() >= count
