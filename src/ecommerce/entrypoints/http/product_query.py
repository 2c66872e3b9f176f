"""What a storefront writes behind `/products?`, and what it means."""

from math import ceil
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ecommerce.application.catalog.products import Edge, Ordering, ProductFilters, ProductSearch
from ecommerce.application.shared.faults import Faults
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.money import Money
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.pages import COUNTED, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

Text = Annotated[str, msgspec.Meta(max_length=200)]
_MOST_IDS = 100
_MOST_CHOICES = 50
_EXPANDABLE = {"variants", "images"}


class StoreQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which of the shop's prices and texts: its defaults where nothing is said."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    lang: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None


class ProductQuery(StoreQuery, frozen=True, kw_only=True):
    """Prices are decimal major units of the request's currency; `ids` and `expand` are comma-separated."""

    category: Text | None = None
    q: Text | None = None
    price_min: Annotated[str, msgspec.Meta(max_length=30)] | None = None
    price_max: Annotated[str, msgspec.Meta(max_length=30)] | None = None
    in_stock: bool | None = None
    rating_min: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0
    tag: Annotated[list[Text], msgspec.Meta(max_length=_MOST_CHOICES)] = []
    attr: dict[Text, Annotated[list[Text], msgspec.Meta(max_length=_MOST_CHOICES)]] = {}
    ids: str | None = None
    featured: bool | None = None
    ordering: Ordering | None = None
    facets: bool = False
    expand: str = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=COUNTED)] | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE_SIZE)] = DEFAULT_PAGE_SIZE
    cursor: Annotated[str, msgspec.Meta(max_length=4_000)] | None = None


class SuggestQuery(StoreQuery, frozen=True, kw_only=True):
    q: Annotated[str, msgspec.Meta(max_length=100)]


def currency_of(query: StoreQuery, config: HttpConfig) -> str:
    """Raises `InvalidValue` for one that the shop does not have."""
    if query.currency is None:
        return config.currency
    if query.currency not in config.currencies:
        raise InvalidValue(f"the shop has no prices in {query.currency}", "/query/currency")
    return query.currency


def search_of(query: ProductQuery, config: HttpConfig, cursors: Cursors) -> tuple[ProductSearch, str]:
    """The search, and what its cursors are bound to. Raises every fault at once."""
    faults = Faults()
    currency = faults.note(currency_of, query, config) or config.currency
    filters = ProductFilters(
        category=query.category,
        q=(query.q or "").strip() or None,
        price_min=faults.note(_price, query.price_min, currency, "price_min"),
        price_max=faults.note(_price, query.price_max, currency, "price_max"),
        in_stock=query.in_stock,
        rating_min=ceil(round(query.rating_min * 100, 6)),
        tags=tuple(sorted(set(query.tag))),
        attributes=tuple(sorted((name, tuple(sorted(set(values)))) for name, values in query.attr.items())),
        ids=faults.note(_ids, query.ids),
        featured=query.featured,
    )
    ordering = _ordering(query.ordering, filters)
    expand = faults.note(_expand, query.expand)
    offset = faults.note(_offset, query)
    fingerprint = repr(("products", currency, filters, ordering.value))
    edge = faults.note(_edge, query.cursor, cursors, fingerprint)
    faults.settle()
    search = ProductSearch(
        currency=currency,
        filters=filters,
        ordering=ordering,
        size=query.page_size,
        offset=offset,
        edge=edge,
        with_variants="variants" in expand,
        with_images="images" in expand,
        with_facets=query.facets,
    )
    return search, fingerprint


def _ordering(wanted: Ordering | None, filters: ProductFilters) -> Ordering:
    if wanted is None:
        return Ordering.POPULARITY_DOWN if filters.q is None else Ordering.RELEVANCE
    # Without words nothing is more relevant than anything else.
    return Ordering.POPULARITY_DOWN if wanted is Ordering.RELEVANCE and filters.q is None else wanted


def _price(text: str | None, currency: str, name: str) -> int | None:
    if text is None:
        return None
    pointer = f"/query/{name}"
    try:
        money = Money.from_decimal(text, currency)
    except InvalidValue as error:
        raise InvalidValue(str(error), pointer) from None
    if money.amount < 0:
        raise InvalidValue("a price is not negative", pointer)
    return money.amount


def _ids(text: str | None) -> tuple[UUID, ...] | None:
    if text is None:
        return None
    given = [part.strip() for part in text.split(",") if part.strip()]
    if len(given) > _MOST_IDS:
        raise InvalidValue(f"at most {_MOST_IDS} ids", "/query/ids")
    try:
        return tuple(sorted({UUID(part) for part in given}))
    except ValueError:
        raise InvalidValue("ids are UUIDs, separated by commas", "/query/ids") from None


def _expand(text: str) -> set[str]:
    wanted = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := wanted - _EXPANDABLE:
        raise InvalidValue(f"{sorted(unknown)[0]!r} can't be expanded: variants, images", "/query/expand")
    return wanted


def _offset(query: ProductQuery) -> int:
    if query.page is None:
        return 0
    if query.cursor is not None:
        raise InvalidValue("either a page or a cursor", "/query/page")
    offset = (query.page - 1) * query.page_size
    if offset >= COUNTED:
        raise InvalidValue(f"beyond the {COUNTED:,}th row: follow `next` to get this far", "/query/page")
    return offset


def _edge(cursor: str | None, cursors: Cursors, fingerprint: str) -> Edge | None:
    if cursor is None:
        return None
    backwards, keys, row = cursors.decode(cursor, fingerprint)
    return Edge(backwards, tuple(keys), None if row is None else UUID(row))


def cursor_of(edge: Edge | None, cursors: Cursors, fingerprint: str) -> str | None:
    if edge is None:
        return None
    payload: list[Any] = [edge.backwards, list(edge.keys), None if edge.id is None else str(edge.id)]
    return cursors.encode(payload, fingerprint)
