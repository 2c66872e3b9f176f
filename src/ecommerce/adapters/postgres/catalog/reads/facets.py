"""How many products each further choice would leave, under all the other filters.

A product that fails one filter alone still counts for the choices of that filter: `failed` is that filter's
number, 0 for a product that passes all; one that fails two counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.catalog.reads.matching import (
    SCOPE,
    choice_conditions,
    in_list,
    lacks,
    price_conditions,
    row_conditions,
    scope_of,
)
from ecommerce.adapters.postgres.catalog.reads.parameters import Parameters
from ecommerce.adapters.postgres.catalog.reads.remembered import Remembered
from ecommerce.adapters.postgres.catalog.reads.words import Words
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import ProductFilters, ProductSearch
from ecommerce.domain.shared.money import exponent

PRICE, RATING, FIRST_ATTRIBUTE = 1, 2, 3
STEPS = (0, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000)
CATEGORIES = "SELECT id, path, slug, name FROM category ORDER BY cardinality(path), position, slug"


class FacetCounter:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: Remembered[str] = Remembered()

    async def count(self, wanted: ProductSearch, words: Words | None) -> str:
        """A JSON object. Categories are counted whatever category is chosen."""
        key = (wanted.currency, wanted.filters)
        counted = self._counted.get(key)
        if counted is None:
            counted = await self._count(wanted, words)
            self._counted.put(key, counted)
        return counted

    async def _count(self, wanted: ProductSearch, words: Words | None) -> str:
        sql, values = _choices(wanted.currency, wanted.filters, words)
        choices = await self._database.fetch(sql, *values)
        sql, values = _by_category(wanted.currency, wanted.filters, words)
        per_category = await self._database.fetch(sql, *values)
        categories = await self._database.fetch(CATEGORIES)
        facets = {
            "categories": _category_counts(categories, {row["id"]: row["products"] for row in per_category}),
            "attributes": _attribute_counts(choices, wanted.filters),
            "prices": _price_counts(choices, wanted.currency),
            "ratings": _rating_counts(choices),
        }
        return msgspec.json.encode(facets).decode()


def _choices(currency: str, filters: ProductFilters, words: Words | None) -> tuple[str, list[object]]:
    parameters = Parameters()
    scope = scope_of(parameters, currency, filters.category)
    always = replace(filters, price_min=None, price_max=None, rating_min=0)
    conditions = [f"l.scope = {SCOPE}", *row_conditions(parameters, always)]
    if found := _terms(replace(filters, attributes=()), words):
        lacking = "" if filters.category else lacks(currency)
        conditions.append(in_list(parameters, lacking, found))
    passes = {PRICE: " AND ".join(price_conditions(parameters, filters.price_min, filters.price_max))}
    if filters.rating_min:
        passes[RATING] = f"l.rating >= {parameters.add(filters.rating_min)}"
    for number, attribute in enumerate(filters.attributes, FIRST_ATTRIBUTE):
        (term,) = choice_conditions(ProductFilters(attributes=(attribute,)))
        passes[number] = f"s.terms @@ ({parameters.add(term)}::text)::tsquery"
    fails = [f"CASE WHEN {test} THEN NULL ELSE {number} END" for number, test in passes.items() if test]
    failed = f"array_remove(ARRAY[{', '.join(fails)}]::int[], NULL)" if fails else "'{}'::int[]"
    steps = parameters.add([step * _unit(currency) for step in STEPS])
    sql = f"""
    WITH scope AS MATERIALIZED ({scope}),
    tested AS MATERIALIZED (
      SELECT l.price_min, l.rating, s.facets, {failed} AS failed
      FROM product_listing l JOIN product_search s ON s.product_id = l.product_id
      WHERE {" AND ".join(conditions)}
    ), one AS MATERIALIZED (
      SELECT price_min, rating, facets, COALESCE(failed[1], 0) AS failed FROM tested
      WHERE cardinality(failed) < 2
    )
    SELECT 'price' AS kind, '' AS name, '' AS value, width_bucket(price_min, {steps}::bigint[]) AS step,
           0 AS failed, count(*) AS products
    FROM one WHERE failed IN (0, {PRICE}) GROUP BY 4
    UNION ALL
    SELECT 'rating', '', '', rating / 100, 0, count(*) FROM one WHERE failed IN (0, {RATING}) GROUP BY 4
    UNION ALL
    SELECT 'attribute', f.name, f.value, 0, c.failed, c.products
    FROM (
      SELECT facet, failed, count(*) AS products FROM one CROSS JOIN unnest(facets) AS facet
      WHERE failed NOT IN ({PRICE}, {RATING}) GROUP BY facet, failed
    ) c JOIN facet f ON f.id = c.facet
    WHERE f.name <> ''
    """
    return sql, parameters.values


def _by_category(currency: str, filters: ProductFilters, words: Words | None) -> tuple[str, list[object]]:
    parameters = Parameters()
    anywhere = replace(filters, category=None)
    scope = scope_of(parameters, currency, None)
    conditions = row_conditions(parameters, anywhere)
    found = _terms(anywhere, words)
    if not conditions and not found:
        return (
            """
        SELECT s.category_id AS id, s.product_count - COALESCE(sum(b.product_count), 0) AS products
        FROM listing_scope s
        LEFT JOIN category c ON c.parent_id = s.category_id
        LEFT JOIN listing_scope b ON b.category_id = c.id AND b.currency = s.currency
        WHERE s.currency = $1 AND s.category_id IS NOT NULL
        GROUP BY s.id
        """,
            [currency],
        )
    terms = [in_list(parameters, lacks(currency), found)] if found else []
    where = " AND ".join([f"l.scope = {SCOPE}", *conditions, *terms])
    return (
        f"""
    WITH scope AS MATERIALIZED ({scope})
    SELECT s.category_id AS id, count(*) AS products
    FROM product_listing l JOIN product_search s ON s.product_id = l.product_id
    WHERE {where}
    GROUP BY s.category_id
    """,
        parameters.values,
    )


def _terms(filters: ProductFilters, words: Words | None) -> str:
    return "&".join([*([words.found] if words else []), *choice_conditions(filters)])


def _category_counts(categories: Sequence[Any], counts: dict[UUID, int]) -> list[dict[str, Any]]:
    """A category holds what stands in it and in all below it."""
    totals: dict[UUID, int] = {}
    for category in categories:
        for above in category["path"]:
            totals[above] = totals.get(above, 0) + int(counts.get(category["id"], 0))
    return [
        {"slug": category["slug"], "name": category["name"], "count": totals[category["id"]]}
        for category in categories
        if totals.get(category["id"])
    ]


def _attribute_counts(choices: Sequence[Any], filters: ProductFilters) -> dict[str, list[dict[str, Any]]]:
    numbers = {name: number for number, (name, _) in enumerate(filters.attributes, FIRST_ATTRIBUTE)}
    counted: dict[str, dict[str, int]] = {}
    for row in choices:
        if row["kind"] == "attribute" and row["failed"] in (0, numbers.get(row["name"])):
            values = counted.setdefault(row["name"], {})
            values[row["value"]] = values.get(row["value"], 0) + row["products"]
    return {
        name: [
            {"value": value, "count": count}
            for value, count in sorted(counted[name].items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        for name in sorted(counted)
    }


def _price_counts(choices: Sequence[Any], currency: str) -> list[dict[str, Any]]:
    """By the lowest price of each product. `to` is the last price inside; null where there is no end."""
    unit = _unit(currency)
    counts = {row["step"]: row["products"] for row in choices if row["kind"] == "price"}

    def money(amount: int) -> dict[str, Any]:
        return {"amount": amount, "currency": currency}

    return [
        {
            "from": money(STEPS[step - 1] * unit),
            "to": money(STEPS[step] * unit - 1) if step < len(STEPS) else None,
            "count": counts[step],
        }
        for step in sorted(counts)
    ]


def _unit(currency: str) -> int:
    """Where there are no decimals, a hundred is what one is elsewhere (100 yen, 1 dollar)."""
    return 10 ** exponent(currency) if exponent(currency) else 100


def _rating_counts(choices: Sequence[Any]) -> list[dict[str, int]]:
    counts = {row["step"]: row["products"] for row in choices if row["kind"] == "rating"}
    return [
        {"from": stars, "count": sum(count for step, count in counts.items() if step >= stars)}
        for stars in (4, 3, 2, 1)
    ]
