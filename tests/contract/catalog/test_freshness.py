"""A write shows in the next read; a read is one statement."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from ecommerce.adapters.postgres.catalog.documents.rebuild import rebuild
from ecommerce.adapters.postgres.catalog.documents.rebuild_all import PgCatalogueIndex
from ecommerce.adapters.postgres.catalog.reads.categories import PgCategoryQueries
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import Moved, Ordering, ProductFilters, ProductSearch
from ecommerce.domain.shared.kernel import NotFound
from tests.factories.catalogue import opened, queries

pytestmark = pytest.mark.anyio
TRACKED = """
SELECT p.id, p.slug, p.name, v.id AS variant_id FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.status = 'active' AND v.tracked AND NOT v.backorderable
  AND (SELECT count(*) FROM variant o WHERE o.product_id = p.id) = 1
  AND (SELECT sum(on_hand) FROM stock_level l WHERE l.variant_id = v.id) > 0
LIMIT 1
"""


async def one(database: Database, sql: str, *arguments: object) -> Any:
    row = await database.fetch_row(sql, *arguments)
    assert row is not None
    return row


async def detail(database: Database, slug: str, currency: str = "USD") -> Any:
    shown = await queries(database).show(slug, currency)
    assert isinstance(shown, bytes)
    return msgspec.json.decode(shown)


async def in_stock(database: Database, product_id: Any) -> bool:
    """As the list says, by its rows and by its filter."""
    ids = (product_id,)
    page = await queries(database).find(ProductSearch(currency="USD", filters=ProductFilters(ids=ids)))
    (row,) = msgspec.json.decode(page.results)
    filtered = await queries(database).find(
        ProductSearch(currency="USD", filters=ProductFilters(ids=ids, in_stock=True))
    )
    assert row["in_stock"] is (filtered.count == 1)
    return bool(row["in_stock"])


@pytest.mark.breaks_invariants("what is reserved is the sum of the reservations")
async def test_stock_that_was_taken_shows_at_once(own: Database) -> None:
    row = await one(own, TRACKED)

    await own.execute("UPDATE stock_level SET reserved = 1000 WHERE variant_id = $1", row["variant_id"])
    shown = await detail(own, row["slug"])
    assert shown["variants"][0]["available"] == 8_000
    assert await in_stock(own, row["id"])

    await own.execute("UPDATE stock_level SET reserved = on_hand WHERE variant_id = $1", row["variant_id"])
    shown = await detail(own, row["slug"])
    assert (shown["variants"][0]["available"], shown["variants"][0]["in_stock"]) == (0, False)
    assert shown["in_stock"] is False
    assert shown["seo"]["json_ld"]["offers"]["availability"] == "https://schema.org/OutOfStock"
    assert not await in_stock(own, row["id"])

    await own.execute("UPDATE stock_level SET reserved = 0 WHERE variant_id = $1", row["variant_id"])
    assert await in_stock(own, row["id"])


@pytest.mark.breaks_invariants("what is reserved is the sum of the reservations")
async def test_two_who_empty_two_warehouses_at_once_leave_it_sold_out(own: Database) -> None:
    row = await one(own, TRACKED)
    near, far = [
        level["warehouse_id"]
        for level in await own.fetch("SELECT * FROM stock_level WHERE variant_id = $1", row["variant_id"])
    ]
    empty = "UPDATE stock_level SET reserved = on_hand WHERE variant_id = $1 AND warehouse_id = $2"

    async with own.acquire() as first, own.acquire() as second:
        one_buys, other_buys = first.transaction(), second.transaction()
        await one_buys.start()
        await other_buys.start()
        await first.execute(empty, row["variant_id"], near)
        waiting = asyncio.create_task(second.execute(empty, row["variant_id"], far))
        await asyncio.sleep(0.1)
        await one_buys.commit()
        await waiting
        await other_buys.commit()

    assert not await in_stock(own, row["id"])


async def test_a_write_and_its_rebuild_show_together(own: Database) -> None:
    row = await one(own, TRACKED)
    async with own.acquire() as connection, connection.transaction():
        await connection.execute(
            "UPDATE product SET name = 'Zephyr Quokka', slug = 'zephyr' WHERE id = $1", row["id"]
        )
        await connection.execute(
            "INSERT INTO former_slug (slug, product_id) VALUES ($1, $2)", row["slug"], row["id"]
        )
        await connection.execute(
            "UPDATE variant_price SET amount = 123, compare_at = 200, lowest_30d = 150 WHERE variant_id = $1",
            row["variant_id"],
        )
        await rebuild(connection, [row["id"]])

    shown = await detail(own, "zephyr")
    assert shown["name"] == "Zephyr Quokka"
    assert shown["price_min"] == {"amount": 123, "currency": "USD"}
    assert shown["lowest_price_30d"] == {"amount": 150, "currency": "USD"}
    assert await queries(own).show(row["slug"], "USD") == Moved("zephyr")
    page = await queries(own).find(ProductSearch(currency="USD", filters=ProductFilters(q="quoka")))
    assert page.count == 1
    assert await PgCatalogueIndex(own).verify() == 0


async def test_what_is_withdrawn_is_gone_and_counted_no_more(own: Database) -> None:
    row = await one(own, TRACKED)
    tree = msgspec.json.decode(await PgCategoryQueries(own).tree("USD"))
    async with own.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE product SET status = 'archived' WHERE id = $1", row["id"])
        await rebuild(connection, [row["id"]])

    with pytest.raises(NotFound):
        await queries(own).show(row["slug"], "USD")
    after = msgspec.json.decode(await PgCategoryQueries(own).tree("USD"))
    assert sum(root["product_count"] for root in after) == sum(root["product_count"] for root in tree) - 1


async def test_without_a_price_in_a_currency_it_is_not_in_it(own: Database) -> None:
    row = await one(own, TRACKED)
    async with own.acquire() as connection, connection.transaction():
        await connection.execute(
            "DELETE FROM variant_price WHERE variant_id = $1 AND currency = 'EUR'", row["variant_id"]
        )
        await rebuild(connection, [row["id"]])

    assert (await detail(own, row["slug"], "JPY"))["currency"] == "JPY"
    with pytest.raises(NotFound):
        await queries(own).show(row["slug"], "EUR")
    with pytest.raises(NotFound):
        await queries(own).related(row["slug"], "EUR", 12)
    found = await queries(own).find(ProductSearch(currency="EUR", filters=ProductFilters(ids=(row["id"],))))
    assert found.count == 0
    sought = ProductSearch(currency="EUR", filters=ProductFilters(q=row["name"]), ordering=Ordering.RELEVANCE)
    assert row["slug"] not in {
        each["slug"] for each in msgspec.json.decode((await queries(own).find(sought)).results)
    }


async def test_a_new_currency_has_what_is_priced_in_it_and_nothing_else(own: Database) -> None:
    row = await one(own, TRACKED)
    async with own.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO variant_price VALUES ($1, 'CHF', 900)", row["variant_id"])
        await rebuild(connection, [row["id"]])

    assert (await detail(own, row["slug"], "CHF"))["price_min"]["amount"] == 900
    for filters in (ProductFilters(), ProductFilters(q="tested"), ProductFilters(q=row["name"])):
        page = await queries(own).find(ProductSearch(currency="CHF", filters=filters))
        rows = msgspec.json.decode(page.results)
        assert page.count == len(rows) <= 1
        assert {each["slug"] for each in rows} <= {row["slug"]}
    assert page.count == 1


async def test_rebuilding_all_changes_nothing(own: Database) -> None:
    async def documents() -> list[str]:
        rows = await own.fetch("SELECT card, variants AS text FROM product_doc ORDER BY 1, 2")
        terms = await own.fetch("SELECT terms::text FROM product_search ORDER BY 1")
        return [str(tuple(row.values())) for row in (*rows, *terms)]

    before = await documents()
    assert await PgCatalogueIndex(own).rebuild(lambda done, of: None) == 48
    assert await documents() == before
    assert await PgCatalogueIndex(own).verify() == 0


@pytest.fixture
async def logged(demo_url: str) -> AsyncIterator[tuple[Database, list[str]]]:
    log: list[str] = []
    async with opened(demo_url, log) as database:
        await database.fetch("SELECT 1")
        log.clear()
        yield database, log


async def test_a_list_and_a_detail_are_one_statement_each(
    logged: tuple[Database, list[str]], products: Any
) -> None:
    database, log = logged
    reader = queries(database)
    wanted = ProductSearch(
        currency="USD",
        filters=ProductFilters(category="home", price_max=50_000, in_stock=True),
        ordering=Ordering.RATING_DOWN,
        with_variants=True,
        with_images=True,
    )
    page = await reader.find(wanted)
    assert len(log) == 1, log
    rows = msgspec.json.decode(page.results)
    assert len(rows) == 24
    assert all(row["variants"] for row in rows)

    log.clear()
    await reader.show(rows[0]["slug"], "USD")
    assert len(log) == 1, log

    log.clear()
    await reader.find(ProductSearch(currency="USD", filters=ProductFilters(q="walnut lamp")))
    # The words first, then the page with its count.
    assert len(log) == 2, log


async def test_related_products_are_others(products: Any, database: Database) -> None:
    rows = await database.fetch("SELECT slug FROM product_page LIMIT 5")
    for row in rows:
        related = [msgspec.json.decode(each) for each in await products.related(row["slug"], "USD", 12)]
        assert 0 < len(related) <= 12
        assert row["slug"] not in {each["slug"] for each in related}
        assert len({each["id"] for each in related}) == len(related)
