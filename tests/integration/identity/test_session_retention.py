"""How long sessions and their tokens are kept."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.postgres import retention as kept
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.retention import PgRetention

pytestmark = pytest.mark.anyio

SESSION = """
INSERT INTO session (id, account_id, created_at, last_seen_at, revoked_at, revoked_by)
VALUES ($1, $2, now() - make_interval(days => $3), now() - make_interval(days => $4),
        now() - make_interval(days => $5), CASE WHEN $5::int IS NOT NULL THEN 'logout' END)
"""
TOKENS = """
INSERT INTO refresh_token (token_hash, session_id, expires_at, spent_at)
SELECT sha256(convert_to($1::uuid::text || n, 'UTF8')), $1, now() - make_interval(days => $2 - 30), now()
FROM generate_series(1, $3) n
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=2))
    await database.open()
    yield database
    await database.close()


async def session(
    database: Database, account_id: UUID, made: int, seen: int, ended: int | None = None, tokens: int = 1
) -> UUID:
    session_id = uuid4()
    await database.execute(SESSION, session_id, account_id, made, seen, ended)
    await database.execute(TOKENS, session_id, seen, tokens)
    return session_id


async def test_sessions_go_ninety_days_after_their_end_with_their_tokens(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "SESSION_BATCH", 2)
    account_id = uuid4()
    await database.execute(
        "INSERT INTO account (id, email, email_key, password_hash) VALUES ($1, 'a@b.c', 'a@b.c', '')",
        account_id,
    )
    for made, seen, ended, tokens in (
        (91, 91, None, 1),
        (400, 91, None, 5),
        (400, 200, 91, 3),
        (91, 91, 91, 0),
        (100, 100, 95, 1),
    ):
        await session(database, account_id, made, seen, ended, tokens)
    stays = {
        await session(database, account_id, 89, 89),
        await session(database, account_id, 400, 89),
        await session(database, account_id, 400, 100, 89),
        await session(database, account_id, 0, 0),
    }

    swept = await PgRetention(database, cart_days=30).sweep()

    assert (swept["session"], swept["refresh_token"]) == (5, 10)
    assert {row["id"] for row in await database.fetch("SELECT id FROM session")} == stays
    tokens_of = await database.fetch("SELECT session_id FROM refresh_token")
    assert sorted(row["session_id"] for row in tokens_of) == sorted(stays)
