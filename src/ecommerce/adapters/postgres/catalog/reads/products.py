"""Products as storefronts read them: one statement a page, one statement a product."""

from collections.abc import Sequence
from typing import Any

from ecommerce.adapters.postgres.catalog.reads import page as shapes
from ecommerce.adapters.postgres.catalog.reads.facets import FacetCounter
from ecommerce.adapters.postgres.catalog.reads.matching import Matching, matching
from ecommerce.adapters.postgres.catalog.reads.parameters import Parameters
from ecommerce.adapters.postgres.catalog.reads.remembered import Remembered
from ecommerce.adapters.postgres.catalog.reads.render import Renderer, any_in_stock, offer, variants
from ecommerce.adapters.postgres.catalog.reads.unknown import refuse_unknown
from ecommerce.adapters.postgres.catalog.reads.words import WordResolver, Words
from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import (
    COUNTED,
    Edge,
    Moved,
    Ordering,
    ProductPage,
    ProductSearch,
)
from ecommerce.domain.shared.kernel import NotFound

# Below the first number of matches all of them are fetched and sorted, above it an order is walked.
FEW_ROWS, FEW_FOUND, FEW_RANKED = 200, 3_000, 400

# What is left of each tracked variant in all warehouses, in the order of the document's variants.
AVAILABLE = """
array_to_string(ARRAY(
  SELECT (SELECT greatest(COALESCE(sum(k.on_hand - k.reserved), 0), 0)
          FROM stock_level k WHERE k.variant_id = each)
  FROM unnest(d.variant_ids) AS each), ',')
"""
DETAIL = f"""
SELECT g.slug, d.card, d.variants, d.stock_kinds, g.images, g.rest, l.price_min, l.price_max,
       {AVAILABLE} AS available
FROM (
  SELECT product_id FROM product_page WHERE slug = $1
  UNION ALL
  SELECT product_id FROM former_slug WHERE slug = $1
  LIMIT 1
) found
JOIN product_page g ON g.product_id = found.product_id
JOIN product_doc d ON d.product_id = found.product_id AND d.currency = $2
JOIN listing_scope s ON s.currency = $2 AND s.category_id IS NULL
JOIN product_listing l ON l.scope = s.id AND l.product_id = found.product_id
"""
RELATED = """
WITH shown AS (
  SELECT g.product_id, p.category_id
  FROM product_page g JOIN product p ON p.id = g.product_id
  JOIN product_doc d ON d.product_id = g.product_id AND d.currency = $2
  WHERE g.slug = $1
), listed AS (
  SELECT id FROM listing_scope WHERE currency = $2 AND category_id IS NULL
), together AS (
  SELECT b.other_id AS product_id, b.times
  FROM shown JOIN bought_together b USING (product_id)
  WHERE EXISTS (SELECT FROM product_doc d WHERE d.product_id = b.other_id AND d.currency = $2)
  ORDER BY b.times DESC, b.other_id LIMIT $3
), alike AS (
  SELECT l.product_id
  FROM shown
  JOIN listing_scope s ON s.category_id = shown.category_id AND s.currency = $2
  CROSS JOIN LATERAL (
    SELECT l.product_id, l.popularity FROM product_listing l
    WHERE l.scope = s.id ORDER BY l.popularity DESC, l.product_id DESC LIMIT 2 * $3 + 1
  ) l
  WHERE l.product_id <> shown.product_id AND l.product_id NOT IN (SELECT product_id FROM together)
  ORDER BY l.popularity DESC, l.product_id DESC LIMIT $3
), chosen AS (
  SELECT product_id, 1 AS rank, times AS weight FROM together
  UNION ALL
  SELECT a.product_id, 2, l.popularity
  FROM alike a JOIN product_listing l ON l.scope = (SELECT id FROM listed) AND l.product_id = a.product_id
  ORDER BY rank, weight DESC, product_id LIMIT $3
)
SELECT d.card, l.in_stock
FROM (SELECT FROM shown) here
LEFT JOIN chosen c ON true
LEFT JOIN product_doc d ON d.product_id = c.product_id AND d.currency = $2
LEFT JOIN product_listing l ON l.scope = (SELECT id FROM listed) AND l.product_id = c.product_id
ORDER BY c.rank, c.weight DESC, c.product_id
"""


