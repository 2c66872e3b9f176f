"""What a storefront may ask of the catalogue, and what it gets: JSON that is ready to be sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

COUNTED = 10_000


class Ordering(StrEnum):
    PRICE = "price"
    PRICE_DOWN = "-price"
    RATING = "rating"
    RATING_DOWN = "-rating"
    NAME = "name"
    NAME_DOWN = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DOWN = "-created_at"
    POPULARITY = "popularity"
    POPULARITY_DOWN = "-popularity"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilters:
    """All must hold. Prices in minor units, `rating_min` in hundredths; of an attribute any value will do."""

    category: str | None = None
    q: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool | None = None
    rating_min: int = 0
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ids: tuple[UUID, ...] | None = None
    featured: bool | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a list goes on: after (or before) the row with these sort keys and this id.

    Without an id it is the end of the list.
    """

    backwards: bool
    keys: tuple[str | int, ...]
    id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """A page of a list: by `offset`, or from an `edge` on."""

    currency: str
    filters: ProductFilters = field(default_factory=ProductFilters)
    ordering: Ordering = Ordering.POPULARITY_DOWN
    size: int = 24
    offset: int = 0
    edge: Edge | None = None
    with_variants: bool = False
    with_images: bool = False
    with_facets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """`results` is a JSON array, `facets` a JSON object. `count` ends at `COUNTED`, where there are more."""

    results: str
    count: int
    more_than_counted: bool
    following: Edge | None
    preceding: Edge | None
    facets: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """The product has another slug now."""

    slug: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: str
    slug: str
    name: str


class ProductDocuments(Protocol):
    """The read model of products: what `ProductQueries` reads."""

    async def rebuild(self, product_ids: Sequence[UUID]) -> None:
        """Inside the unit of work that changed the products or anything shown with them, as its last step:
        their rows are locked until it ends.
        """
        ...


class CatalogueIndex(Protocol):
    """The read model of the whole shop."""

    async def rebuild(self, progress: Callable[[int, int], None]) -> int:
        """All of it, while the shop is open. Answers how many products there are."""
        ...

    async def verify(self) -> int:
        """How many products are shown otherwise than they should be."""
        ...


class ProductQueries(Protocol):
    """Only products that are for sale and have a price in the currency are ever seen.

    What is shown of stock is as it is now; all else as the last write of the product left it.
    """

    async def find(self, wanted: ProductSearch) -> ProductPage:
        """Raises `InvalidValues` for categories, attributes, tags and values that no product has."""
        ...

    async def show(self, slug: str, currency: str) -> bytes | Moved:
        """Raises `NotFound`."""
        ...

    async def related(self, slug: str, currency: str, most: int) -> Sequence[str]:
        """At most so many JSON objects. Raises `NotFound`."""
        ...


class Suggestions(Protocol):
    async def complete(self, text: str, currency: str, most: int) -> Sequence[Suggestion]:
        """Categories first. What is typed may hold one slip."""
        ...


class CategoryQueries(Protocol):
    async def tree(self, currency: str) -> bytes:
        """A JSON array of the roots; each has its `children`."""
        ...

    async def show(self, slug: str, currency: str) -> bytes:
        """A JSON object. Raises `NotFound`."""
        ...
