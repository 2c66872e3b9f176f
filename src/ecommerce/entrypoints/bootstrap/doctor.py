"""Looks over a shop: settings, what it depends on, schema, keys, queues."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from dishka import AsyncContainer

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.shared.care import Finding
from ecommerce.application.shared.health import HealthChecks
from ecommerce.application.shared.outgoing import OutboxCare
from ecommerce.entrypoints.bootstrap.settings import Settings

LATE = 60.0
KEYS = "SELECT count(*) FROM signing_key WHERE retired_at IS NULL"


async def examine(container: AsyncContainer) -> AsyncIterator[Finding]:
    """One finding after another, so that a slow one doesn't hide those before it."""
    settings = await container.get(Settings)
    yield Finding("settings", "ok", f"complete, for {settings.env}")
    health = await (await container.get(HealthChecks)).look()
    advice = {
        "database": "is ECOMMERCE_DATABASE_URL right, and the server up?",
        "migrations": "run `ecommerce db upgrade`",
        "cache": "the shop still sells; is ECOMMERCE_REDIS_URL right, and the server up?",
    }
    for name, said in health.checks.items():
        status = "ok" if said == "ok" else ("warn" if name == "cache" else "fail")
        yield Finding(name, status, said if said == "ok" else f"{said}: {advice.get(name, 'look there')}")
    if health.status == "down":
        return
    yield await _keys(await container.get(Database))
    yield await _outbox(await container.get(OutboxCare))
    for name, url in (("stripe", settings.stripe.api_base), ("mail", settings.mail.smtp_url)):
        yield await _reachable(name, url)


async def _keys(database: Database) -> Finding:
    row = await database.fetch_row(KEYS)
    if row is not None and row[0]:
        return Finding("signing keys", "ok", "one signs")
    return Finding("signing keys", "ok", "none yet: the first sign-in makes one")


async def _outbox(care: OutboxCare) -> Finding:
    standing = await care.standing()
    if standing.parked:
        return Finding("outbox", "fail", f"{standing.parked} parked: see `ecommerce outbox status`")
    oldest = standing.oldest_waiting_seconds or 0.0
    if oldest > LATE:
        return Finding("outbox", "warn", f"the oldest waits for {oldest:.0f} s: is a worker running?")
    return Finding("outbox", "ok", f"{standing.waiting} waiting")


async def _reachable(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80, "smtps": 465, "smtp": 25}[parts.scheme]
    where = f"{parts.hostname}:{port}"
    try:
        async with asyncio.timeout(3):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        return Finding(name, "warn", f"{where} does not answer ({error or 'timeout'})")
    writer.close()
    return Finding(name, "ok", where)
