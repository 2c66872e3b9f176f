"""Puts the demo shop into an empty database: by COPY, in one transaction, indexed at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ecommerce.adapters.postgres.catalog.documents.rebuild_all import rebuild_in_bulk
from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.adapters.postgres.seed import orders as past
from ecommerce.adapters.postgres.seed import people
from ecommerce.adapters.postgres.seed.categories import categories, warehouses
from ecommerce.adapters.postgres.seed.copying import copy, copy_with_json
from ecommerce.adapters.postgres.seed.numbers import OPENED
from ecommerce.adapters.postgres.seed.orders import OrderRows, Past, Sold
from ecommerce.adapters.postgres.seed.people import Customer, DemoAccount
from ecommerce.adapters.postgres.seed.products import Picture, Rows, Stockroom, add_product
from ecommerce.adapters.postgres.seed.zones import (
    ZONE_COLUMNS,
    ZONE_JSON,
    shipping_zones,
    tax_zones,
    zone_rows,
)
from ecommerce.adapters.postgres.tables.metadata import METADATA
from ecommerce.application.pricing.contracts import Pricer

Progress = Callable[[str, int, int], None]
_CHUNK = 5_000
_ASSORTMENT = 20_000
# What a new shop inherits from the one before it.
_KEPT = {"signing_key", "audit_log", "audit_chain", "pricing_revision", "identity_revision"}

CATEGORY_COLUMNS = "id parent_id path slug name position".split()
WAREHOUSE_COLUMNS = "id code name country priority".split()
PRODUCT_COLUMNS = (
    "id slug name description status category_id attributes options tags featured popularity"
    " rating_average rating_count created_at updated_at"
).split()
VARIANT_COLUMNS = "id product_id sku name options position weight_grams tracked backorderable".split()
PRICE_COLUMNS = "variant_id currency amount compare_at lowest_30d".split()
IMAGE_COLUMNS = "id product_id variant_id position url alt width height".split()
LEVEL_COLUMNS = "variant_id warehouse_id on_hand reserved backorderable".split()

SOLD = """
SELECT v.id AS variant_id, v.product_id, v.sku, p.name, v.options::text, x.amount AS price, v.tracked
FROM product p
JOIN variant v ON v.product_id = p.id
JOIN variant_price x ON x.variant_id = v.id AND x.currency = $1
WHERE p.status = 'active'
ORDER BY p.popularity DESC, v.id LIMIT $2
"""
# What was sold since then came in at the beginning, too: what is left is what the levels say.
OPENING_STOCK = """
INSERT INTO stock_movement (variant_id, warehouse_id, quantity, kind, reason, actor, created_at)
SELECT l.variant_id, l.warehouse_id, l.on_hand + COALESCE(m.sold, 0), 'receipt', 'opening stock',
       'system:seed', $1
