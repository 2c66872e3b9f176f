"""Which carts are forgotten, and when."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from ecommerce.adapters.postgres.database import Bounds, Database
from ecommerce.adapters.postgres.retention import CART_SWEEPS, PgRetention
from tests.factories.orders import place_order
from tests.factories.shop import ShopFactory

pytestmark = pytest.mark.anyio

ADD = """
INSERT INTO cart (id, token_hash, account_id, currency, status, created_at, updated_at)
VALUES ($1, CASE WHEN $2::uuid IS NULL THEN sha256($1::uuid::text::bytea) END, $2, 'USD', $3,
        now() - make_interval(days => $4), now() - make_interval(days => $4))
"""
LINE = "INSERT INTO cart_line (id, cart_id, variant_id, quantity) VALUES (gen_random_uuid(), $1, $2, 1)"
ACCOUNT = """
INSERT INTO account (id, email, email_key, password_hash)
VALUES ($1::uuid, $1::uuid::text, $1::uuid::text, '')
"""
CANCEL = """
WITH ended AS (UPDATE sales_order SET status = 'cancelled' WHERE id = $1)
INSERT INTO order_history (order_id, axis, status, actor) VALUES ($1, 'order', 'cancelled', 'test')
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Bounds(pool_size=4))
    await database.open()
    yield database
    await database.close()


class Shelf:
    """Carts of any age, each with a line in it."""

    def __init__(self, database: Database, variant_id: UUID) -> None:
        self._database = database
        self._variant_id = variant_id

    async def cart(self, days: int, status: str = "open", *, account: bool = False) -> UUID:
        cart_id, owner = uuid4(), uuid4() if account else None
        if owner is not None:
            await self._database.execute(ACCOUNT, owner)
        await self._database.execute(ADD, cart_id, owner, status, days)
        await self._database.execute(LINE, cart_id, self._variant_id)
        return cart_id

    async def placed(self, url: str, days: int, *, cancelled: bool) -> UUID:
        cart_id = await self.cart(days, "placed")
        order = await place_order(url)
        await self._database.execute("UPDATE sales_order SET cart_id = $2 WHERE id = $1", order.id, cart_id)
        if cancelled:
            await self._database.execute(CANCEL, order.id)
        return cart_id

    async def left(self) -> set[UUID]:
        return {row["id"] for row in await self._database.fetch("SELECT id FROM cart")}


@pytest.fixture
async def shelf(database: Database, database_url: str) -> Shelf:
    mug = await (await ShopFactory(database_url).open()).product()
    return Shelf(database, mug.variant_id)


@pytest.mark.breaks_invariants("every order's placing is told")
async def test_only_carts_that_nobody_needs_are_forgotten(
    database: Database, database_url: str, shelf: Shelf
) -> None:
    gone = {
        await shelf.cart(31),
        await shelf.cart(31, "merged"),
        await shelf.placed(database_url, 31, cancelled=True),
    }
    kept = {
        await shelf.cart(29),
        await shelf.cart(29, "merged"),
        await shelf.cart(400, account=True),
        await shelf.placed(database_url, 29, cancelled=True),
        await shelf.placed(database_url, 31, cancelled=False),
    }
    assert await shelf.left() == gone | kept
    retention = PgRetention(database, cart_days=30)

    swept = await retention.sweep()

    assert {kind: swept[kind] for kind in CART_SWEEPS} == dict.fromkeys(CART_SWEEPS, 1)
    assert await shelf.left() == kept
    orders = await database.fetch("SELECT cart_id FROM sales_order WHERE cart_id IS NULL")
    assert len(orders) == 1
    lines = await database.fetch("SELECT cart_id FROM cart_line")
    assert {row["cart_id"] for row in lines} == kept


async def test_a_cart_somebody_is_just_using_is_left_alone(database: Database, shelf: Shelf) -> None:
    cart_id = await shelf.cart(31)
    retention = PgRetention(database, cart_days=30)
    async with database.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE cart SET updated_at = now() WHERE id = $1", cart_id)
        assert (await retention.sweep())["guest_cart"] == 0

    assert (await retention.sweep())["guest_cart"] == 0
    assert await shelf.left() == {cart_id}


async def test_sweeping_reads_no_more_than_it_takes(database: Database) -> None:
    async with database.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plans = [
            "\n".join(
                row[0]
                for row in await connection.fetch("EXPLAIN " + sql.replace("$1", "1000").replace("$2", "30"))
            )
            for sql in CART_SWEEPS.values()
        ]

    assert "ix_cart_guest_created_at" in plans[0]
    assert all("ix_cart_ended_created_at" in plan for plan in plans[1:])
