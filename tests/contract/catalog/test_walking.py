"""Whatever the order, a list walked by its edges holds every product once, forwards and backwards."""

from dataclasses import replace

import msgspec
import pytest

from ecommerce.adapters.postgres.catalog.reads import products as reads
from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import Edge, Ordering, ProductFilters, ProductSearch

pytestmark = pytest.mark.anyio
LISTED = "SELECT count(*) AS products FROM product WHERE status = 'active'"


async def walk(
    products: PgProductQueries, wanted: ProductSearch, start: Edge | None, backwards: bool
) -> list[list[str]]:
    """The pages' ids, in the order they were fetched."""
    pages, edge = [], start
    while True:
        page = await products.find(replace(wanted, edge=edge))
        pages.append([row["id"] for row in msgspec.json.decode(page.results)])
        edge = page.preceding if backwards else page.following
        if edge is None:
            return pages


@pytest.mark.parametrize("ordering", list(Ordering))
@pytest.mark.parametrize("size", [7, 100])
async def test_every_product_comes_once_in_both_directions(
    products: PgProductQueries, database: Database, ordering: Ordering, size: int
) -> None:
    # A word of most descriptions, so that relevance has something to go by.
    filters = ProductFilters(q="tested" if ordering is Ordering.RELEVANCE else None)
    wanted = ProductSearch(currency="USD", filters=filters, ordering=ordering, size=size)
    listed = await database.fetch_row(LISTED)
    assert listed is not None

    there = [each for page in await walk(products, wanted, None, False) for each in page]
    pages = await walk(products, wanted, Edge(True, (), None), True)
    back = [each for page in reversed(pages) for each in page]

    assert len(there) == len(set(there)) > size
    assert there == back
    if filters.q is None:
        assert len(there) == listed["products"]


@pytest.mark.parametrize(
    "ordering", [Ordering.PRICE, Ordering.RATING, Ordering.RATING_DOWN, Ordering.NAME_DOWN]
)
async def test_rows_come_in_the_order_that_was_asked_for(
    products: PgProductQueries, ordering: Ordering
) -> None:
    page = await products.find(ProductSearch(currency="EUR", ordering=ordering, size=100))
    rows = msgspec.json.decode(page.results)
    if ordering is Ordering.PRICE:
        keys = [row["price_min"]["amount"] for row in rows]
        assert keys == sorted(keys)
    elif ordering is Ordering.NAME_DOWN:
        assert rows[0]["name"] > rows[-1]["name"]
    else:
        ratings = [row["rating"]["average"] for row in rows]
        rated = [rating for rating in ratings if rating is not None]
        assert ratings == rated + [None] * (len(ratings) - len(rated))
        assert rated == sorted(rated, reverse=ordering is Ordering.RATING_DOWN)


@pytest.mark.parametrize("few", [0, 1_000_000])
@pytest.mark.parametrize("q", ["lamps", "home", "tested walnut", "steel"])
async def test_relevance_is_walked_alike_by_tiers_and_by_sorting(
    products: PgProductQueries, monkeypatch: pytest.MonkeyPatch, few: int, q: str
) -> None:
    monkeypatch.setattr(reads, "FEW_RANKED", few)
    wanted = ProductSearch(currency="USD", filters=ProductFilters(q=q), ordering=Ordering.RELEVANCE, size=100)
    whole = [each for page in await walk(products, wanted, None, False) for each in page]
    for size in (3, 10):
        small = replace(wanted, size=size)
        there = [each for page in await walk(products, small, None, False) for each in page]
        pages = await walk(products, small, Edge(True, (), None), True)
        assert there == whole
        assert [each for page in reversed(pages) for each in page] == whole
    by_number: list[str] = []
    for offset in range(0, len(whole), 10):
        page = await products.find(replace(wanted, size=10, offset=offset))
        by_number += [row["id"] for row in msgspec.json.decode(page.results)]
    assert by_number == whole
    assert len(set(whole)) == len(whole) == (await products.find(wanted)).count


async def test_the_unrated_are_last_both_ways(products: PgProductQueries) -> None:
    for ordering in (Ordering.RATING, Ordering.RATING_DOWN):
        wanted = ProductSearch(currency="USD", ordering=ordering, edge=Edge(True, (), None))
        last = msgspec.json.decode((await products.find(wanted)).results)
        assert last[-1]["rating"]["average"] is None


async def test_pages_by_number_and_by_edge_are_the_same(products: PgProductQueries) -> None:
    first = await products.find(ProductSearch(currency="USD", size=10))
    by_number = await products.find(ProductSearch(currency="USD", size=10, offset=10))
    by_edge = await products.find(ProductSearch(currency="USD", size=10, edge=first.following))

    assert by_number.results == by_edge.results
    assert by_number.preceding == by_edge.preceding
    assert first.preceding is None
    before = await products.find(ProductSearch(currency="USD", size=10, edge=by_number.preceding))
    assert before.results == first.results


async def test_beyond_the_end_there_is_a_way_back(products: PgProductQueries) -> None:
    page = await products.find(ProductSearch(currency="USD", offset=9_000))

    assert page.results == "[]"
    assert page.following is None
    last = await products.find(ProductSearch(currency="USD", edge=page.preceding))
    assert len(msgspec.json.decode(last.results)) == 24