FROM stock_level l
LEFT JOIN (
  SELECT variant_id, warehouse_id, -sum(quantity) AS sold FROM stock_movement GROUP BY 1, 2
) m USING (variant_id, warehouse_id)
WHERE l.on_hand + COALESCE(m.sold, 0) <> 0
ORDER BY l.variant_id, l.warehouse_id
"""
BOUGHT_TOGETHER = """
INSERT INTO bought_together (product_id, other_id, times)
SELECT a.product_id, b.product_id, count(*)
FROM order_line a
JOIN order_line b ON b.order_id = a.order_id AND b.product_id <> a.product_id
JOIN sales_order o ON o.id = a.order_id AND o.status = 'completed'
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Past orders are in `currency`. `nobodys_password` is the hash that all customers share who are only
    there to be counted.
    """

    products: int
    pricer: Pricer
    currency: str = "USD"
    orders: int = 0
    customers: int = 0
    seed: int = 42
    reset: bool = False
    pictures: Sequence[Picture] = field(default_factory=tuple)
    accounts: Sequence[DemoAccount] = field(default_factory=tuple)
    nobodys_password: str = ""


async def is_empty(database: Database) -> bool:
    return await database.fetch_row("SELECT FROM product LIMIT 1") is None


async def write_shop(database: Database, wanted: Wanted, progress: Progress) -> None:
    """All or nothing. The shop must be empty, or is emptied first."""
    async with database.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = 0")
            if wanted.reset:
                names = [name for name in METADATA.tables if name not in _KEPT]
                await connection.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
            await _draw_zones(connection, wanted.seed)
            room = await _furnish(connection, wanted)
            # Nothing is listed yet, so that no list can hear of stock that arrives.
            await connection.execute("ALTER TABLE stock_level DISABLE TRIGGER stock_arrived")
            await _fill(connection, room, wanted, progress)
            await connection.execute("ALTER TABLE stock_level ENABLE TRIGGER stock_arrived")
            customers = await _invite(connection, wanted)
            # Without it the plans of what follows are made for empty tables.
            await _analyze(connection)
            await _sell(connection, room, customers, wanted, progress)
            await connection.execute(OPENING_STOCK, OPENED)
            await rebuild_in_bulk(connection, lambda done, of: progress("documents", done, of))
        await _analyze(connection)


async def _draw_zones(connection: Connection, seed: int) -> None:
    """Where staff have drawn zones of their own already, no example gets among them."""
    for table, zones in (("tax_zone", tax_zones()), ("shipping_zone", shipping_zones())):
        if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
            rows = zone_rows(seed, table, list(zones))
            await copy_with_json(connection, table, ZONE_COLUMNS, ZONE_JSON, rows)


async def _analyze(connection: Connection) -> None:
    """Let the planner know what there is now.

    Not of tables that are still empty: known to be, they are read from end to end by every plan that is made
    until they are looked at again, and carts and orders come in sooner.
    """
    for table in METADATA.tables:
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
            await connection.execute(f"ANALYZE {table}")


async def _furnish(connection: Connection, wanted: Wanted) -> Stockroom:
    rows, leaves = categories(wanted.seed)
    near, far = stocked = warehouses(wanted.seed)
    await copy(connection, "category", CATEGORY_COLUMNS, rows)
    await copy(connection, "warehouse", WAREHOUSE_COLUMNS, stocked)
    return Stockroom(leaves, near[0], far[0], wanted.pictures)


async def _fill(connection: Connection, room: Stockroom, wanted: Wanted, progress: Progress) -> None:
    for start in range(0, wanted.products, _CHUNK):
        end = min(start + _CHUNK, wanted.products)
        rows = Rows()
        for number in range(start, end):
            add_product(rows, room, wanted.seed, number, wanted.products)
        await copy_with_json(connection, "product", PRODUCT_COLUMNS, ("attributes", "options"), rows.products)
        await copy_with_json(connection, "variant", VARIANT_COLUMNS, ("options",), rows.variants)
        await copy(connection, "variant_price", PRICE_COLUMNS, rows.prices)
        await copy(connection, "product_image", IMAGE_COLUMNS, rows.images)
        await copy(connection, "stock_level", LEVEL_COLUMNS, rows.levels)
        progress("products", end, wanted.products)


async def _invite(connection: Connection, wanted: Wanted) -> list[Customer]:
    """An address that has an account already keeps it."""
    taken = {row["email_key"] for row in await connection.fetch("SELECT email_key FROM account")}
    staff = [row for row in people.staff(wanted.seed, wanted.accounts) if row[2] not in taken]
    accounts, addresses, customers = people.customers(
        wanted.seed, 0 if taken else wanted.customers, wanted.nobodys_password
    )
    await copy(connection, "account", people.ACCOUNT_COLUMNS, [*staff, *accounts])
    await copy(connection, "address", people.ADDRESS_COLUMNS, addresses)
    return customers


async def _sell(
    connection: Connection,
    room: Stockroom,
    customers: Sequence[Customer],
    wanted: Wanted,
    progress: Progress,
) -> None:
    sold = [Sold(**row) for row in await connection.fetch(SOLD, wanted.currency, _ASSORTMENT)]
    history = Past(wanted.seed, wanted.pricer, wanted.currency, sold, customers, room.near)
    for start in range(0, wanted.orders if sold else 0, _CHUNK):
        end = min(start + _CHUNK, wanted.orders)
        rows = OrderRows()
        for number in range(start, end):
            await history.add(rows, number, wanted.orders)
        await copy_with_json(connection, "sales_order", past.ORDER_COLUMNS, past.ORDER_JSON, rows.orders)
        await copy_with_json(connection, "order_line", past.LINE_COLUMNS, past.LINE_JSON, rows.lines)
        await copy(connection, "order_history", past.HISTORY_COLUMNS, rows.history)
        await copy(connection, "payment", past.PAYMENT_COLUMNS, rows.payments)
        await copy(connection, "payment_event", past.TRAIL_COLUMNS, rows.trail)
        await copy(connection, "stock_movement", past.MOVEMENT_COLUMNS, rows.movements)
        progress("orders", end, wanted.orders)
    await connection.execute(BOUGHT_TOGETHER)
