"""Which of a caller's filters name something that does not exist."""

from ecommerce.adapters.postgres.database import Database
from ecommerce.application.catalog.products import ProductFilters
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.shared.kernel import InvalidValue

CATEGORY = "SELECT FROM category WHERE slug = $1"
NAMES = "SELECT DISTINCT name FROM facet WHERE name = ANY($1::text[])"
VALUES = """
SELECT asked.name, asked.value FROM unnest($1::text[], $2::text[]) AS asked (name, value)
WHERE NOT EXISTS (SELECT FROM facet f WHERE f.name = asked.name AND f.value = asked.value)
"""


async def refuse_unknown(database: Database, filters: ProductFilters) -> None:
    """Raises `InvalidValues` with all of them. A known category without products is just empty."""
    faults = []
    if filters.category is not None and await database.fetch_row(CATEGORY, filters.category) is None:
        faults.append(InvalidValue("there is no such category", "/query/category"))
    asked = [("", tag) for tag in filters.tags]
    asked += [(name, value) for name, values in filters.attributes for value in values]
    if asked:
        known = {row["name"] for row in await database.fetch(NAMES, [name for name, _ in asked])}
        absent = await database.fetch(VALUES, [name for name, _ in asked], [value for _, value in asked])
        for name in dict.fromkeys(row["name"] for row in absent):
            what = "value" if name in known else "attribute"
            faults.append(
                InvalidValue(f"there is no such {what}", f"/query/attr.{name}")
                if name
                else InvalidValue("there is no such tag", "/query/tag")
            )
    if faults:
        raise InvalidValues(faults)