class PgProductQueries:
    def __init__(self, database: Database, renderer: Renderer) -> None:
        self._database = database
        self._render = renderer
        self._words = WordResolver(database)
        self._counts: Remembered[int] = Remembered()
        self._facets = FacetCounter(database)

    async def find(self, wanted: ProductSearch) -> ProductPage:
        words = await self._words.resolve(wanted.filters.q) if wanted.filters.q is not None else None
        counted_by = (wanted.currency, wanted.filters)
        count = self._counts.get(counted_by)
        sql, values = _statement(wanted, words, self._counts.stale(counted_by), count is None)
        rows = await self._database.fetch(sql, *values)
        meta = rows[0]
        if count is None:
            count = int(meta["counted"])
            self._counts.put(counted_by, count)
        if meta["scope"] is None or meta["known"] is False:
            await refuse_unknown(self._database, wanted.filters)
        facets = await self._facets.count(wanted, words) if wanted.with_facets else None
        return self._page(wanted, rows, count, facets)

    def _page(
        self, wanted: ProductSearch, rows: Sequence[Any], count: int, facets: str | None
    ) -> ProductPage:
        found = [row for row in rows if row["product_id"] is not None]
        if wanted.edge is not None and wanted.edge.backwards:
            found.reverse()
        following, preceding = _edges(wanted, found, rows[0]["fetched"] > wanted.size)
        results = ",".join([self._row(wanted, row) for row in found])
        return ProductPage(
            results=self._render.finish(f"[{results}]"),
            count=min(count, COUNTED),
            more_than_counted=count > COUNTED,
            following=following,
            preceding=preceding,
            facets=facets,
        )

    def _row(self, wanted: ProductSearch, row: Any) -> str:
        text = self._render.card(row["card"], row["in_stock"])
        if wanted.with_variants:
            shown = variants(row["variants"], row["stock_kinds"], row["available"])
            text = f'{text},"variants":{shown}'
        if wanted.with_images:
            text = f'{text},"images":[{row["images"]}]'
        return text + "}"

    async def show(self, slug: str, currency: str) -> bytes | Moved:
        row = await self._database.fetch_row(DETAIL, slug, currency)
        if row is None:
            raise NotFound("there is no such product")
        if row["slug"] != slug:
            return Moved(row["slug"])
        kinds, available = row["stock_kinds"], row["available"]
        in_stock = any_in_stock(kinds, available)
        card = self._render.card(row["card"], in_stock)
        shown = variants(row["variants"], kinds, available)
        offered = offer(currency, row["price_min"], row["price_max"], len(kinds), in_stock)
        text = self._render.finish(
            f'{card},{row["rest"]}{offered}}}}},"images":[{row["images"]}],"variants":{shown}}}'
        )
        return text.encode()

    async def related(self, slug: str, currency: str, most: int) -> list[str]:
        rows = await self._database.fetch(RELATED, slug, currency, most)
        if not rows:
            raise NotFound("there is no such product")
        return [
            self._render.finish(self._render.card(row["card"], row["in_stock"]) + "}")
            for row in rows
            if row["card"] is not None
        ]


def _statement(
    wanted: ProductSearch, words: Words | None, expected: int | None, count: bool
) -> tuple[str, list[object]]:
    parameters = Parameters()
    match = matching(parameters, wanted.currency, wanted.filters, words)
    page = _shape(parameters, wanted, match, words, expected)
    counting = f"({shapes.counted(parameters, match)})" if count else "NULL"
    fragments = ["d.card"]
    joined = ""
    if wanted.with_variants:
        fragments += ["d.variants", "d.stock_kinds", f"{AVAILABLE} AS available"]
    if wanted.with_images:
        fragments.append("g.images")
        joined = "JOIN product_page g ON g.product_id = p.product_id"
    sql = f"""
    WITH scope AS MATERIALIZED ({match.scope}),
    page AS MATERIALIZED (SELECT row_number() OVER () AS rank, rows.* FROM ({page}) rows)
    SELECT meta.*, p.*
    FROM (SELECT (SELECT count(*) FROM page) AS fetched, (SELECT id FROM scope) AS scope,
                 {counting} AS counted, {_known(parameters, wanted)} AS known) meta
    LEFT JOIN (
      SELECT p.*, {", ".join(fragments)}
      FROM page p
      JOIN product_doc d ON d.product_id = p.product_id AND d.currency = $1
      {joined}
      WHERE p.rank <= {wanted.size}
    ) p ON true
    ORDER BY p.rank
    """
    return sql, parameters.values


def _shape(
    parameters: Parameters, wanted: ProductSearch, match: Matching, words: Words | None, expected: int | None
) -> str:
    if wanted.ordering is Ordering.RELEVANCE and words is not None:
        few = expected is not None and expected <= FEW_RANKED
        shape = shapes.by_relevance if few else shapes.tiered
        return shape(parameters, wanted, match, words)
    if match.terms:
        few = expected is None or expected <= FEW_FOUND
    else:
        few = expected is not None and expected <= FEW_ROWS
    few = few or wanted.filters.ids is not None
    return (shapes.gathered if few else shapes.walked)(parameters, wanted, match)


def _known(parameters: Parameters, wanted: ProductSearch) -> str:
    """Whether there is each tag and each value of an attribute that was asked for."""
    asked = {("", tag) for tag in wanted.filters.tags}
    asked |= {(name, value) for name, values in wanted.filters.attributes for value in values}
    if not asked:
        return "true"
    names, values = zip(*sorted(asked), strict=True)
    return (
        f"((SELECT count(*) FROM unnest({parameters.add(list(names))}::text[],"
        f" {parameters.add(list(values))}::text[]) AS asked (name, value)"
        f" JOIN facet f ON f.name = asked.name AND f.value = asked.value) = {len(asked)})"
    )


def _edges(wanted: ProductSearch, rows: Sequence[Any], more: bool) -> tuple[Edge | None, Edge | None]:
    """Where the list goes on to both sides of the page."""
    came_from = wanted.edge is not None and wanted.edge.id is not None
    if wanted.edge is not None and wanted.edge.backwards:
        if not rows:
            return Edge(False, (), None), None
        return (_edge(rows[-1], wanted, False) if came_from else None), (
            _edge(rows[0], wanted, True) if more else None
        )
    inside = wanted.offset > 0 or came_from
    if not rows:
        return None, (Edge(True, (), None) if inside else None)
    return (_edge(rows[-1], wanted, False) if more else None), (
        _edge(rows[0], wanted, True) if inside else None
    )


def _edge(row: Any, wanted: ProductSearch, backwards: bool) -> Edge:
    keys = (row["k1"], row["k2"]) if wanted.ordering is Ordering.RELEVANCE else (row["k1"],)
    return Edge(backwards, keys, row["product_id"])
