"""Puts the demo shop into an empty database: by COPY, in one transaction, indexed at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ecommerce.adapters.postgres.catalog.documents.rebuild_all import rebuild_in_bulk
from ecommerce.adapters.postgres.database import Connection, Database
from ecommerce.adapters.postgres.seed.categories import categories, warehouses
from ecommerce.adapters.postgres.seed.numbers import OPENED
from ecommerce.adapters.postgres.seed.products import Picture, Rows, Stockroom, add_product
from ecommerce.adapters.postgres.tables.metadata import METADATA

Progress = Callable[[str, int, int], None]
_CHUNK = 5_000
# What a new shop inherits from the one before it.
_KEPT = {"signing_key", "audit_log"}

PRICE_COLUMNS = "variant_id currency amount compare_at lowest_30d".split()
IMAGE_COLUMNS = "id product_id variant_id position url alt width height".split()
LEVEL_COLUMNS = "variant_id warehouse_id on_hand reserved backorderable".split()
PRODUCT_COLUMNS = (
    "id slug name description status category_id attributes options tags featured popularity"
    " rating_average rating_count created_at updated_at"
).split()
VARIANT_COLUMNS = "id product_id sku name options position weight_grams tracked backorderable".split()
STAGE = (
    """
    CREATE TEMPORARY TABLE staged_product ON COMMIT DROP AS
    SELECT id, slug, name, description, status, category_id, attributes::text, options::text, tags, featured,
           popularity, rating_average, rating_count, created_at, updated_at FROM product WITH NO DATA
    """,
    """
    CREATE TEMPORARY TABLE staged_variant ON COMMIT DROP AS
    SELECT id, product_id, sku, name, options::text, position, weight_grams, tracked, backorderable
    FROM variant WITH NO DATA
    """,
)
# asyncpg copies JSON only where it comes and goes as text, so it takes a step in between.
UNSTAGE = (
    f"""
    INSERT INTO product ({", ".join(PRODUCT_COLUMNS)})
    SELECT id, slug, name, description, status, category_id, attributes::jsonb, options::jsonb, tags,
           featured, popularity, rating_average, rating_count, created_at, updated_at FROM staged_product
    """,  # column names of our own
    f"""
    INSERT INTO variant ({", ".join(VARIANT_COLUMNS)})
    SELECT id, product_id, sku, name, options::jsonb, position, weight_grams, tracked, backorderable
    FROM staged_variant
    """,
    "TRUNCATE staged_product, staged_variant",
)
OPENING_STOCK = """
INSERT INTO stock_movement (variant_id, warehouse_id, quantity, kind, reason, actor, created_at)
SELECT variant_id, warehouse_id, on_hand, 'receipt', 'opening stock', 'system:seed', $1
FROM stock_level WHERE on_hand <> 0 ORDER BY variant_id, warehouse_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    products: int
    pictures: Sequence[Picture] = field(default_factory=tuple)
    seed: int = 42
    reset: bool = False


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
            await _write(connection, wanted, progress)
            # Without it the plans of what follows are made for empty tables.
            await connection.execute("ANALYZE")
            await rebuild_in_bulk(connection, lambda done, of: progress("documents", done, of))
        await connection.execute("ANALYZE")


async def _write(connection: Connection, wanted: Wanted, progress: Progress) -> None:
    rows, leaves = categories(wanted.seed)
    near, far = stocked = warehouses(wanted.seed)
    await _copy(connection, "category", "id parent_id path slug name position".split(), rows)
    await _copy(connection, "warehouse", "id code name country priority".split(), stocked)
    room = Stockroom(leaves, near[0], far[0], wanted.pictures)
    for statement in STAGE:
        await connection.execute(statement)
    # Nothing is listed yet, so that no list can hear of stock that arrives.
    await connection.execute("ALTER TABLE stock_level DISABLE TRIGGER stock_arrived")
    for start in range(0, wanted.products, _CHUNK):
        end = min(start + _CHUNK, wanted.products)
        chunk = Rows()
        for number in range(start, end):
            add_product(chunk, room, wanted.seed, number, wanted.products)
        await _copy(connection, "staged_product", PRODUCT_COLUMNS, chunk.products)
        await _copy(connection, "staged_variant", VARIANT_COLUMNS, chunk.variants)
        for statement in UNSTAGE:
            await connection.execute(statement)
        await _copy(connection, "variant_price", PRICE_COLUMNS, chunk.prices)
        await _copy(connection, "product_image", IMAGE_COLUMNS, chunk.images)
        await _copy(connection, "stock_level", LEVEL_COLUMNS, chunk.levels)
        progress("products", end, wanted.products)
    await connection.execute(OPENING_STOCK, OPENED)
    await connection.execute("ALTER TABLE stock_level ENABLE TRIGGER stock_arrived")


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=columns, records=rows)
