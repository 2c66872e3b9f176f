"""From what happens to a second factor to the messages its owner is sent; and what of it is swept."""

from datetime import timedelta

import asyncpg
import pytest

from ecommerce.adapters.embedded.valkey import EmbeddedValkey
from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.retention import PgRetention
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.ports import Outbox, UnitOfWork
from ecommerce.domain.identity.second_factor import MfaEnabled, MfaRemoved, RecoveryCodeUsed
from ecommerce.domain.shared.ids import UserId
from ecommerce.entrypoints.worker.mfa import SUBSCRIPTIONS
from tests.contract.identity.conftest import new_account
from tests.factories.workers import eventually, flush, open_shop, running_worker, settings

pytestmark = pytest.mark.anyio


async def test_its_owner_is_told(database_url: str, valkey_server: EmbeddedValkey) -> None:
    await flush(valkey_server.url)
    wanted, ada, gone = settings(database_url, valkey_server.url), new_account(), new_account().id
    async with open_shop(wanted) as shop:
        await shop.connection.execute(
            "INSERT INTO account (id, email, email_key, password_hash) VALUES ($1, $2, $2, '')",
            ada.id,
            ada.email.text,
        )
        async with running_worker(wanted, SUBSCRIPTIONS), shop.container({Call: Call()}) as scope:
            uow, outbox = await scope.get(UnitOfWork), await scope.get(Outbox)
            async with uow.begin():
                await outbox.add(
                    [
                        MfaEnabled(account_id=ada.id),
                        RecoveryCodeUsed(account_id=ada.id, left=9),
                        RecoveryCodeUsed(account_id=ada.id, left=8),
                        MfaRemoved(account_id=ada.id, by_staff=False),
                        MfaEnabled(account_id=UserId(gone)),
                    ]
                )

            async def told() -> bool:
                open_ones = await shop.connection.fetchval(
                    "SELECT count(*) FROM outbox WHERE done_at IS NULL AND kind <> 'NotificationQueued'"
                )
                return bool(open_ones == 0)

            await eventually(told)
        rows = await shop.connection.fetch("SELECT template, recipient FROM notification ORDER BY template")
    assert [row["template"] for row in rows] == [
        "mfa_enabled",
        "mfa_removed",
        "recovery_code_used",
        "recovery_code_used",
    ]
    assert {row["recipient"] for row in rows} == {"ada@example.com"}


async def test_what_is_over_is_swept(database_url: str, database: asyncpg.Connection) -> None:
    fresh, stale, confirmed = (new_account(f"{name}@example.com") for name in ("fresh", "stale", "confirmed"))
    ages = {fresh: 23, stale: 25, confirmed: 25}
    for account, hours in ages.items():
        await database.execute(
            "INSERT INTO account (id, email, email_key, password_hash) VALUES ($1, $2, $2, '')",
            account.id,
            account.email.text,
        )
        await database.execute(
            "INSERT INTO account_totp (account_id, secret, created_at) VALUES ($1, '', now() - $2::interval)",
            account.id,
            timedelta(hours=hours),
        )
    await database.execute(
        "UPDATE account_totp SET confirmed_at = now(), last_step = 1 WHERE account_id = $1", confirmed.id
    )
    for token, seconds in ((b"a", -1), (b"b", 60)):
        await database.execute(
            "INSERT INTO mfa_challenge (token_hash, account_id, password_digest, expires_at)"
            " VALUES ($1, $2, '', now() + $3::interval)",
            token * 32,
            confirmed.id,
            timedelta(seconds=seconds),
        )
    pool = Database(database_url, Bounds(pool_size=1))
    await pool.open()
    swept = await PgRetention(pool, cart_days=30).sweep()
    await pool.close()
    assert (swept["mfa_challenge"], swept["account_totp"]) == (1, 1)
    left = await database.fetch("SELECT account_id FROM account_totp")
    assert {row["account_id"] for row in left} == {fresh.id, confirmed.id}
