"""The ten orders of a list: the sort key of each, and how a list goes on from a row."""

from dataclasses import dataclass

from ecommerce.adapters.postgres.catalog.reads.parameters import Parameters
from ecommerce.application.catalog.products import Edge, Ordering


@dataclass(frozen=True, slots=True)
class Order:
    """`shown` is the key as it is put into a cursor, `cast` what makes it a key again."""

    key: str
    down: bool
    shown: str
    cast: str

    def clause(self, backwards: bool) -> str:
        way = "DESC" if self.down != backwards else "ASC"
        return f"ORDER BY l.{self.key} {way}, l.product_id {way}"

    def beyond(self, parameters: Parameters, edge: Edge | None) -> list[str]:
        if edge is None or edge.id is None:
            return []
        sign = "<" if self.down != edge.backwards else ">"
        key = parameters.add(edge.keys[0])
        return [f"(l.{self.key}, l.product_id) {sign} ({key}{self.cast}, {parameters.add(edge.id)}::uuid)"]


_CREATED = ("l.created_at::text", "::text::timestamptz")
ORDERS = {
    Ordering.PRICE: Order("price_min", False, "l.price_min", "::bigint"),
    Ordering.PRICE_DOWN: Order("price_min", True, "l.price_min", "::bigint"),
    Ordering.RATING: Order("rating_up", False, "l.rating_up", "::smallint"),
    Ordering.RATING_DOWN: Order("rating", True, "l.rating", "::smallint"),
    Ordering.NAME: Order("name_key", False, "l.name_key", '::text COLLATE "C"'),
    Ordering.NAME_DOWN: Order("name_key", True, "l.name_key", '::text COLLATE "C"'),
    Ordering.CREATED_AT: Order("created_at", False, *_CREATED),
    Ordering.CREATED_AT_DOWN: Order("created_at", True, *_CREATED),
    Ordering.POPULARITY: Order("popularity", False, "l.popularity", "::int"),
    Ordering.POPULARITY_DOWN: Order("popularity", True, "l.popularity", "::int"),
}
