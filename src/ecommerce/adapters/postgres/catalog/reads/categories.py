"""The category tree with the number of products in each, in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from ecommerce.adapters.postgres.database import Database
from ecommerce.domain.shared.kernel import NotFound

TREE = """
SELECT c.id, c.parent_id, c.path, c.slug, c.name, COALESCE(s.product_count, 0) AS products
FROM category c LEFT JOIN listing_scope s ON s.category_id = c.id AND s.currency = $1
ORDER BY c.position, c.slug
"""


class Node(msgspec.Struct, frozen=True):
    slug: str
    name: str
    product_count: int
    children: list["Node"]


class Crumb(msgspec.Struct, frozen=True):
    slug: str
    name: str


class Shown(msgspec.Struct, frozen=True):
    slug: str
    name: str
    product_count: int
    breadcrumbs: list[Crumb]
    children: list[Node]


class PgCategoryQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def tree(self, currency: str) -> bytes:
        nodes, roots = _grow(await self._database.fetch(TREE, currency))
        return msgspec.json.encode([nodes[root] for root in roots])

    async def show(self, slug: str, currency: str) -> bytes:
        rows = await self._database.fetch(TREE, currency)
        nodes, _ = _grow(rows)
        wanted = next((row for row in rows if row["slug"] == slug), None)
        if wanted is None:
            raise NotFound("there is no such category")
        node = nodes[wanted["id"]]
        crumbs = [Crumb(nodes[above].slug, nodes[above].name) for above in wanted["path"]]
        return msgspec.json.encode(Shown(node.slug, node.name, node.product_count, crumbs, node.children))


def _grow(rows: Sequence[Any]) -> tuple[dict[UUID, Node], list[UUID]]:
    nodes = {row["id"]: Node(row["slug"], row["name"], row["products"], []) for row in rows}
    roots = []
    for row in rows:
        if row["parent_id"] is None:
            roots.append(row["id"])
        else:
            nodes[row["parent_id"]].children.append(nodes[row["id"]])
    return nodes, roots
