"""The category tree and the warehouses of the demo shop, as rows."""

from uuid import UUID

from ecommerce.adapters.postgres.seed.numbers import OPENED, chance, uuid7
from ecommerce.adapters.postgres.seed.shelves import DEPARTMENTS

Row = tuple[UUID, UUID | None, list[UUID], str, str, int]
WAREHOUSES = (("EAST", "New Jersey", "US", 1), ("WEST", "Nevada", "US", 2))


def categories(seed: int) -> tuple[list[Row], list[UUID]]:
    """All categories, parents first, and the ids of the leaves in the order of `SHELVES`."""
    rng = chance(seed, "categories")
    rows: list[Row] = []
    leaves: list[UUID] = []

    def add(name: str, above: list[UUID], position: int) -> list[UUID]:
        category_id = uuid7(rng, OPENED, len(rows))
        path = [*above, category_id]
        slug = name.lower().replace(" ", "-")
        rows.append((category_id, above[-1] if above else None, path, slug, name, position))
        return path

    for first, (department, groups) in enumerate(DEPARTMENTS.items()):
        department_path = add(department, [], first)
        for second, (group, shelves) in enumerate(groups.items()):
            group_path = add(group, department_path, second)
            for third, shelf in enumerate(shelves):
                leaves.append(add(shelf.name, group_path, third)[-1])
    return rows, leaves


def warehouses(seed: int) -> list[tuple[UUID, str, str, str, int]]:
    rng = chance(seed, "warehouses")
    return [(uuid7(rng, OPENED, row[3]), *row) for row in WAREHOUSES]
