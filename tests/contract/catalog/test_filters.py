"""Each filter against a plain look at the tables."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecommerce.adapters.postgres.catalog.reads.products import PgProductQueries
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import Ordering, ProductFilters, ProductSearch
from ecommerce.application.shared.faults import InvalidValues

pytestmark = pytest.mark.anyio
TRUTH = """
SELECT p.id, p.tags, p.attributes, p.featured, p.rating_average, p.name,
       array_agg(x.amount) AS prices, array_agg(DISTINCT c.slug) AS categories,
       bool_or(NOT v.tracked OR v.backorderable OR s.available > 0) AS in_stock
FROM product p
JOIN category home ON home.id = p.category_id
JOIN category c ON c.id = ANY (home.path)
JOIN variant v ON v.product_id = p.id
JOIN variant_price x ON x.variant_id = v.id AND x.currency = $1
LEFT JOIN LATERAL (
  SELECT sum(on_hand - reserved) AS available FROM stock_level l WHERE l.variant_id = v.id
) s ON true
WHERE p.status = 'active'
GROUP BY p.id
"""


async def truth(database: Database, holds: Callable[[Any], bool], currency: str = "USD") -> set[str]:
    return {str(row["id"]) for row in await database.fetch(TRUTH, currency) if holds(row)}


async def found(products: PgProductQueries, filters: ProductFilters, currency: str = "USD") -> set[str]:
    """All pages; the count is checked on the way."""
    ids: list[str] = []
    edge = None
    while True:
        wanted = ProductSearch(currency=currency, filters=filters, size=100, edge=edge)
        page = await products.find(wanted)
        ids += [row["id"] for row in msgspec.json.decode(page.results)]
        edge = page.following
        if edge is None:
            assert page.count == len(ids) == len(set(ids))
            return set(ids)


CASES: list[tuple[ProductFilters, Callable[[Any], bool]]] = [
    (ProductFilters(category="home"), lambda row: "home" in row["categories"]),
    (ProductFilters(category="lamps"), lambda row: "lamps" in row["categories"]),
    (ProductFilters(in_stock=True), lambda row: row["in_stock"]),
    (ProductFilters(in_stock=False), lambda row: not row["in_stock"]),
    (ProductFilters(featured=True), lambda row: row["featured"]),
    (ProductFilters(rating_min=400), lambda row: (row["rating_average"] or 0) >= 4),
    (ProductFilters(tags=("eco",)), lambda row: "eco" in row["tags"]),
    (
        ProductFilters(attributes=(("material", ("oak", "walnut")),)),
        lambda row: row["attributes"]["material"] in ("oak", "walnut"),
    ),
    (
        ProductFilters(
            attributes=(("brand", ("Kestrel", "Östberg", "Čapek & Syn")), ("made_in", ("Japan", "Italy"))),
            price_max=40_000,
        ),
        lambda row: (
            row["attributes"]["brand"] in ("Kestrel", "Östberg", "Čapek & Syn")
            and row["attributes"]["made_in"] in ("Japan", "Italy")
            and min(row["prices"]) <= 40_000
        ),
    ),
]


@pytest.mark.parametrize(("filters", "holds"), CASES)
async def test_a_filter_finds_what_it_says(
    products: PgProductQueries, database: Database, filters: ProductFilters, holds: Callable[[Any], bool]
) -> None:
    expected = await truth(database, holds)

    assert await found(products, filters) == expected
    # Once more, now that the count is known and another plan may be chosen.
    assert await found(products, filters) == expected
    assert expected or filters.attributes


@pytest.mark.parametrize("currency", ["USD", "JPY"])
@given(ends=st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_price_filter_holds_when_a_variants_price_lies_in_it(
    products: PgProductQueries, database: Database, currency: str, ends: tuple[int, int]
) -> None:
    low, high = min(ends), max(ends)

    expected = await truth(
        database, lambda row: any(low <= price <= high for price in row["prices"]), currency
    )

    assert await found(products, ProductFilters(price_min=low, price_max=high), currency) == expected


async def test_between_two_variants_there_is_nothing(products: PgProductQueries, database: Database) -> None:
    rows = await database.fetch(TRUTH, "USD")
    wide = next(row for row in rows if len(set(row["prices"])) >= 3)
    prices = sorted(set(wide["prices"]))

    gap = ProductFilters(price_min=prices[0] + 1, price_max=prices[1] - 1, ids=(wide["id"],))
    middle = ProductFilters(price_min=prices[1], price_max=prices[1], ids=(wide["id"],))

    assert await found(products, gap) == set()
    assert await found(products, middle) == {str(wide["id"])}


async def test_ids_are_a_filter_too(products: PgProductQueries, database: Database) -> None:
    everything = sorted(await truth(database, lambda row: True))[:3]
    ids = (*(UUID(each) for each in everything), UUID(int=7))

    assert await found(products, ProductFilters(ids=ids)) == set(everything)
    assert await found(products, ProductFilters(ids=())) == set()


async def test_what_does_not_exist_is_refused_all_at_once(products: PgProductQueries) -> None:
    filters = ProductFilters(
        category="nowhere",
        tags=("nothing",),
        attributes=(("brand", ("Kestrel", "Nobody")), ("colour", ("red",))),
    )
    with pytest.raises(InvalidValues) as refused:
        await products.find(ProductSearch(currency="USD", filters=filters))

    assert {fault.pointer for fault in refused.value.faults} == {
        "/query/category",
        "/query/tag",
        "/query/attr.brand",
        "/query/attr.colour",
    }


async def test_facets_are_counted_under_the_other_filters(
    products: PgProductQueries, database: Database
) -> None:
    filters = ProductFilters(
        category="home", price_max=20_000, rating_min=300, attributes=(("material", ("oak", "silk")),)
    )
    page = await products.find(
        ProductSearch(currency="USD", filters=filters, ordering=Ordering.PRICE, with_facets=True)
    )
    facets = msgspec.json.decode(page.facets or "{}")

    def others(row: Any, without: str) -> bool:
        return (
            (without == "category" or "home" in row["categories"])
            and (without == "price" or min(row["prices"]) <= 20_000)
            and (without == "rating" or (row["rating_average"] or 0) >= 3)
            and (without == "material" or row["attributes"]["material"] in ("oak", "silk"))
        )

    async def count(without: str, holds: Callable[[Any], bool]) -> int:
        return len(await truth(database, lambda row: others(row, without) and holds(row)))

    def has(attribute: str, value: str) -> Callable[[Any], bool]:
        return lambda row: bool(row["attributes"][attribute] == value)

    def lies_in(slug: str) -> Callable[[Any], bool]:
        return lambda row: slug in row["categories"]

    for value in facets["attributes"]["material"]:
        assert value["count"] == await count("material", has("material", value["value"]))
    assert len(facets["attributes"]["material"]) > 2
    for value in facets["attributes"]["brand"]:
        assert value["count"] == await count("", has("brand", value["value"]))
    for category in facets["categories"]:
        assert category["count"] == await count("category", lies_in(category["slug"]))
    assert {"fashion", "home"} <= {category["slug"] for category in facets["categories"]}
    assert sum(price["count"] for price in facets["prices"]) == len(
        await truth(database, lambda row: others(row, "price"))
    )
    four = next(rating for rating in facets["ratings"] if rating["from"] == 4)
    assert four["count"] == len(
        await truth(database, lambda row: others(row, "rating") and (row["rating_average"] or 0) >= 4)
    )
